package sse

import (
	"net/http"
	"time"
)

// Attempt is an attempt of a [Stream] to connect, as Client.Decide and Observer
// see it before it is made.
type Attempt struct {
	// Number counts the requests of the stream, from 1.
	Number int

	// Failed is how many attempts in a row failed before this one: those that
	// brought neither an event nor a last event ID, and did not stay open for
	// the reconnection time either.
	Failed int

	// LastEventID is what the stream is to go on after. It is in the header of
	// Request already, unless no header can have it.
	LastEventID string

	// Err is why the attempt before ended: io.EOF if the server ended the
	// stream, an [*IncompleteError] if that was within an event, a
	// [*StatusError] with its headers and body, [ErrIdleTimeout], [ErrRestart]
	// or another error. It is nil for the first attempt, and for the first of a
	// loop after one that was left with break.
	Err error

	// StatusCode is the status of the answer to the attempt before, 0 if there
	// was none.
	StatusCode int

	// Delay is the time to wait before the request is sent. Decide may change
	// it, but it is never less than Client.MinRetry unless it was before: for
	// the first attempt, and after Restart, it is 0.
	Delay time.Duration

	// Final says that the Policy takes Err for final: the stream is to end with
	// it. Decide may set it to false, to try again: after a 401, say, with
	// another token. To set it to true means nothing: return an error instead.
	Final bool

	// Request is the request to be sent, a copy made for this attempt. Decide
	// may change it, also to another URL, or put another in its place, which is
	// copied and gets what it lacks of Accept, Cache-Control and Last-Event-ID.
	// Its context is that of the attempt whatever Decide does, and a Body that
	// it has not set comes from GetBody.
	Request *http.Request
}
