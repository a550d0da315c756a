package sse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// loop is one loop over the events of a Stream: attempts, one after the other.
type loop struct {
	*Stream
	events context.Context // that Events was given
	yield  func(Event, error) bool
	left   bool // by break
}

// run goes through the attempts until the loop ends, and gives the error of its
// last pair, nil if there is to be none.
func (l *loop) run() error {
	if over, err := l.over(); over {
		return err
	}
	if l.events == nil || l.in == nil {
		return errNoLoop
	}
	defer l.in.release()
	own := l.request.Context()
	ctx, cancel := context.WithCancelCause(valueContext{l.events, own})
	defer cancel(context.Canceled)
	defer context.AfterFunc(own, func() { cancel(context.Cause(own)) })()
	for {
		decided, err := l.attempt(ctx)
		if over, err := l.after(decided, err); over {
			if l.left { // whatever has ended meanwhile: no pair is taken any more
				return nil
			}
			return err
		}
	}
}

// after says how it goes on after an attempt that ended with err. If decided
// is true that is an error of the caller's, and the end.
func (l *loop) after(decided bool, err error) (over bool, last error) {
	if over, last := l.over(); over {
		return true, last
	}
	own := l.request.Context()
	switch {
	case own.Err() != nil: // the fetch is aborted, and so the connection failed
		//req:impl SSE-9.2.2-06
		return true, l.end(context.Cause(own))
	case l.left, l.events.Err() != nil:
		return true, context.Cause(l.events)
	case decided:
		return true, l.end(err)
	}
	if !l.success && !errors.Is(err, ErrRestart) {
		l.failed++
	}
	l.lost, l.final = err, false
	switch l.c.Policy.judge(err) {
	case nothing:
		return true, l.end(nil)
	case fail:
		if l.c.Decide == nil {
			return true, l.end(err)
		}
		l.final = true
	case again:
	}
	if l.c.MaxAttempts > 0 && l.failed >= l.c.MaxAttempts {
		if err == io.EOF { //nolint:errorlint // this very one is the end of the stream
			err = errEmptyStream
		}
		return true, l.end(fmt.Errorf("%w (%d), the last: %w", ErrMaxAttempts, l.failed, err))
	}
	if !l.final {
		//req:impl SSE-9.2.3-02
		call(l.c.Observer.Lost, err)
	}
	return false, nil
}

// errEmptyStream says in words what io.EOF is.
var errEmptyStream = fmt.Errorf("the server ended the stream: %w", io.EOF)

// attempt waits, connects and gives the events. The error says why it ended;
// decided is true if that is an error of the caller's.
func (l *loop) attempt(parent context.Context) (decided bool, err error) {
	ctx, cancel, restarted := l.begin(parent)
	defer l.finish()
	l.success = false
	if restarted {
		l.failed = 0
	}
	a := l.plan(ctx, restarted)
	if err := l.decide(ctx, a); err != nil {
		closeBody(a.Request)  // one that Decide has set
		if ctx.Err() != nil { // that may be why
			return false, context.Cause(ctx)
		}
		return true, err
	}
	if err := l.pause(ctx, a.Delay); err != nil {
		closeBody(a.Request)
		if errors.Is(err, ErrRestart) {
			l.status = 0
		}
		return false, err
	}
	if a.Request.Body == nil && a.Request.GetBody != nil {
		if a.Request.Body, err = a.Request.GetBody(); err != nil {
			return true, fmt.Errorf("sse: GetBody of the request: %w", err)
		}
	}
	return false, l.connect(ctx, cancel, a)
}

// pause waits before an attempt.
//
//req:impl SSE-9.2.3-05
func (l *loop) pause(ctx context.Context, d time.Duration) error {
	if d > 0 && l.ended(ctx) == nil {
		l.due = time.Now().Add(d)
		call(l.c.Observer.Wait, d)
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
	if err := l.ended(ctx); err != nil {
		return err
	}
	l.due = time.Time{}
	return nil
}

// connect sends the request and gives the events of the answer.
func (l *loop) connect(ctx context.Context, cancel context.CancelCauseFunc, a *Attempt) error {
	l.sent++
	l.status = 0
	call(l.c.Observer.Attempt, a)
	idle := newIdleTimer(l.c.IdleTimeout, cancel)
	defer idle.stop()
	resp, err := l.http.Do(a.Request)
	idle.stop()
	if err != nil {
		return requestError(a.Request, err)
	}
	l.status = resp.StatusCode
	if err := refusal(resp, 0, cancel); err != nil {
		return err
	}
	defer func() {
		cancel(context.Canceled) // so that no transport waits for more
		_ = resp.Body.Close()
	}()
	if !l.announce(resp) {
		return errStreamClosed
	}
	opened := time.Now()
	call(l.c.Observer.Open, resp)
	l.in.reset(endingReader{idle.body(resp.Body), func() error { return l.ended(ctx) }}, l.LastEventID())
	err = l.receive(ctx)
	if time.Since(opened) >= l.wait.base() {
		l.succeed()
	}
	return err
}

// ended gives why no more events are to be given, nil if they are. The context
// of an attempt hears from the request's own with a delay.
func (l *loop) ended(ctx context.Context) error {
	if own := l.request.Context(); own.Err() != nil {
		return context.Cause(own)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// receive gives the events until there are no more.
//
//req:impl SSE-9.2.2-11
func (l *loop) receive(ctx context.Context) error {
	for l.ended(ctx) == nil {
		e, err := l.in.next()
		switch ended := l.ended(ctx); {
		case ended != nil: // events that have come are not given any more
			return ended
		case err != nil:
			return err
		}
		call(l.c.Observer.Event, e)
		if !l.accept(e.LastEventID) {
			return errStreamClosed
		}
		l.succeed()
		if !l.yield(e, nil) {
			l.left = true
			return nil
		}
	}
	return l.ended(ctx)
}
