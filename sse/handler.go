package sse

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net/http"
)

// Handler gives an http.Handler that runs fn for each stream. What is no request
// for a stream, it answers as [Accept] does, HEAD and CORS preflights too.
//
// The stream ends when fn returns, and every send after that gives [ErrClosed].
// An error of fn is told to [Options].Logger, unless it says only that the
// stream has ended; the client is not told. A panic goes on to net/http, which
// cuts the connection or the stream of HTTP/2.
//
// ctx is that of [Conn.Context]. fn should return soon after it ends.
//
// Wrong options are found by [Options.Check]; here they become an answer 500 to
// every request.
func Handler(fn func(ctx context.Context, c *Conn) error, o *Options) http.Handler {
	s, err := newServerSettings(o)
	if err == nil && fn == nil {
		err = errors.New("sse: Handler: fn is nil")
	}
	return &streamHandler{fn: fn, set: s, err: err}
}

type streamHandler struct {
	fn  func(context.Context, *Conn) error
	set *serverSettings
	err error // what is wrong with the options
}

func (h *streamHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.err != nil {
		h.set.logMistake(r, h.set.refuse(w, r, internal(h.err)))
		return
	}
	h.set.logMistake(r, h.set.run(w, r, func(c *Conn) error {
		err := h.fn(c.ctx, c)
		h.logError(c, err)
		return err
	}))
}

// logMistake tells the server's log why an answer was 500, if there is no Logger
// that was told. err is all that a Handler knows of it, and it goes no further.
func (s *serverSettings) logMistake(r *http.Request, err error) {
	if e, ok := errors.AsType[*RefusedError](err); ok && e.Err != nil && s.Logger == nil {
		logToServer(r.Context(), "%v", e)
	}
}

// run serves one request by fn. The error is why there was no stream, or fn's,
// or that of the end.
func (s *serverSettings) run(w http.ResponseWriter, r *http.Request, fn func(c *Conn) error) error {
	c, err := s.accept(w, r)
	if err != nil {
		if errors.Is(err, ErrAnswered) {
			return nil
		}
		return err
	}
	returned := false
	defer func() {
		if !returned { // a panic, or runtime.Goexit
			c.abort()
		}
	}()
	err = fn(c)
	returned = true
	if closed := c.Close(); err == nil {
		err = closed
	}
	if r.ProtoMajor == 1 {
		// Close leaves a stream alone whose request's context has ended, since
		// the handler might have returned. This one has not.
		c.mu.lock()
		defer c.mu.unlock()
		c.armEnd()
	}
	return err
}

func (h *streamHandler) logError(c *Conn, err error) {
	if err == nil || h.set.Logger == nil {
		return
	}
	if cause := context.Cause(c.ctx); cause != nil && (errors.Is(err, cause) || errors.Is(err, c.ctx.Err())) {
		return // the stream had ended, and that is all it says
	}
	h.set.Logger.LogAttrs(c.ctx, slog.LevelError, "event stream handler failed",
		slog.Any("error", err), slog.String("remote", c.remote))
}

// logToServer logs where the http.Server of ctx does.
func logToServer(ctx context.Context, format string, args ...any) {
	if s, ok := ctx.Value(http.ServerContextKey).(*http.Server); ok && s.ErrorLog != nil {
		s.ErrorLog.Printf(format, args...)
		return
	}
	log.Printf(format, args...)
}
