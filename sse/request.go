package sse

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"unicode/utf8"
)

// headerLastEventID is the request header of section 9.2.4.
const headerLastEventID = "Last-Event-ID"

// setStreamHeaders sets the headers of a request for an event stream, where the
// caller has not: what it takes (it is text/event-stream alone, so that a
// server with several forms of an answer chooses right), and that no cache is
// to answer. This is how the Fetch standard writes cache mode no-store.
//
//req:impl SSE-9.2.2-04 SSE-9.2.2-05
func setStreamHeaders(h http.Header) {
	if h.Get("Accept") == "" {
		h.Set("Accept", ContentType)
	}
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
}

// setLastEventID sets or removes the Last-Event-ID header. An id that can't be
// in a header is left out, and the error says why: to go on without is better
// than never to go on, since net/http refuses the whole request, and servers one
// with a very long header.
//
//req:impl SSE-9.2.3-06 SSE-9.2.4-01
func setLastEventID(h http.Header, id string) error {
	h.Del(headerLastEventID)
	if id == "" {
		return nil
	}
	if len(id) > MaxLastEventID {
		return fmt.Errorf("sse: the last event ID has %d octets, so it is not sent: a header is to have at most %d", len(id), MaxLastEventID)
	}
	if !utf8.ValidString(id) {
		return errors.New("sse: the last event ID is not UTF-8, so it is not sent")
	}
	if i := badOctet(id); i >= 0 {
		return fmt.Errorf("sse: octet %d of the last event ID is 0x%02x, so it is not sent: no header can have it", i, id[i])
	}
	h.Set(headerLastEventID, id)
	return nil
}

// badOctet gives the index of the first octet that a header value can't have,
// or -1.
func badOctet(v string) int {
	for i := range len(v) {
		if c := v[i]; c < ' ' && c != '\t' || c == 0x7F {
			return i
		}
	}
	return -1
}

// checkRequest finds what would make every attempt with a request fail in the
// same way.
//
//req:impl SSE-9.2.2-03
func checkRequest(r *http.Request) error {
	switch {
	case r == nil:
		return errors.New("sse: no request")
	case r.RequestURI != "":
		return errors.New("sse: a server's request can't be sent: its RequestURI is set")
	}
	if err := checkURL(r.URL); err != nil {
		return err
	}
	for name, values := range r.Header {
		if !isToken(name) {
			return fmt.Errorf("sse: the request has a header with the invalid name %q", name)
		}
		for _, v := range values {
			if badOctet(v) >= 0 { // the value may be a secret
				return fmt.Errorf("sse: the request's header %s has a control character in its value", name)
			}
		}
	}
	return nil
}

func checkURL(u *url.URL) error {
	switch {
	case u == nil:
		return errors.New("sse: the request has no URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("sse: the scheme of the request's URL is %q, not http or https", u.Scheme)
	case u.Host == "":
		return errors.New("sse: the request's URL has no host")
	}
	return nil
}

// isToken tells whether s is a token of RFC 9110 section 5.6.2, as the name of
// a header is.
func isToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '!', '#' <= c && c <= '\'', c == '*', c == '+', c == '-', c == '.', c == '^', c == '_', c == '`', c == '|', c == '~':
		default:
			return false
		}
	}
	return s != ""
}
