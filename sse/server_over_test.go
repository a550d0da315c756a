package sse_test

import (
	"io"
	"iter"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/ws/wstest" //nolint:depguard // connections in memory, for tests alone
)

// site is a server in memory and a client of it, in a bubble: time passes only
// when everybody waits.
type site struct {
	t      *testing.T
	client *http.Client
	url    string
	l      *wstest.Listener
}

// The versions of HTTP that a site speaks.
const (
	overHTTP1 = "HTTP/1.1"
	overHTTP2 = "HTTP/2"
	overH2C   = "HTTP/2 without TLS"
)

// overEach runs f with a site for each version of HTTP. The server has timeouts
// that no stream would survive.
func overEach(t *testing.T, h http.Handler, f func(s *site)) {
	t.Helper()
	for _, version := range []string{overHTTP1, overHTTP2, overH2C} {
		t.Run(version, func(t *testing.T) { over(t, siteOptions{version: version}, h, f) })
	}
}

type pipeOptions = wstest.PipeOptions

// siteOptions sets how a site is made.
type siteOptions struct {
	version string
	pipe    pipeOptions
	server  func(*http.Server) // changes the server
}

func over(t *testing.T, o siteOptions, h http.Handler, f func(s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { withSite(t, o, h, f) })
}

func withSite(t *testing.T, o siteOptions, h http.Handler, f func(s *site)) {
	t.Helper()
	l := wstest.NewListener(o.pipe)
	srv := &httptest.Server{Listener: l, EnableHTTP2: o.version == overHTTP2, Config: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 50 * time.Millisecond,
		ReadTimeout:       50 * time.Millisecond,
		WriteTimeout:      50 * time.Millisecond,
		ErrorLog:          log.New(io.Discard, "", 0),
	}}
	if o.server != nil {
		o.server(srv.Config)
	}
	s := &site{t: t, l: l, url: "http://example.com/"}
	tr := &http.Transport{DialContext: l.Dial}
	switch o.version {
	case overHTTP1:
		srv.Start()
	case overHTTP2:
		srv.StartTLS()
		tr = srv.Client().Transport.(*http.Transport)
		tr.DialContext = l.Dial
		s.url = "https://example.com/"
	case overH2C:
		srv.Config.Protocols = new(http.Protocols)
		srv.Config.Protocols.SetUnencryptedHTTP2(true)
		tr.Protocols = srv.Config.Protocols
		srv.Start()
	}
	s.client = &http.Client{Transport: tr}
	defer srv.Close()
	defer tr.CloseIdleConnections()
	f(s)
}

// request makes a request whose context ends with the test.
func (s *site) request(method string) *http.Request {
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url, nil)
	require.NoError(s.t, err)
	return req
}

// do sends a request.
func (s *site) do(req *http.Request) *http.Response {
	s.t.Helper()
	resp, err := s.client.Do(req)
	require.NoError(s.t, err)
	return resp
}

// get opens a stream.
func (s *site) get() *incoming {
	s.t.Helper()
	return s.open(s.request(http.MethodGet))
}

func (s *site) open(req *http.Request) *incoming {
	s.t.Helper()
	resp := s.do(req)
	require.Equal(s.t, http.StatusOK, resp.StatusCode)
	next, stop := iter.Pull2(sse.Read(resp.Body, nil))
	return &incoming{t: s.t, Response: resp, next: next, stop: stop}
}

// dial opens a connection without a client.
func (s *site) dial(request string) net.Conn {
	s.t.Helper()
	c, err := s.l.Dial(s.t.Context(), "", "")
	require.NoError(s.t, err)
	_, err = io.WriteString(c, request)
	require.NoError(s.t, err)
	return c
}

// incoming is what a client receives.
type incoming struct {
	*http.Response
	t    *testing.T
	next func() (sse.Event, error, bool)
	stop func()
}

// expect reads an event.
func (s *incoming) expect(data string) {
	s.t.Helper()
	e, err, ok := s.next()
	require.NoError(s.t, err)
	require.True(s.t, ok, "the stream has ended")
	require.Equal(s.t, data, e.Data)
}

// expectEnd reads to a clean end.
func (s *incoming) expectEnd() {
	s.t.Helper()
	e, err, ok := s.next()
	require.NoError(s.t, err)
	require.False(s.t, ok, "there is an event: %q", e)
	s.close()
}

func (s *incoming) close() {
	s.stop()
	s.Body.Close()
}

// passTime lets time pass in a bubble.
func passTime(d time.Duration) { <-time.After(d) }
