package sse_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// inMemory gives a client of a server in memory.
func inMemory(s http.RoundTripper) *http.Client { return &http.Client{Transport: s} }

// roundTrip is an http.RoundTripper.
type roundTrip func(r *http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// request gives a request with a body, or none if that is "".
func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, r)
	require.NoError(t, err)
	return req
}

//req:test SSE-9.2.2-04 SSE-9.2.2-05 SSE-9.2.2-11
func TestDoSendsAnyRequest(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, "QUERY"} {
		srv := ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n")})
		req := request(t, method, "https://example.test/v1?q=1", `{"stream":true}`)
		req.Header.Set("Authorization", "Bearer t")
		resp, err := sse.Do(inMemory(srv), req, nil)
		require.NoError(t, err)
		events, err := eventsOf(t, resp.Events())
		require.NoError(t, err)
		assert.Equal(t, []sse.Event{{Type: "message", Data: "1"}}, events)
		require.Len(t, srv.Requests(), 1)
		got := srv.Requests()[0]
		assert.Equal(t, method, got.Method)
		assert.Equal(t, "https://example.test/v1?q=1", got.URL.String())
		assert.JSONEq(t, `{"stream":true}`, string(got.Body))
		assert.Equal(t, http.Header{
			"Accept":        {"text/event-stream"},
			"Authorization": {"Bearer t"},
			"Cache-Control": {"no-cache"},
		}, got.Header)
	}
}

func TestDoKeepsWhatTheCallerSet(t *testing.T) {
	srv := ssetest.NewServer()
	req := request(t, http.MethodGet, "http://example.test", "")
	req.Header = http.Header{
		"Accept":        {"text/event-stream, application/json"},
		"Cache-Control": {"max-age=0"},
		"Last-Event-Id": {"mine"},
	}
	_, err := sse.Do(inMemory(srv), req, nil)
	require.Error(t, err)
	assert.Equal(t, req.Header, srv.Requests()[0].Header)
}

// The request and the clients are the caller's: they stay as they are.
func TestDoChangesNothingOfTheCallers(t *testing.T) {
	srv := ssetest.NewServer()
	c := inMemory(srv)
	for _, h := range []http.Header{nil, {}, {"X-Mine": {"1"}}} {
		req := request(t, http.MethodGet, "http://user:pw@example.test/", "")
		req.Header = h
		before, header, ctx := *req, maps.Clone(h), req.Context()
		_, err := sse.Do(c, req, &sse.ReadOptions{LastEventID: "7"})
		require.Error(t, err)
		assert.Equal(t, header, req.Header)
		assert.Equal(t, before.URL, req.URL)
		assert.Equal(t, ctx, req.Context())
	}
	assert.Nil(t, c.CheckRedirect)
	assert.Equal(t, http.Client{}, *http.DefaultClient)
}

//req:test SSE-9.2.4-01
func TestDoSendsTheLastEventID(t *testing.T) {
	for _, c := range []struct {
		id   string
		sent []string
	}{
		{"", []string{"the caller's"}},
		{"7", []string{"7"}},
		{"\u20AC", []string{"\u20AC"}},
		{"a\tb", []string{"a\tb"}},
	} {
		srv := ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n")})
		req := request(t, http.MethodGet, "http://example.test", "")
		req.Header.Set("Last-Event-ID", "the caller's")
		resp, err := sse.Do(inMemory(srv), req, &sse.ReadOptions{LastEventID: c.id})
		require.NoError(t, err)
		assert.Equal(t, c.id, resp.LastEventID())
		events, err := eventsOf(t, resp.Events())
		require.NoError(t, err)
		assert.Equal(t, []sse.Event{{"message", "1", c.id}}, events)
		assert.Equal(t, c.sent, srv.Requests()[0].Header["Last-Event-Id"])
	}
}

// An id that a stream set and no header can hold is left out, and the request
// is made: net/http would refuse it.
func TestS2_DoLeavesOutAnIDThatNoHeaderCanHold(t *testing.T) {
	for _, id := range []string{"\x01", "a\x7F", "a\x1Fb", "\xFF"} {
		srv := ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n")})
		req := request(t, http.MethodGet, "http://example.test", "")
		resp, err := sse.Do(inMemory(srv), req, &sse.ReadOptions{LastEventID: id})
		require.NoError(t, err)
		events, err := eventsOf(t, resp.Events())
		require.NoError(t, err)
		assert.Equal(t, []sse.Event{{"message", "1", id}}, events)
		_, sent := srv.Requests()[0].LastEventID()
		assert.False(t, sent)
	}
}

