package comet

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"time"
)

// scripts has the JavaScript client: ES modules, as they are.
//
//go:embed client.js transports.js
var scripts embed.FS

// script serves a module of the JavaScript client. Browsers keep it until it
// changes.
func (x *exchange) script(name string) error {
	text, err := scripts.ReadFile(name)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	h := x.w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	x.begun = true
	x.deadline()
	http.ServeContent(x.w, x.r, name, time.Time{}, bytes.NewReader(text))
	return nil
}
