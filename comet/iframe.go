package comet

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// iframePadding is what comes before the first script: a browser may wait for so
// many octets of a page, to find its encoding there, before it does anything with
// them (the HTML standard, section 13.2.3.2).
const iframePadding = 1 << 10

// maxOrigin is the longest origin: a scheme, a name of 253 octets and a port.
const maxOrigin = 512

// iframe is the forever iframe: a page without end in an iframe, whose scripts tell
// the page around it of each event, and go.
//
// They tell it by postMessage, with the origin that the page has named and that
// may have the events: a page of another origin around the iframe is told
// nothing, and a browser shows it no iframe at all (frame-ancestors).
func (x *exchange) iframe() error {
	if err := x.begin(); err != nil {
		return err
	}
	origin, err := x.one("origin", maxOrigin)
	switch {
	case err != nil:
		return err
	case origin == "":
		return refuse(http.StatusBadRequest, "the query has no origin, which is that of the page around the iframe")
	case !slices.Contains(x.h.Origins, origin) && !x.own(origin):
		return refuse(http.StatusForbidden, "pages of the origin %.100q may not use this", origin)
	}
	target, err := json.Marshal(origin)
	if err != nil {
		return err
	}
	nonce := rand.Text()
	h := x.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; frame-ancestors "+x.frameAncestors())
	h.Set("Referrer-Policy", "no-referrer")
	script := `<script nonce="` + nonce + `">`
	f := feed{exchange: x, before: script + "e(", after: ")</script>\n"}
	f.end = func(b []byte) []byte { return append(append(b, script...), "e(null)</script>\n"...) }
	return f.run("text/html; charset=utf-8", "<!doctype html><meta charset=utf-8><title>events</title>\n"+
		"<!--"+strings.Repeat(" ", iframePadding)+"-->\n"+
		script+"function e(v){document.currentScript.remove();parent.postMessage({comet:v},"+string(target)+")}</script>\n")
}
