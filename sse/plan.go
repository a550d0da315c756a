package sse

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// plan prepares the next attempt.
func (l *loop) plan(ctx context.Context, restarted bool) *Attempt {
	a := &Attempt{
		Number:      l.sent + 1,
		Failed:      l.failed,
		LastEventID: l.LastEventID(),
		Err:         l.lost,
		StatusCode:  l.status,
		Final:       l.final,
		Request:     l.request.Clone(ctx),
	}
	switch {
	case restarted, l.lost == nil:
	case !l.due.IsZero(): // a loop was left while it waited
		a.Delay = max(time.Until(l.due), 0)
	default:
		a.Delay = l.delay()
	}
	if a.Request.GetBody != nil {
		a.Request.Body = nil // made when it is sent
	}
	if a.Request.Host == a.Request.URL.Host {
		a.Request.Host = "" // so that another URL is enough to go to another host
	}
	setStreamHeaders(a.Request.Header)
	if err := setLastEventID(a.Request.Header, a.LastEventID); err != nil && l.c.Observer.Omit != nil {
		l.c.Observer.Omit(a.LastEventID, err)
	}
	return a
}

// delay gives the wait after an attempt that ended.
func (l *loop) delay() time.Duration {
	if s, ok := errors.AsType[*StatusError](l.lost); ok {
		if told := retryAfter(s.Header, time.Now()); told > 0 {
			return l.wait.after(told, l.failed)
		}
	}
	return l.wait.delay(l.failed)
}

// decide asks the caller.
func (l *loop) decide(ctx context.Context, a *Attempt) error {
	if l.c.Decide == nil {
		return nil
	}
	floor, given := min(a.Delay, l.c.MinRetry), a.Request
	if err := l.c.Decide(ctx, a); err != nil {
		return err
	}
	if a.Final && l.final {
		return l.lost
	}
	if err := checkRequest(a.Request); err != nil {
		return err
	}
	if l.final {
		l.final = false
		call(l.c.Observer.Lost, l.lost)
	}
	a.Delay = max(a.Delay, floor)
	another := a.Request != given
	a.Request = a.Request.Clone(ctx) // net/http adds cookies to the header
	if a.Request.Header == nil {
		a.Request.Header = http.Header{}
	}
	if another {
		setStreamHeaders(a.Request.Header)
		if a.Request.Header.Get(headerLastEventID) == "" {
			_ = setLastEventID(a.Request.Header, a.LastEventID) // Observer.Omit was told
		}
	}
	return nil
}

func closeBody(r *http.Request) {
	if r != nil && r.Body != nil {
		_ = r.Body.Close()
	}
}

// readerConfig says what the reader of all connections tells.
func (s *Stream) readerConfig() readerConfig {
	return readerConfig{
		maxEventBytes: s.c.MaxEventBytes,
		onComment:     s.c.Observer.Comment,
		onRetry: func(d time.Duration) {
			s.wait.retry = d
			call(s.c.Observer.Retry, d)
		},
		onID: func(id string) {
			if s.accept(id) {
				s.succeed()
				call(s.c.Observer.ID, id)
			}
		},
	}
}
