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
// script, image or iframe element makes, or a script without CORS. For these
// there is Sec-Fetch-Site, which no page can set. A client that sends neither is
// no browser of today, and nobody is fooled by it.
func (x *exchange) admit(name string) error {
	h := x.w.Header()
	h.Add("Vary", "Origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch origins := x.r.Header["Origin"]; {
	case len(origins) > 1:
		return refuse(http.StatusForbidden, "there is more than one Origin")
	case len(origins) == 1 && slices.Contains(x.h.Origins, origins[0]):
		h.Set("Access-Control-Allow-Origin", origins[0])
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if x.h.AllowCredentials {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		return nil
	case len(origins) == 1:
		if !x.own(origins[0]) {
			return refuse(http.StatusForbidden, "pages of the origin %.100q may not use this", origins[0])
		}
		return nil
	case name == "client.js":
		// It is public: what it asks for is judged, not who has it.
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return nil
	}
	if !crossSite(x.r) {
		return nil
	}
	switch name {
	case "poll", "longpoll":
		if x.h.JSONP && x.r.URL.Query().Has("callback") {
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
			return nil
		}
	case "iframe":
		// Only a page of a listed origin can show it: see iframe.
		if slices.Contains(x.h.Origins, x.r.URL.Query().Get("origin")) {
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
			return nil
		}
	}
	return refuse(http.StatusForbidden, "requests that pages of other sites make are refused")
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
	x.w.WriteHeader(http.StatusNoContent)
}

// frameAncestors gives the sources of Content-Security-Policy that may show the
// iframe.
func (x *exchange) frameAncestors() string {
	return strings.Join(append([]string{"'self'"}, x.h.Origins...), " ")
}
