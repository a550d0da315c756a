package sse

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// ErrIdleTimeout is why an attempt ended during which the server was silent
	// for Client.IdleTimeout.
	ErrIdleTimeout = errors.New("sse: the server was silent for too long")
	// ErrRestart is why an attempt ended that Restart cut short.
	ErrRestart = errors.New("sse: restarted")
	// ErrMaxAttempts is in the error that a stream ends with after
	// Client.MaxAttempts attempts in a row failed; so is that of the last.
	ErrMaxAttempts = errors.New("sse: too many attempts in a row failed")
	// ErrConcurrentLoop is given to a second loop over the events of a Stream
	// while there is one.
	ErrConcurrentLoop = errors.New("sse: another loop over the events is in progress")
)

// errNoLoop is misuse.
var errNoLoop = errors.New("sse: Events without a context, or of a Stream that Client.Stream did not make")

// errStreamClosed is the cause of contexts after Close. Nobody is given it but
// a Decide, a transport and what they call.
var errStreamClosed = errors.New("sse: the stream was closed")

// Stream is a subscription to an event stream, which lasts over any number of
// connections; [Client.Stream] gives it. Its methods may be called from any
// goroutine. It has no goroutine of its own: it connects, waits and receives in
// the loop over its events, and is still while there is none.
type Stream struct {
	c       Client
	http    *http.Client
	request *http.Request
	looping atomic.Bool

	// Of the loop in progress; what stays here, the next loop goes on with.
	in      *reader
	wait    backoff
	sent    int       // requests
	failed  int       // attempts in a row
	lost    error     // why the last attempt ended, nil if there is no reason to wait
	status  int       // of its answer, 0 if there was none
	final   bool      // the Policy takes lost for final, and Decide is to be asked
	due     time.Time // the end of the wait in progress
	success bool      // the attempt in progress has brought something

	mu      sync.Mutex // guards what follows; never held while something is called
	state   State
	err     error // why the state is Closed, nil after Close and 204
	id      string
	url     *url.URL
	restart bool                    // Restart was called since the last attempt began
	cancel  context.CancelCauseFunc // of the attempt in progress
}

// Events gives the events, of all connections together. Each comes as soon as
// its octets have. There can be one loop at a time. An event that the end of a
// connection cuts off is dropped; the next connection goes on after the last
// event ID of what was complete.
//
// The loop ends
//   - with an error as its last pair, when the stream fails: the Policy says
//     what is final. Later loops get the same pair.
//   - with the cause of ctx as its last pair, when ctx ends.
//   - silently after Close, and when the server says with 204 that there is no
//     more.
//   - by break.
//
// After break and the end of ctx there is no connection any more, but the
// stream is as it was: another loop connects again, after what was left of a
// wait, and goes on after the last event that the loop before was given. An
// event counts as given although the loop was left with it.
func (s *Stream) Events(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if !s.looping.CompareAndSwap(false, true) {
			yield(Event{}, ErrConcurrentLoop)
			return
		}
		defer s.looping.Store(false)
		l := loop{Stream: s, events: ctx, yield: yield}
		err := l.run()
		call(s.c.Observer.End, err)
		if err != nil {
			yield(Event{}, err)
		}
	}
}

// State gives what the stream is doing.
func (s *Stream) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// URL gives the URL of the last answer that was an event stream, after
// redirects: its origin is that of the events (section 9.2.6). Before the first
// it is the URL of the request, and nil if that has none.
//
//req:impl SSE-9.2.6-19
func (s *Stream) URL() *url.URL {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.url == nil {
		return nil
	}
	u := *s.url
	return &u
}

// LastEventID gives the last event ID as of the last event that a loop was
// given, or of a blank line since that set one without an event. It is what the
// next connection goes on after.
func (s *Stream) LastEventID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// Restart gives up the attempt in progress, be it a connection, a request or
// the wait before it, and makes another one at once: when the network has come
// back, say. The waits after it begin anew. It returns without waiting for
// that, and does nothing while there is no loop over the events or the state is
// Closed. Called in the loop, it drops events of the old connection that have
// come and were not yet given; the new one goes on before them.
func (s *Stream) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Closed || !s.looping.Load() {
		return
	}
	s.restart = true
	if s.cancel != nil {
		s.cancel(ErrRestart)
	}
}

// Close ends the stream: the connection is given up, and a loop over the events
// ends silently. No event is given any more. It returns without waiting for
// that, and never with an error.
//
//req:impl SSE-9.2.2-14
func (s *Stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Closed {
		return nil
	}
	s.state = Closed
	if s.cancel != nil {
		s.cancel(errStreamClosed)
	}
	return nil
}

// begin makes the context of an attempt and says whether Restart was called
// since the one before. In state Closed the context has ended.
func (s *Stream) begin(parent context.Context) (ctx context.Context, cancel context.CancelCauseFunc, restarted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel = context.WithCancelCause(parent)
	if s.state == Closed {
		cancel(errStreamClosed)
	}
	restarted, s.restart = s.restart, false
	s.cancel = cancel
	return ctx, cancel, restarted
}

// succeed says that the attempt in progress was good: a loop that follows
// connects at once.
func (s *Stream) succeed() { s.success, s.failed, s.lost = true, 0, nil }

// finish ends the context of an attempt. Unless Closed, there is no connection
// now.
func (s *Stream) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel(context.Canceled)
	s.cancel = nil
	if s.state == Open {
		s.state = Connecting
	}
}

// announce says that there is a connection (section 9.2.3).
//
//req:impl SSE-9.2.3-01
func (s *Stream) announce(r *http.Response) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Closed {
		return false
	}
	s.state = Open
	if r.Request != nil && r.Request.URL != nil {
		s.url = r.Request.URL
	}
	return true
}

// accept takes a last event ID, unless Closed.
//
//req:impl SSE-9.2.6-22
func (s *Stream) accept(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Closed {
		return false
	}
	s.id = id
	return true
}

// over tells whether the state is Closed, and why.
func (s *Stream) over() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == Closed, s.err
}

// end makes the state Closed (section 9.2.3: fail the connection) and gives
// the error for the loop: err, or nil if Close was faster.
//
//req:impl SSE-9.2.3-07 SSE-9.2.3-08
func (s *Stream) end(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != Closed {
		s.state, s.err = Closed, err
	}
	return s.err
}
