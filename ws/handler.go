package ws

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net/http"
	"runtime/debug"

	"longwire.example/ws/frame"
)

// Handler gives an http.Handler that accepts WebSocket connections and runs fn
// for each, in a goroutine of its own. The connection ends with fn: with 1000
// when it returns nil, with 1011 when it returns an error (or with the code
// and reason of a *CloseError in its tree, if they may be sent), and with 1011
// when it panics, which is logged with its stack as net/http would. The text
// of other errors is not told to the peer.
//
// ctx is that of Conn.Context: it has the values of the request's context and
// is cancelled when the connection has ended. http.Server.Shutdown does not
// wait for fn and does not end the connection; Options.Group does.
//
// Wrong options are found by Options.Check; here they become an answer 500 to
// every request.
func Handler(fn func(ctx context.Context, c *Conn) error, o *Options) http.Handler {
	s, err := newSettings(o)
	return &handler{fn: fn, set: s, err: err}
}

type handler struct {
	fn  func(context.Context, *Conn) error
	set *settings
	err error // what is wrong with the options
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.err != nil {
		if h.set.Logger == nil {
			logf(r.Context(), "ws: wrong options: %v", h.err)
		}
		_ = h.set.refuse(w, r, &refused{answer: errInternal, cause: h.err})
		return
	}
	c, err := h.set.accept(w, r)
	if err != nil {
		return // it has been answered and logged
	}
	// net/http keeps its buffers and this stack until ServeHTTP returns.
	go h.run(c)
}

func (h *handler) run(c *Conn) {
	ctx := c.Context()
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if err, ok := v.(error); v == nil || ok && errors.Is(err, http.ErrAbortHandler) {
			_ = c.CloseNow() // runtime.Goexit, or net/http's way to give up
			return
		}
		h.set.logPanic(ctx, "handler", v, addrString(c.nc.RemoteAddr()))
		_ = c.Close(StatusInternalError, "")
	}()
	err := h.fn(ctx, c)
	returned = true
	code, reason := closeFor(err)
	if l := c.set.Logger; l != nil && err != nil && c.result.Load() == nil {
		l.LogAttrs(ctx, slog.LevelInfo, "websocket handler failed",
			slog.Int("code", int(code)), slog.Any("error", err), slog.String("remote", addrString(c.nc.RemoteAddr())))
	}
	_ = c.Close(code, reason)
}

// closeFor gives the code and reason to close with after a function returned
// err.
func closeFor(err error) (StatusCode, string) {
	if err == nil {
		return StatusNormalClosure, ""
	}
	e, ok := errors.AsType[*CloseError](err)
	if !ok || !e.Code.Sendable() {
		return StatusInternalError, ""
	}
	if _, err := frame.AppendClose(nil, e.Code, e.Reason); err != nil {
		return e.Code, ""
	}
	return e.Code, e.Reason
}

// logPanic tells that a function of the application, which what names, has
// panicked.
func (s *settings) logPanic(ctx context.Context, what string, v any, remote string) {
	stack := debug.Stack()
	if l := s.Logger; l != nil {
		l.LogAttrs(ctx, slog.LevelError, "websocket "+what+" panicked",
			slog.Any("panic", v), slog.String("remote", remote), slog.String("stack", string(stack)))
		return
	}
	logf(ctx, "ws: panic serving %s: %v\n%s", remote, v, stack)
}

// logf logs where the http.Server of ctx does.
func logf(ctx context.Context, format string, args ...any) {
	if s, ok := ctx.Value(http.ServerContextKey).(*http.Server); ok && s.ErrorLog != nil {
		s.ErrorLog.Printf(format, args...)
		return
	}
	log.Printf(format, args...) //nolint:gosec // G706: mistakes of this program, its panics and addresses, nothing that a peer wrote
}
