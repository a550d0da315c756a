package comet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"longwire.example/sse"
)

// refusal is a request that is answered with an error.
type refusal struct {
	status int
	text   string // for the client
	err    error  // for the log
}

func (e *refusal) Error() string {
	s := fmt.Sprintf("comet: refused with %d: %s", e.status, e.text)
	if e.err != nil {
		s += ": " + e.err.Error()
	}
	return s
}

func (e *refusal) Unwrap() error { return e.err }

func refuse(status int, format string, args ...any) error {
	return &refusal{status: status, text: fmt.Sprintf(format, args...)}
}

var errGoingAway = &refusal{status: http.StatusServiceUnavailable, text: "this server is about to go away"}

// forbid refuses a request for an error of the application, with the status that
// it asks for, or def. Its text is not the client's business.
func forbid(err error, def int) error {
	status := sse.StatusOf(err, def)
	return &refusal{status: status, text: cmp.Or(http.StatusText(status), "refused"), err: err}
}

// refuse answers a request that has met err, if its answer has not begun.
func (x *exchange) refuse(err error) {
	e, ok := errors.AsType[*refusal](err)
	if !ok {
		e = &refusal{status: http.StatusInternalServerError, text: "this server can't give events", err: err}
	}
	if !x.begun {
		x.w.Header().Set("Cache-Control", "no-store")
		x.deadline()
		http.Error(x.w, e.text, e.status)
	}
	if l := x.h.Logger; l != nil && !usual(x.r.Context(), err) {
		level := slog.LevelInfo
		if !x.begun && e.status == http.StatusInternalServerError {
			level = slog.LevelError
		}
		l.LogAttrs(x.r.Context(), level, "comet request ended", slog.String("path", x.r.URL.Path),
			slog.Any("error", err), slog.String("remote", x.r.RemoteAddr))
	}
}

// usual tells whether err is an end that is worth no record: the client has gone,
// or this server goes away.
func usual(ctx context.Context, err error) bool {
	if errors.Is(err, errSlow) || errors.Is(err, sse.ErrWriteTimeout) {
		return false
	}
	return ctx.Err() != nil || errors.Is(err, sse.ErrHubClosed) || errors.Is(err, sse.ErrAnswered)
}
