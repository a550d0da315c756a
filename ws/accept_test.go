package ws_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

// accepting serves Accept with o behind middleware, echoes, and hands out what
// Accept gave.
func accepting(t *testing.T, o *ws.Options, wrap func(http.Handler) http.Handler) (*httptest.Server, <-chan result) {
	t.Helper()
	out := make(chan result, 16)
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ws.Accept(w, r, o)
		out <- result{c, err}
		if err == nil {
			_ = echoBack(context.Background(), c)
			c.CloseNow()
		}
	})
	if wrap != nil {
		h = wrap(h)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, out
}

func TestAccept(t *testing.T) {
	checkGoroutines(t)
	type key struct{}
	s, results := accepting(t, &ws.Options{Subprotocols: []string{"chat"}}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "v")))
		})
	})
	nc, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, requestText("/room?x=1", "Sec-WebSocket-Protocol: chat", "X-A: 1"))
	require.NoError(t, err)
	want := sampleAnswer + "Sec-WebSocket-Protocol: chat\r\n\r\n"
	got := make([]byte, len(want))
	_, err = io.ReadFull(nc, got)
	require.NoError(t, err)
	assert.Equal(t, want, string(got))
	r := <-results
	require.NoError(t, r.err)
	i := r.c.Info()
	assert.Equal(t, "chat", i.Subprotocol)
	assert.Equal(t, "/room?x=1", i.Target)
	assert.Equal(t, "example.com", i.Host)
	assert.Equal(t, "1", i.Header.Get("X-A"))
	assert.Equal(t, nc.LocalAddr().String(), i.RemoteAddr.String())
	assert.Equal(t, "v", r.c.Context().Value(key{}))
}

func TestW9_AcceptRefusesWithAWholeAnswer(t *testing.T) {
	checkGoroutines(t)
	s, results := accepting(t, nil, nil)
	for name, c := range map[string]struct {
		request string
		status  int
		err     *handshake.Error
		fields  map[string]string
	}{
		"no upgrade": {
			requestText("/", "Upgrade:", "Connection:"), 426, handshake.ErrNotUpgrade,
			map[string]string{"Upgrade": "websocket"},
		},
		"h2c": {requestText("/", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"), 426, handshake.ErrNotUpgrade, nil},
		"old version": {
			requestText("/", "Sec-WebSocket-Version: 8"), 426, handshake.ErrVersion,
			map[string]string{"Sec-WebSocket-Version": "13", "Upgrade": "websocket"},
		},
		"method":   {"POST" + requestText("/", "Content-Length: 0")[3:], 405, handshake.ErrMethod, map[string]string{"Allow": "GET"}},
		"key":      {requestText("/", "Sec-WebSocket-Key: YWJj"), 400, handshake.ErrKey, nil},
		"origin":   {requestText("/", "Origin: null"), 403, handshake.ErrOrigin, nil},
		"HTTP/1.0": {strings.Replace(requestText("/"), "HTTP/1.1", "HTTP/1.0", 1), 505, handshake.ErrHTTP, nil},
		"body":     {requestText("/", "Content-Length: 5") + "hello", 400, handshake.ErrBody, nil},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body, rest := exchange(t, s.Listener.Addr().String(), c.request)
			checkRefusal(t, c.status, resp, body, rest)
			for name, value := range c.fields {
				assert.Equal(t, value, resp.Header.Get(name))
			}
			require.ErrorIs(t, (<-results).err, c.err)
		})
	}
}

// What a refusal looks like on the wire, octet by octet.
func TestW9_AcceptRefusalOctets(t *testing.T) {
	s, _ := accepting(t, nil, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil // the one field that is never the same
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("X-Frame-Options", "DENY")
			next.ServeHTTP(w, r)
		})
	})
	nc, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, requestText("/", "Sec-WebSocket-Version: 7"))
	require.NoError(t, err)
	all, err := io.ReadAll(nc)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 426 Upgrade Required\r\n"+
		"Connection: close\r\nConnection: Upgrade\r\n"+
		"Content-Length: 50\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Sec-Websocket-Version: 13\r\nUpgrade: websocket\r\n"+
		"X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n\r\n"+
		"only version 13 is spoken here: the request has 7\n", string(all))
}

func TestW6_AcceptLimitsFields(t *testing.T) {
	s, results := accepting(t, nil, nil)
	many := make([]string, 96) // with the five of every handshake
	for i := range many {
		many[i] = fmt.Sprintf("X-%d: 1", i%3)
	}
	resp, body, rest := exchange(t, s.Listener.Addr().String(), requestText("/", many...))
	checkRefusal(t, http.StatusRequestHeaderFieldsTooLarge, resp, body, rest)
	require.ErrorIs(t, (<-results).err, handshake.ErrFieldCount)
	resp, _, _ = exchange(t, s.Listener.Addr().String(), requestText("/", many[:95]...))
	assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	require.NoError(t, (<-results).err)
}

