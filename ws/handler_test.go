package ws_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// lockedBuffer is a bytes.Buffer for a log.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

// handled serves fn and gives a client connection to it.
func handled(t *testing.T, fn func(context.Context, *ws.Conn) error, o *ws.Options, errorLog *log.Logger) *ws.Conn {
	t.Helper()
	s := httptest.NewUnstartedServer(ws.Handler(fn, o))
	s.Config.ErrorLog = errorLog
	s.Start()
	t.Cleanup(s.Close)
	c, _, err := ws.Dial(t.Context(), wsURL(s), nil)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseNow() })
	return c
}

func TestHandlerEnds(t *testing.T) {
	for name, c := range map[string]struct {
		fn     func(context.Context, *ws.Conn) error
		code   ws.StatusCode
		reason string
	}{
		"nil":        {func(context.Context, *ws.Conn) error { return nil }, 1000, ""},
		"error":      {func(context.Context, *ws.Conn) error { return errors.New("secret") }, 1011, ""},
		"CloseError": {func(context.Context, *ws.Conn) error { return &ws.CloseError{Code: 4001, Reason: "bye"} }, 4001, "bye"},
		"in a tree":  {func(context.Context, *ws.Conn) error { return fmt.Errorf("x: %w", &ws.CloseError{Code: 1013}) }, 1013, ""},
		"unsendable": {func(context.Context, *ws.Conn) error { return &ws.CloseError{Code: 1006} }, 1011, ""},
		"reason too long": {func(context.Context, *ws.Conn) error {
			return &ws.CloseError{Code: 4001, Reason: string(make([]byte, 124))}
		}, 4001, ""},
		"abort":  {func(context.Context, *ws.Conn) error { panic(http.ErrAbortHandler) }, 1006, ""},
		"Goexit": {func(context.Context, *ws.Conn) error { runtime.Goexit(); return nil }, 1006, ""},
		"closed already": {func(_ context.Context, c *ws.Conn) error {
			_ = c.Close(4002, "done")
			return errors.New("late")
		}, 4002, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			checkGoroutines(t)
			conn := handled(t, c.fn, nil, nil)
			_, _, err := conn.Read(t.Context())
			e, ok := errors.AsType[*ws.CloseError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, c.code, e.Code)
			assert.Equal(t, c.reason, e.Reason)
		})
	}
}

func TestHandlerPanics(t *testing.T) {
	boom := func(context.Context, *ws.Conn) error { panic("boom") }
	t.Run("log of the server", func(t *testing.T) {
		checkGoroutines(t)
		var buf lockedBuffer
		c := handled(t, boom, nil, log.New(&buf, "", 0))
		_, _, err := c.Read(t.Context())
		assert.Equal(t, ws.StatusInternalError, ws.CloseStatus(err))
		assert.Contains(t, buf.String(), "ws: panic serving 127.0.0.1:")
		assert.Contains(t, buf.String(), ": boom\ngoroutine ")
		assert.Contains(t, buf.String(), "TestHandlerPanics")
	})
	t.Run("Logger", func(t *testing.T) {
		checkGoroutines(t)
		var buf, other lockedBuffer
		c := handled(t, boom, &ws.Options{Logger: slog.New(slog.NewJSONHandler(&buf, nil))}, log.New(&other, "", 0))
		_, _, err := c.Read(t.Context())
		assert.Equal(t, ws.StatusInternalError, ws.CloseStatus(err))
		assert.Contains(t, buf.String(), `"level":"ERROR"`)
		assert.Contains(t, buf.String(), `"panic":"boom"`)
		assert.Contains(t, buf.String(), "TestHandlerPanics")
		assert.Empty(t, other.String())
	})
}

// ServeHTTP returns while the function still runs, and the request's context
// ends then; the connection's does not.
func TestHandlerReturnsAtOnce(t *testing.T) {
	checkGoroutines(t)
	type key struct{}
	returned := make(chan struct{})
	h := ws.Handler(func(ctx context.Context, c *ws.Conn) error {
		<-returned
		assert.NoError(t, ctx.Err())
		assert.Equal(t, "v", ctx.Value(key{}))
		assert.Same(t, c.Context(), ctx)
		return echoBack(ctx, c)
	}, nil)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(context.WithValue(r.Context(), key{}, "v"))
		h.ServeHTTP(w, r.WithContext(ctx))
		cancel()
		close(returned)
	}))
	defer s.Close()
	c, _, err := ws.Dial(t.Context(), wsURL(s), nil)
	require.NoError(t, err)
	checkEcho(t, c)
}

// The function learns that the connection has ended, and why.
func TestHandlerContext(t *testing.T) {
	checkGoroutines(t)
	cause := make(chan error, 1)
	c := handled(t, func(ctx context.Context, c *ws.Conn) error {
		c.Discard()
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return nil
	}, nil, nil)
	require.NoError(t, c.Close(4000, "enough"))
	assert.Equal(t, ws.StatusCode(4000), ws.CloseStatus(<-cause))
}

func TestHandlerWithWrongOptions(t *testing.T) {
	var buf lockedBuffer
	s := httptest.NewUnstartedServer(ws.Handler(echoBack, &ws.Options{Origins: []string{"*"}}))
	s.Config.ErrorLog = log.New(&buf, "", 0)
	s.Start()
	defer s.Close()
	resp, body, rest := exchange(t, s.Listener.Addr().String(), requestText("/"))
	checkRefusal(t, http.StatusInternalServerError, resp, body, rest)
	assert.Equal(t, "internal server error\n", body)
	assert.Contains(t, buf.String(), "wrong options")
}

func TestWrongOptionsGoToTheLogger(t *testing.T) {
	var buf, other lockedBuffer
	s := httptest.NewUnstartedServer(ws.Handler(echoBack, &ws.Options{
		Origins: []string{"*"}, Logger: slog.New(slog.NewTextHandler(&buf, nil)),
	}))
	s.Config.ErrorLog = log.New(&other, "", 0)
	s.Start()
	defer s.Close()
	resp, body, rest := exchange(t, s.Listener.Addr().String(), requestText("/"))
	checkRefusal(t, http.StatusInternalServerError, resp, body, rest)
	assert.Contains(t, buf.String(), "status=500")
	assert.Contains(t, buf.String(), "origin pattern")
	assert.Empty(t, other.String())
}
