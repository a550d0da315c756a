package sse_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// overTCP gives a server, a client of it and the number of its connections.
func overTCP(t *testing.T, h http.HandlerFunc) (url string, c *http.Client, connections *atomic.Int32) {
	t.Helper()
	connections = new(atomic.Int32)
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL, srv.Client(), connections
}

func stream(w http.ResponseWriter, octets string) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, octets)
	_ = http.NewResponseController(w).Flush()
}

// The connection of an answer that was read to its end takes the next request,
// be it a stream or an error.
func TestConnectionsAreUsedAgain(t *testing.T) {
	url, c, connections := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			http.Error(w, "no such stream", http.StatusNotFound)
			return
		}
		stream(w, "data: 1\n\n")
		stream(w, "data: 2\n\n")
	})
	for range 3 {
		resp, err := sse.Do(c, request(t, http.MethodPost, url, "body"), nil)
		require.NoError(t, err)
		events, err := eventsOf(t, resp.Events())
		require.NoError(t, err)
		require.Len(t, events, 2)
		_, err = sse.Do(c, request(t, http.MethodGet, url+"/none", ""), nil)
		e, ok := errors.AsType[*sse.StatusError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, "no such stream\n", string(e.Body))
		assert.Equal(t, "404 Not Found", e.Status)
	}
	assert.EqualValues(t, 1, connections.Load())
}

// Each event is there when the server has flushed it, before it goes on.
//
//req:test SSE-9.2.5-05
func TestEventsComeAsTheyAreSent(t *testing.T) {
	taken := make(chan struct{})
	url, c, _ := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		for range 3 {
			stream(w, "data: 1\n\n")
			select {
			case <-taken:
			case <-r.Context().Done():
				return
			}
		}
	})
	resp, err := sse.Do(c, request(t, http.MethodGet, url, ""), nil)
	require.NoError(t, err)
	n := 0
	for _, err := range resp.Events() {
		require.NoError(t, err)
		n++
		taken <- struct{}{}
	}
	assert.Equal(t, 3, n)
}

// A server that breaks off in the middle of an answer is no end of a stream,
// even between two events.
func TestAConnectionCutOff(t *testing.T) {
	url, c, _ := overTCP(t, func(w http.ResponseWriter, _ *http.Request) {
		stream(w, "data: 1\n\n")
		panic(http.ErrAbortHandler)
	})
	resp, err := sse.Do(c, request(t, http.MethodGet, url, ""), nil)
	require.NoError(t, err)
	events, err := eventsOf(t, resp.Events())
	assert.Len(t, events, 1)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// Break, Close and the end of the context are noticed by the server.
func TestTheServerSeesTheClientGo(t *testing.T) {
	cause := errors.New("enough")
	gone := make(chan struct{})
	url, c, _ := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		stream(w, "data: 1\n\n")
		<-r.Context().Done()
		gone <- struct{}{}
	})
	for name, end := range map[string]func(resp *sse.Response, cancel context.CancelCauseFunc) error{
		"break":   nil,
		"close":   func(resp *sse.Response, _ context.CancelCauseFunc) error { _ = resp.Close(); return net.ErrClosed },
		"context": func(_ *sse.Response, cancel context.CancelCauseFunc) error { cancel(cause); return cause },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			resp, err := sse.Do(c, request(t, http.MethodGet, url, "").WithContext(ctx), nil)
			require.NoError(t, err)
			var got, want error
			for _, err := range resp.Events() {
				if got = err; err != nil || end == nil {
					break
				}
				want = end(resp, cancel)
			}
			require.ErrorIs(t, got, want)
			<-gone
		})
	}
}

// The transport asks for gzip and undoes it, as long as nobody else asks.
func TestGzip(t *testing.T) {
	url, c, _ := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.WriteHeader(http.StatusNotAcceptable)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "data: squeezed\n\n")
		_ = z.Close()
	})
	resp, err := sse.Do(c, request(t, http.MethodGet, url, ""), nil)
	require.NoError(t, err)
	events, err := eventsOf(t, resp.Events())
	require.NoError(t, err)
	assert.Equal(t, []sse.Event{{Type: "message", Data: "squeezed"}}, events)

	req := request(t, http.MethodGet, url, "")
	req.Header.Set("Accept-Encoding", "gzip")
	_, err = sse.Do(c, req, nil)
	e, ok := errors.AsType[*sse.ContentEncodingError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "gzip", e.ContentEncoding)
}

// A refused connection is named without the secrets of the URL.
func TestDoWithoutAServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	host := l.Addr().String()
	_, err = sse.Do(nil, request(t, http.MethodGet, "http://user:password@"+host+"/token?key=secret", ""), nil)
	require.Error(t, err)
	_, ok := errors.AsType[*net.OpError](err)
	assert.True(t, ok)
	assert.Contains(t, err.Error(), "sse: GET http://"+host+": ")
	for _, secret := range []string{"user", "password", "token", "key", "secret"} {
		assert.NotContains(t, err.Error(), secret)
	}
}