func TestAcceptOverHTTP2(t *testing.T) {
	errs := make(chan error, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := ws.Accept(w, r, nil)
		errs <- err
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	resp, err := s.Client().Get(s.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, 2, resp.ProtoMajor)
	assert.Equal(t, http.StatusHTTPVersionNotSupported, resp.StatusCode)
	assert.Equal(t, "WebSocket is spoken here over HTTP/1.1 only\n", string(body))
	require.ErrorIs(t, <-errs, handshake.ErrHTTP)
}

// unwrapping hides what a ResponseWriter can do, as middleware does that
// counts octets, and has Unwrap.
type unwrapping struct{ http.ResponseWriter }

func (u unwrapping) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// opaque hides it and has no Unwrap.
type opaque struct{ http.ResponseWriter }

// failing can't hand its connection over.
type failing struct{ http.ResponseWriter }

func (failing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return nil, nil, errors.New("not today")
}

func wrapWriter(f func(http.ResponseWriter) http.ResponseWriter) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(f(w), r) })
	}
}

func TestW19_Middleware(t *testing.T) {
	t.Run("with Unwrap", func(t *testing.T) {
		checkGoroutines(t)
		s, results := accepting(t, nil, wrapWriter(func(w http.ResponseWriter) http.ResponseWriter {
			return unwrapping{unwrapping{w}}
		}))
		c, _, err := ws.Dial(t.Context(), wsURL(s), nil)
		require.NoError(t, err)
		checkEcho(t, c)
		require.NoError(t, (<-results).err)
	})
	t.Run("without", func(t *testing.T) {
		s, results := accepting(t, nil, wrapWriter(func(w http.ResponseWriter) http.ResponseWriter { return unwrapping{opaque{w}} }))
		resp, body, rest := exchange(t, s.Listener.Addr().String(), requestText("/"))
		checkRefusal(t, http.StatusNotImplemented, resp, body, rest)
		assert.NotContains(t, body, "ws_test")
		err := (<-results).err
		require.ErrorIs(t, err, http.ErrNotSupported)
		require.ErrorContains(t, err, "ws_test.unwrapping has neither Hijack nor an Unwrap that leads to one")
	})
	t.Run("that fails", func(t *testing.T) {
		s, results := accepting(t, nil, wrapWriter(func(w http.ResponseWriter) http.ResponseWriter { return failing{w} }))
		resp, body, rest := exchange(t, s.Listener.Addr().String(), requestText("/"))
		checkRefusal(t, http.StatusInternalServerError, resp, body, rest)
		assert.NotContains(t, body, "not today")
		require.ErrorContains(t, (<-results).err, "not today")
	})
}

// What middleware put into the response goes along, except for what belongs to
// the handshake.
func TestAcceptSendsTheFieldsOfMiddleware(t *testing.T) {
	s, _ := accepting(t, nil, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Set-Cookie", "a=1")
			w.Header().Add("Set-Cookie", "b=2")
			w.Header().Set("X-Request-Id", "7")
			for _, name := range []string{
				"Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Keep-Alive", "Trailer",
				"Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions",
			} {
				w.Header().Set(name, "9")
			}
			next.ServeHTTP(w, r)
		})
	})
	nc, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, requestText("/", "Sec-WebSocket-Protocol: 9")+clientFrame(frame.OpClose, ""))
	require.NoError(t, err)
	all, err := io.ReadAll(nc)
	require.NoError(t, err)
	assert.Equal(t, sampleAnswer+"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Request-Id: 7\r\n\r\n\x88\x00", string(all))
}

// The server's timeouts are for requests.
func TestAcceptClearsTheServersDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := wstest.Listen()
		s := &http.Server{
			Handler:     ws.Handler(echoBack, &ws.Options{PingInterval: -1}),
			ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: 5 * time.Second,
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		c, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{
			Options: ws.Options{PingInterval: -1},
			NetDial: l.Dial,
		})
		require.NoError(t, err)
		<-time.After(time.Hour)
		checkEcho(t, c)
		require.NoError(t, s.Close())
		require.ErrorIs(t, <-served, http.ErrServerClosed)
	})
}

// oneConn is a listener of one connection.
type oneConn chan net.Conn

func (l oneConn) Accept() (net.Conn, error) {
	nc, ok := <-l
	if !ok {
		return nil, net.ErrClosed
	}
	return nc, nil
}

func (l oneConn) Close() error   { return nil }
func (l oneConn) Addr() net.Addr { return wstest.PipeAddr("one") }

// A client that takes nothing of the answer does not hold Accept up.
func TestW20_AcceptAnswerThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs := make(chan error, 1)
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := ws.Accept(w, r, nil)
			errs <- err
		})}
		a, b := net.Pipe() // it holds nothing
		l := make(oneConn, 1)
		l <- a
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		start := time.Now()
		_, err := io.WriteString(b, requestText("/"))
		require.NoError(t, err)
		require.ErrorIs(t, <-errs, handshake.ErrTimeout)
		assert.Equal(t, ws.DefaultHandshakeTimeout, time.Since(start))
		_, err = b.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		close(l)
		require.ErrorIs(t, <-served, net.ErrClosed)
	})
}

func TestAcceptWithWrongOptions(t *testing.T) {
	s, results := accepting(t, &ws.Options{Origins: []string{"*"}}, nil)
	resp, body, rest := exchange(t, s.Listener.Addr().String(), requestText("/"))
	checkRefusal(t, http.StatusInternalServerError, resp, body, rest)
	require.ErrorContains(t, (<-results).err, "origin")
}
