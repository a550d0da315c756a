package sse

import (
	"context"
	"io"
	"iter"
	"net/http"
	"sync/atomic"
	"time"
)

// Response is an event stream that answers one request; [Do] gives it. All but
// Close is for the goroutine that loops over the events.
type Response struct {
	// HTTP is the response. Its Body belongs to Events. Request.URL in it is the
	// URL after all redirects: its origin is that of the events.
	HTTP *http.Response

	ctx    context.Context // the caller's
	cancel context.CancelCauseFunc
	in     *reader
	looped atomic.Bool
	closed atomic.Bool
}

// Events gives the events, for one loop. Each comes as soon as its octets have.
// The body is closed when the loop ends, also by break.
//
// The loop ends silently when the server ended the stream between two events.
// Else the last pair has an error and no event: an [*IncompleteError] if the
// stream ended inside an event, a [*LimitError] if an event is too long, the
// cause of the request's context if that has ended (events that had come but
// had not been given are dropped then), one that is net.ErrClosed after Close,
// or what the connection failed with, unchanged: io.ErrUnexpectedEOF if the
// server was cut off.
//
// With HTTP/1.1, break closes the connection, since more may come on it. A loop
// that goes on to the end leaves it for another request.
//
//req:impl SSE-9.2.2-11
func (r *Response) Events() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if r.in == nil {
			yield(Event{}, errNoResponse)
			return
		}
		if r.looped.Swap(true) {
			yield(Event{}, ErrSecondLoop)
			return
		}
		defer r.Close()
		defer r.in.release()
		for {
			if err := r.ended(); err != nil {
				yield(Event{}, err)
				return
			}
			e, err := r.in.next()
			if err == io.EOF { //nolint:errorlint // next gives it as it is
				return
			}
			if err != nil {
				if ended := r.ended(); ended != nil { // err says it in words of the transport's
					err = ended
				}
				yield(Event{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// ended gives why no more events are to be given, nil if they are.
func (r *Response) ended() error {
	switch {
	case r.ctx.Err() != nil:
		return context.Cause(r.ctx)
	case r.closed.Load():
		return errResponseClosed
	}
	return nil
}

// LastEventID gives the last event ID as of the last event that the loop gave,
// or of a blank line since that set one without an event. A later stream can
// be asked for with it.
func (r *Response) LastEventID() string {
	if r.in == nil {
		return ""
	}
	return r.in.lastEventID()
}

// Retry gives the reconnection time, if the stream has set one.
func (r *Response) Retry() (time.Duration, bool) {
	if r.in == nil {
		return 0, false
	}
	return r.in.retry()
}

// Close closes the body, from any goroutine. A loop in progress ends with an
// error that is net.ErrClosed. After the first time it does nothing.
func (r *Response) Close() error {
	if r.in == nil || r.closed.Swap(true) {
		return nil
	}
	err := r.HTTP.Body.Close()
	r.cancel(errResponseClosed)
	return err
}
