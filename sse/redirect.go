package sse

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// MaxRedirects is how many redirects are followed from one request on.
const MaxRedirects = 10

// ErrRedirect is in the error when a redirect was not followed: it leads out of
// TLS or to something that is not HTTP, it is one too many, or CheckRedirect of
// the http.Client refused it.
var ErrRedirect = errors.New("sse: redirect not followed")

// safeClient gives a copy of c that follows redirects without giving anything
// away. c itself, and http.DefaultClient when c is nil, stays as it is.
//
// The answer that redirects is the word of a server, which may be mistaken or
// taken over, so what was meant for one origin (scheme, host and port) is not
// shown to another: beyond it no header of the caller is sent, not even on the
// way back. net/http leaves out the well-known credentials only, and only for
// another domain. From https there is no way to http. CheckRedirect of c is
// asked afterwards: it sees the request as it is to be sent, may set headers of
// its own, and can't undo the rest.
//
//req:impl SSE-9.2.1-01
func safeClient(c *http.Client) *http.Client {
	if c == nil {
		c = &http.Client{}
	}
	safe, check := *c, c.CheckRedirect
	safe.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if err := checkRedirect(req, via); err != nil {
			return err
		}
		if leavesOrigin(req, via) {
			clear(req.Header)
			setStreamHeaders(req.Header)
			req.Host, req.URL.User = "", nil
		}
		if check == nil {
			return nil
		}
		switch err := check(req, via); {
		case err == http.ErrUseLastResponse: //nolint:errorlint // net/http compares it so
			return err
		case err != nil:
			return fmt.Errorf("%w: %w", ErrRedirect, err)
		}
		if leavesOrigin(req, via) {
			takeBack(req, via)
		}
		return checkRedirect(req, via)
	}
	return &safe
}

// checkRedirect tells why a redirect is not to be followed, nil if it is.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > MaxRedirects {
		return fmt.Errorf("%w: more than %d in a row", ErrRedirect, MaxRedirects)
	}
	if last := via[len(via)-1].URL; last.Scheme == "https" && req.URL.Scheme != "https" {
		return fmt.Errorf("%w: it leads from %s to %s, out of TLS", ErrRedirect, originOf(last), originOf(req.URL))
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return fmt.Errorf("%w: it leads to the scheme %q", ErrRedirect, s)
	}
	return nil
}

// takeBack removes from the header of req what a CheckRedirect has copied from
// the requests before, as many do that were written when net/http itself copied
// nothing. What it sets anew stays.
func takeBack(req *http.Request, via []*http.Request) {
	if req.Header == nil {
		req.Header = http.Header{} //nolint:gosec // an empty one
	}
	for _, before := range via {
		for name, values := range before.Header {
			if slices.Equal(req.Header[name], values) {
				delete(req.Header, name)
			}
		}
	}
	setStreamHeaders(req.Header)
}

// leavesOrigin tells whether req or one of the requests that led to it has
// another origin than the first.
func leavesOrigin(req *http.Request, via []*http.Request) bool {
	home := originOf(via[0].URL)
	for _, r := range via[1:] {
		if originOf(r.URL) != home {
			return true
		}
	}
	return originOf(req.URL) != home
}

// originOf gives the origin of a URL: scheme, host and port, the scheme's own
// port written out.
func originOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = usualPort(u.Scheme)
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