//req:test SSE-9.2.6-19
func TestS8_DoShowsNothingToAnotherOrigin(t *testing.T) {
	srv := ssetest.NewServer(
		ssetest.Script{ssetest.Status(http.StatusTemporaryRedirect), ssetest.Header("Location", "https://other.test/")},
		ssetest.Script{ssetest.Send("data: 1\n\n")},
		ssetest.Script{ssetest.Status(http.StatusFound), ssetest.Header("Location", "http://example.test/?downgraded")},
	)
	req := request(t, http.MethodGet, "https://example.test", "")
	req.Header.Set("X-Api-Key", "secret")
	o := &sse.ReadOptions{LastEventID: "7"}
	resp, err := sse.Do(inMemory(srv), req, o)
	require.NoError(t, err)
	require.NoError(t, resp.Close())
	assert.Equal(t, "https://other.test/", resp.HTTP.Request.URL.String(), "the events' origin")
	assert.Equal(t, []string{"Accept", "Cache-Control", "Last-Event-Id", "X-Api-Key"}, srv.Requests()[0].HeaderNames())
	for _, name := range srv.Requests()[1].HeaderNames() {
		assert.Contains(t, []string{"Accept", "Cache-Control", "Referer"}, name)
	}

	_, err = sse.Do(inMemory(srv), req, o)
	require.ErrorIs(t, err, sse.ErrRedirect)
	assert.Len(t, srv.Requests(), 3)
}

// What kept an answer away is in the error, the secrets of the URL are not.
func TestDoErrors(t *testing.T) {
	failure := errors.New("no route")
	c := inMemory(roundTrip(func(*http.Request) (*http.Response, error) { return nil, failure }))
	for method, name := range map[string]string{"": "GET", "POST": "POST"} {
		req := request(t, method, "https://user:password@example.test:444/token/abc?key=def#ghi", "")
		req.Method = method
		_, err := sse.Do(c, req, nil)
		require.ErrorIs(t, err, failure)
		assert.EqualError(t, err, "sse: "+name+" https://example.test:444: no route")

		nested := inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.RequestURI = ""
			return c.Do(r)
		}))
		_, err = sse.Do(nested, req, nil)
		require.ErrorIs(t, err, failure)
		assert.EqualError(t, err, "sse: "+name+" https://example.test:444: no route")
	}
}

func TestDoEndsWithTheContextsCause(t *testing.T) {
	cause := errors.New("changed my mind")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
		cancel(cause)
		<-r.Context().Done()
		return nil, errors.New("transport: cancelled")
	}))
	_, err := sse.Do(c, request(t, http.MethodGet, "http://example.test", "").WithContext(ctx), nil)
	require.ErrorIs(t, err, cause)
	assert.EqualError(t, err, "sse: GET http://example.test: changed my mind")
}

type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

// A request that can't be sent is refused before anything is, and its body is
// closed, as it is whenever net/http takes one.
func TestDoRefusesARequestThatCannotBeSent(t *testing.T) {
	_, err := sse.Do(nil, nil, nil)
	assert.EqualError(t, err, "sse: no request")
	for want, spoil := range map[string]func(r *http.Request){
		"sse: the request has no URL":                                      func(r *http.Request) { r.URL = nil },
		`sse: the scheme of the request's URL is "ftp", not http or https`: func(r *http.Request) { r.URL.Scheme = "ftp" },
		"sse: a server's request can't be sent: its RequestURI is set":     func(r *http.Request) { r.RequestURI = "/" },
	} {
		body := &closing{Reader: bytes.NewReader(nil)}
		req := request(t, http.MethodPost, "http://example.test", "")
		req.Body = body
		spoil(req)
		_, err := sse.Do(nil, req, nil)
		assert.EqualError(t, err, want)
		assert.Equal(t, 1, body.closed)
	}
}
