package comet

import (
	"net/http"
	"slices"
)

// eventStream is Server-Sent Events, which the hub does by itself. A page can set
// no Last-Event-ID for its first request, so the cursor takes its place.
func (x *exchange) eventStream() error {
	if err := x.begin(); err != nil {
		return err
	}
	r := x.r
	if x.cursor != "" && !slices.ContainsFunc(r.Header["Last-Event-Id"], func(id string) bool { return id != "" }) {
		r = r.Clone(r.Context())
		r.Header.Set("Last-Event-ID", x.cursor)
	}
	x.begun = true
	_ = x.h.Hub.Serve(x.w, r, x.topics...) // it has answered and logged what there is
	return nil
}

// client serves the JavaScript client.
func (x *exchange) client() error {
	h := x.w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	http.ServeFileFS(x.w, x.r, clientFiles, "client.js")
	return nil
}
