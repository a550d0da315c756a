package comet

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"time"
)

// clientJS is the JavaScript client, an ES module.
//
//go:embed client.js
var clientJS []byte

// clientTag lets browsers keep it until it changes.
var clientTag = func() string {
	sum := sha256.Sum256(clientJS)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}()

// client serves the JavaScript client.
func (x *exchange) client() error {
	h := x.w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", clientTag)
	x.begun = true
	x.deadline()
	http.ServeContent(x.w, x.r, "client.js", time.Time{}, bytes.NewReader(clientJS))
	return nil
}
