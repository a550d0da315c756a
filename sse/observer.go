package sse

import (
	"net/http"
	"time"
)

// Observer is told what a [Stream] does and sees, for logs, metrics and
// diagnosis (section 9.2.10). All its functions may be nil. They are called by
// the goroutine of the loop over the events, in the order of things, so they
// must not take long. They may call methods of the Stream.
//
//req:impl SSE-9.2.10-01
type Observer struct {
	// Attempt is called before a request is sent. The request is complete:
	// secrets are in its headers.
	Attempt func(a *Attempt)

	// Open is called when an answer is an event stream. The response's Request
	// is the last one after redirects; its Body is not to be touched.
	Open func(r *http.Response)

	// Event is called before an event is given to the loop.
	Event func(e Event)

	// Comment is called with the text of each comment. Without it comments are
	// skipped as they come; with it they count towards Client.MaxEventBytes.
	Comment func(text string)

	// Retry is called with each reconnection time that the stream sets.
	Retry func(d time.Duration)

	// ID is called when the stream sets another last event ID without an event.
	ID func(id string)

	// Omit is called when the last event ID can't be sent, since no header can
	// have it, and a request goes without.
	Omit func(id string, err error)

	// Lost is called when there is no connection any more, or none came about,
	// and it is not the end: the "error" event of section 9.2.3 while the state
	// is Connecting. The error is that of Attempt.Err.
	Lost func(err error)

	// Wait is called when a wait before the next attempt begins.
	Wait func(d time.Duration)

	// End is called at the end of each loop over the events, with the error of
	// its last pair, and nil if it had none.
	End func(err error)
}

// call calls f, if there is one.
func call[T any](f func(T), v T) {
	if f != nil {
		f(v)
	}
}
