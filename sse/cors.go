package sse

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// preflightAge is how long a browser may keep the answer to a preflight.
const preflightAge = 600 // seconds

// cors sets the header fields that let a page of another site read the answer
// (the Fetch standard, section 3.3), and refuses those that may not.
//
// The refusal is for the server's sake. A browser shows the page nothing of an
// answer without these fields, whatever its status, and an EventSource takes
// that for a network error and comes again after the reconnection time. With
// 200, each time would be a stream that is set up, replayed and thrown away.
func (s *serverSettings) cors(h http.Header, r *http.Request) error {
	if len(s.Origins) == 0 {
		return nil
	}
	addVary(h, "Origin") // also without an Origin: a cache is to ask again when there is one
	h.Del("Access-Control-Allow-Origin")
	h.Del("Access-Control-Allow-Credentials")
	origins := r.Header["Origin"]
	switch {
	case len(origins) == 0:
		return nil
	case len(origins) > 1:
		return &RefusedError{Status: http.StatusForbidden, Reason: "more than one Origin"}
	case slices.Contains(s.Origins, origins[0]):
		h.Set("Access-Control-Allow-Origin", origins[0])
		if s.AllowCredentials {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		return nil
	case ownOrigin(origins[0], r):
		return nil
	}
	return &RefusedError{Status: http.StatusForbidden, Reason: fmt.Sprintf("the origin %.100q is not allowed", origins[0])}
}

// ownOrigin tells whether origin is this server's own. TLS may end at a proxy,
// so without it on this hop https is taken as well.
func ownOrigin(origin string, r *http.Request) bool {
	scheme, host, _ := strings.Cut(origin, "://")
	switch {
	case scheme == "https":
	case scheme == "http" && r.TLS == nil:
	default:
		return false
	}
	return host != "" && strings.EqualFold(host, strings.TrimSuffix(r.Host, ":"+usualPort(scheme)))
}

// isPreflight tells whether r asks what a page of another site may do (the Fetch
// standard, section 3.3.2).
func (s *serverSettings) isPreflight(r *http.Request) bool {
	return len(s.Origins) > 0 && r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight answers after cors has decided.
func (s *serverSettings) answerPreflight(w http.ResponseWriter) {
	h := w.Header()
	if h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
		h.Set("Access-Control-Allow-Headers", "Last-Event-ID, Authorization, Cache-Control, Content-Type")
		h.Set("Access-Control-Max-Age", strconv.Itoa(preflightAge))
	}
	w.WriteHeader(http.StatusNoContent)
}

// checkOrigin finds why origin is not what a browser sends (RFC 6454 section
// 6.2), so that it would never be equal to it.
func checkOrigin(origin string) error {
	wrong := func(why string) error { return fmt.Errorf("sse: Options.Origins: %q: %s", origin, why) }
	scheme, rest, ok := strings.Cut(origin, "://")
	switch {
	case origin == "*":
		return wrong("origins are listed one by one")
	case origin == "null":
		return wrong("null is the origin of any sandboxed page")
	case !ok || scheme == "":
		return wrong("it has no scheme, as https://")
	case origin != strings.ToLower(origin):
		return wrong("browsers send lower case")
	case strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.") != "" || scheme[0] < 'a':
		return wrong("its scheme is none")
	}
	host, port, hasPort := rest, "", false
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		host, port, hasPort = rest[:i], rest[i+1:], true
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		a, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || "["+a.String()+"]" != host || !a.Is6() || a.Zone() != "" {
			return wrong("what it has in brackets is not an IPv6 address in its shortest form")
		}
	} else if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-._") != "" {
		return wrong("after the scheme it has more than an ASCII host and a port")
	}
	switch n, err := strconv.ParseUint(port, 10, 16); {
	case host == "":
		return wrong("it has no host")
	case hasPort && (err != nil || n == 0 || port[0] == '0' || port[0] == '+'):
		return wrong("its port is none")
	case hasPort && port == usualPort(scheme):
		return wrong("browsers leave the usual port out")
	}
	return nil
}

// usualPort gives the port that a URL of the scheme has if it names none.
func usualPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}
