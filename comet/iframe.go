package comet

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// iframePadding is what comes before the first script: browsers wait for so many
// octets before they show anything of a page, and before they run a script of it.
const iframePadding = 1 << 10

// iframe is the forever iframe: a page without end in an iframe, whose scripts tell
// the page around it of each event.
//
// They tell it by postMessage, with the origin that the page has named and that
// may have the events: a page of another origin around the iframe is told
// nothing, and a browser shows it no iframe at all (frame-ancestors).
func (x *exchange) iframe() error {
	if err := x.begin(); err != nil {
		return err
	}
	origin, err := x.one("origin", 1<<10)
	if err != nil {
		return err
	}
	if !slices.Contains(x.h.Origins, origin) && !x.own(origin) {
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
	open := `<script nonce="` + nonce + `">`
	f := feed{exchange: x, idle: []byte("\n"), wrap: func(b []byte, e event) []byte {
		b = append(append(b, open...), "e("...)
		return append(e.append(b), ")</script>\n"...)
	}}
	prologue := "<!doctype html><meta charset=utf-8><title>events</title>\n<!--" + strings.Repeat(" ", iframePadding) + "-->\n" +
		open + "function e(v){document.currentScript.remove();parent.postMessage({comet:v}," + string(target) + ")}</script>\n"
	return f.run("text/html; charset=utf-8", prologue, open+"e(null)</script>\n")
}
