package comet

import (
	"net/http"
	"slices"
	"strings"

	"longwire.example/ws/handshake"
)

// preflightAge is how long a browser may keep the answer to a preflight.
const preflightAge = "600" // seconds

// admit refuses requests that pages of other sites have a browser make, unless
// their origin is listed, and tells a browser that a listed one may read (the
// Fetch standard, section 3.3).
//
// A browser says where a request comes from by Origin, but not for a GET that a
// script, image or iframe element makes without CORS. For these there is
// Sec-Fetch-Site, which no page can set (Fetch Metadata, section 2.3). Where TLS ends
// at a proxy, it also tells a page of http from one of https, whose Origin would do. A
// client that sends neither is no browser of today, and nobody is fooled by it.
func (x *exchange) admit(name string) error {
	h := x.w.Header()
	if name != "ws" { // whose answers no CORS is asked about
		if len(x.h.Origins) > 0 {
			h.Add("Vary", "Origin")
		}
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
	switch origins := x.r.Header["Origin"]; {
	case len(origins) > 1:
		return refuse(http.StatusForbidden, "there is more than one Origin")
	case len(origins) == 1 && slices.Contains(x.h.Origins, origins[0]):
		if name != "ws" {
			x.share(origins[0])
		}
		return nil
	case len(origins) == 1 && !x.own(origins[0]) && !public(name):
		return refuse(http.StatusForbidden, "pages of the origin %.100q may not use this", origins[0])
	case public(name), len(origins) == 0 && x.open(name): // whoever asks: a server without TLS is not told
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return nil
	case name == "ws" && len(origins) == 1, !crossSite(x.r):
		return nil
	}
	return refuse(http.StatusForbidden, "requests that pages of other sites make are refused")
}

// share lets pages of a listed origin read the answer.
func (x *exchange) share(origin string) {
	h := x.w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if x.h.AllowCredentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}

// public tells whether anybody may have this: the client. What it asks for is
// judged, not who has it; and behind a proxy that changes Host, a page that could not
// load it could not say what is wrong.
func public(name string) bool { return name == "client.js" || name == "transports.js" }

// open tells whether a page of another site may have this without saying who it
// is.
func (x *exchange) open(name string) bool {
	switch name {
	case "poll", "longpoll":
		return x.h.JSONP && x.r.URL.Query().Has("callback")
	case "iframe":
		// Only a page of this origin is told anything: see iframe.
		return slices.Contains(x.h.Origins, x.r.URL.Query().Get("origin"))
	}
	return false
}

// own tells whether an origin is this server's.
func (x *exchange) own(origin string) bool {
	return handshake.CheckOrigin([]string{origin}, x.r.Host, x.r.TLS != nil, nil) == nil
}

// crossSite tells whether a browser says that a page of another site made the
// request, or of another host of the same one: those share no pages.
func crossSite(r *http.Request) bool {
	for _, site := range r.Header["Sec-Fetch-Site"] {
		if site != "same-origin" && site != "none" {
			return true
		}
	}
	return false
}

// preflight answers a browser that asks what a page of another site may do, after
// admit has decided.
func (x *exchange) preflight(allowed string) {
	h := x.w.Header()
	if h.Get("Access-Control-Allow-Origin") != "" && x.r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", allowed)
		h.Set("Access-Control-Allow-Headers", "Last-Event-ID, Authorization, Cache-Control, Content-Type")
		h.Set("Access-Control-Max-Age", preflightAge)
	}
	h.Set("Allow", allowed)
	x.deadline()
	x.w.WriteHeader(http.StatusNoContent)
}

// frameAncestors gives the sources of Content-Security-Policy that may show the
// iframe. It has no word for a host with an IPv6 address or an underscore (Content
// Security Policy Level 3, section 2.3.1, host-char), and browsers ignore one that
// is written all the same, so such an origin is left out: what remains is never
// empty and allows nobody else.
func (x *exchange) frameAncestors() string {
	sources := []string{"'self'"}
	for _, origin := range x.h.Origins {
		if !strings.ContainsAny(origin, "[_") {
			sources = append(sources, origin)
		}
	}
	return strings.Join(sources, " ")
}
