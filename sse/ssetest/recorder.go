package ssetest

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

// ErrReturned is what a [Recorder] answers to a handler that goes on to use it
// after it has returned. (Those of net/http may panic then.)
var ErrReturned = errors.New("ssetest: the handler has returned")

// Recorder is an http.ResponseWriter for testing handlers that stream. Unlike
// httptest.ResponseRecorder it knows what has been flushed when, it has
// deadlines, and it can be a client that fails or takes nothing more. Its
// methods may be called from any goroutine. The zero value is ready; a Recorder
// must not be copied after its first use.
//
// Give it to the handler itself, or by [Recorder.Serve]. Other ways to give it
// are [Recorder.Unwrapping], [Recorder.WithoutFlush] and
// [Recorder.WithoutDeadlines].
//
// It waits only in ways that testing/synctest calls durably blocking, so that
// heartbeats and timeouts take no time in a bubble; a Recorder that is to stall
// has to be made there.
type Recorder struct {
	mu       sync.Mutex
	header   http.Header
	sent     http.Header // as of WriteHeader
	status   int
	body     []byte
	flushed  int // octets of body that have been flushed
	flushes  [][]byte
	actions  []Action
	late     []Action
	returned bool

	deadline time.Time
	changed  chan struct{} // closed when deadline or the limits have changed; nil if nobody waits

	failing, stalling bool
	failAt, stallAt   int // octets of the body
	failure           error
}

// Header gives the header fields that the handler sets.
func (r *Recorder) Header() http.Header {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

// WriteHeader records a status. As with net/http only the first one counts, and
// header fields that are set later are not sent.
func (r *Recorder) WriteHeader(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin(status)
	r.record(Action{Kind: ActHeader, Status: status})
}

// begin sends the header fields, if they have not been.
func (r *Recorder) begin(status int) {
	if r.status == 0 && !r.returned {
		r.status, r.sent = status, r.header.Clone()
		if r.sent == nil {
			r.sent = http.Header{}
		}
	}
}

// Write takes octets. What [Recorder.FailAt] and [Recorder.StallAt] ask for
// happens here.
func (r *Recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := Action{Kind: ActWrite, Time: time.Now()}
	if r.returned {
		a.Err = ErrReturned
	} else {
		r.begin(http.StatusOK)
		a.Octets, a.Err = r.take(p)
	}
	r.record(a)
	return len(a.Octets), a.Err
}

// take puts octets into the body as far as the limits and the deadline let it.
func (r *Recorder) take(p []byte) (taken []byte, err error) {
	for {
		rest := p[len(taken):]
		n := len(rest)
		stall, fail := false, false
		if r.stalling && len(r.body)+n > r.stallAt {
			n, stall = max(r.stallAt-len(r.body), 0), true
		}
		if r.failing && len(r.body)+n > r.failAt {
			n, fail, stall = max(r.failAt-len(r.body), 0), true, false
		}
		r.body = append(r.body, rest[:n]...)
		taken = append(taken, rest[:n]...)
		switch {
		case fail:
			return taken, r.failure
		case !stall:
			return taken, nil
		case r.returned:
			return taken, ErrReturned
		case !r.wait():
			return taken, os.ErrDeadlineExceeded
		}
	}
}

// wait waits for a change, and tells whether the deadline is still ahead. It
// lets the lock go meanwhile.
func (r *Recorder) wait() bool {
	var expired <-chan time.Time
	if !r.deadline.IsZero() {
		d := time.Until(r.deadline)
		if d <= 0 {
			return false
		}
		timer := time.NewTimer(d)
		defer timer.Stop()
		expired = timer.C
	}
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	changed := r.changed
	r.mu.Unlock()
	defer r.mu.Lock()
	select {
	case <-changed:
		return true
	case <-expired:
		return false
	}
}

// wake lets those who wait look again.
func (r *Recorder) wake() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// Flush is FlushError for those who ask for an http.Flusher.
func (r *Recorder) Flush() { _ = r.FlushError() }

// FlushError records a flush, with the octets since the one before.
func (r *Recorder) FlushError() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := Action{Kind: ActFlush}
	if r.returned {
		a.Err = ErrReturned
	} else {
		r.begin(http.StatusOK)
		r.flushes = append(r.flushes, slices.Clone(r.body[r.flushed:]))
		r.flushed = len(r.body)
	}
	r.record(a)
	return a.Err
}

// SetWriteDeadline sets when a Write that stalls is given up with
// os.ErrDeadlineExceeded; also one in progress.
func (r *Recorder) SetWriteDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := Action{Kind: ActWriteDeadline, Deadline: t}
	if r.returned {
		a.Err = ErrReturned
	} else {
		r.deadline = t
		r.wake()
	}
	r.record(a)
	return a.Err
}

// SetReadDeadline records a read deadline. Nothing is read here, so it has no
// effect.
func (r *Recorder) SetReadDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := Action{Kind: ActReadDeadline, Deadline: t}
	if r.returned {
		a.Err = ErrReturned
	}
	r.record(a)
	return a.Err
}

// record keeps an action, with the time unless it has one.
func (r *Recorder) record(a Action) {
	if a.Time.IsZero() {
		a.Time = time.Now()
	}
	if r.returned {
		r.late = append(r.late, a)
		return
	}
	r.actions = append(r.actions, a)
}

// FailAt makes the Write fail with err that would take the body past so many
// octets: those before are taken. A negative number takes the failure back.
func (r *Recorder) FailAt(octets int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failing, r.failAt, r.failure = octets >= 0, octets, err
	r.wake()
}

// StallAt makes the Write wait that would take the body past so many octets, as
// a client does that has stopped reading: until the write deadline is over, or
// StallAt or FailAt is called again. A negative number lets everything through.
func (r *Recorder) StallAt(octets int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stalling, r.stallAt = octets >= 0, octets
	r.wake()
}

// Serve lets h answer req and returns when h has returned. The request's context
// ends then, as with net/http, and from then on every call is recorded by
// [Recorder.Late] and fails.
func (r *Recorder) Serve(h http.Handler, req *http.Request) {
	ctx, cancel := context.WithCancel(req.Context())
	defer func() {
		cancel()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.begin(http.StatusOK)
		r.returned = true
		r.wake()
	}()
	h.ServeHTTP(r, req.WithContext(ctx))
}
