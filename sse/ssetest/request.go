package ssetest

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// MaxBody is how much of a request's body is recorded: 1 MiB.
const MaxBody = 1 << 20

// Request is a request that a [Server] received.
type Request struct {
	Number int       // in the order in which they came, from 1
	Time   time.Time // when it came: in a testing/synctest bubble, the bubble's time
	Method string
	URL    *url.URL // with scheme and host
	Header http.Header
	Body   []byte // the first MaxBody octets
}

// LastEventID gives the Last-Event-ID header, and whether there is one.
func (r *Request) LastEventID() (string, bool) {
	v := r.Header.Values("Last-Event-ID")
	if len(v) == 0 {
		return "", false
	}
	return v[0], true
}

// HeaderNames gives the names of all headers, sorted.
func (r *Request) HeaderNames() []string { return slices.Sorted(maps.Keys(r.Header)) }

// newRequest records r, whose URL may be that of a server: without scheme and
// host.
func newRequest(r *http.Request) (*Request, error) {
	u := *r.URL
	if u.Host == "" {
		u.Host = r.Host
	}
	if u.Scheme == "" {
		u.Scheme = "http"
		if r.TLS != nil {
			u.Scheme = "https"
		}
	}
	req := &Request{Time: time.Now(), Method: r.Method, URL: &u, Header: r.Header.Clone()}
	if req.Method == "" {
		req.Method = http.MethodGet
	}
	if r.Body == nil {
		return req, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody))
	req.Body = body
	return req, err
}
