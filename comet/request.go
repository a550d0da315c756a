package comet

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"longwire.example/sse"
)

// exchange is one request and its answer.
type exchange struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	rc     *http.ResponseController
	query  url.Values
	cursor string
	topics []string
	begun  bool // the answer has begun, so there is no status to give any more
}

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

// coded is an error that knows its HTTP status.
type coded interface {
	error
	StatusCode() int
}

// statusOf gives the status that an error of the application asks for, or def.
func statusOf(err error, def int) int {
	if e, ok := errors.AsType[coded](err); ok {
		if s := e.StatusCode(); s >= 400 && s <= 599 {
			return s
		}
	}
	return def
}

// refuse answers a request that has met err, if its answer has not begun.
func (x *exchange) refuse(err error) {
	e, ok := errors.AsType[*refusal](err)
	if ok && !x.begun {
		x.w.Header().Set("Cache-Control", "no-store")
		x.deadline()
		http.Error(x.w, e.text, e.status)
	}
	if l := x.h.Logger; l != nil && x.r.Context().Err() == nil {
		level := slog.LevelInfo
		if ok && e.status == http.StatusInternalServerError {
			level = slog.LevelError
		}
		l.LogAttrs(x.r.Context(), level, "comet request ended", slog.String("path", x.r.URL.Path),
			slog.Any("error", err), slog.String("remote", x.r.RemoteAddr))
	}
}

// begin reads what a request asks for, and whether it may.
func (x *exchange) begin() (err error) {
	if x.query, err = url.ParseQuery(x.r.URL.RawQuery); err != nil {
		return refuse(http.StatusBadRequest, "the query is malformed")
	}
	if x.cursor, err = x.one("cursor", sse.MaxLastEventID); err != nil {
		return err
	}
	if err = checkCursor(x.cursor); err != nil {
		return err
	}
	x.topics, err = x.h.Topics(x.r)
	if err == nil && len(x.topics) == 0 {
		err = sse.ErrTopic
	}
	if err != nil {
		status := statusOf(err, http.StatusForbidden)
		return &refusal{status: status, text: http.StatusText(status), err: err}
	}
	return nil
}

// one gives the value of a query parameter, or "".
func (x *exchange) one(name string, longest int) (string, error) {
	switch v := x.query[name]; {
	case len(v) == 0:
		return "", nil
	case len(v) > 1:
		return "", refuse(http.StatusBadRequest, "%s is given %d times", name, len(v))
	case len(v[0]) > longest:
		return "", refuse(http.StatusBadRequest, "%s has %d octets, and at most %d are taken", name, len(v[0]), longest)
	default:
		return v[0], nil
	}
}

// subscribe gives what follows the cursor.
func (x *exchange) subscribe(o sse.SubscribeOptions) (*sse.Subscription, error) {
	o.Topics, o.After = x.topics, x.cursor
	s, err := x.h.Hub.Subscribe(o)
	switch {
	case errors.Is(err, sse.ErrHubClosed):
		x.w.Header().Set("Retry-After", "5")
		return nil, refuse(http.StatusServiceUnavailable, "this server is about to go away")
	case err != nil:
		return nil, &refusal{status: http.StatusInternalServerError, text: "this server can't give events", err: err}
	}
	return s, nil
}

// deadline gives the client the time to take what is sent next. The one that
// http.Server has set is for answers that end.
func (x *exchange) deadline() {
	var at time.Time
	if t := x.h.set.writeTimeout; t > 0 {
		at = time.Now().Add(t)
	}
	_ = x.rc.SetWriteDeadline(at) // without it, there is no limit
}

// head sets the header fields of every answer with events, and lets the
// connection be read for as long as the answer takes.
func (x *exchange) head(contentType string) {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // nginx would hold it back to its end
	_ = x.rc.SetReadDeadline(time.Time{})
}
