package sse

import (
	"errors"
	"net/http"
	"strconv"
)

// How a stream ends, as its sends and the cause of its Context tell it.
var (
	// ErrClosed: Close was called, or the function given to Handler has returned.
	ErrClosed = errors.New("sse: the stream is closed")
	// ErrStopped: Options.Stop was closed. It ends the Context alone.
	ErrStopped = errors.New("sse: the server stops")
	// ErrGone: the client is gone, or a handler that called Accept has returned
	// without Close.
	ErrGone = errors.New("sse: the client is gone")
	// ErrWriteTimeout: the client did not take an event in time.
	ErrWriteTimeout = errors.New("sse: the client did not take an event in time")
)

// Why Accept gives no stream.
var (
	// ErrFlush: the ResponseWriter has no way to send what was written before
	// the handler returns, so there can be no event stream. A middleware around
	// the handler is to have an Unwrap method.
	ErrFlush = errors.New("sse: the ResponseWriter can't flush")
	// ErrAnswered: the request asked for no stream and was answered in full. It
	// is a HEAD request or a CORS preflight.
	ErrAnswered = errors.New("sse: the request is answered, and was none for a stream")
)

// RefusedError is a request that Accept has refused. The client has been told.
type RefusedError struct {
	// Status is the HTTP status of the answer.
	Status int
	// Reason is the text of the answer.
	Reason string
	// Err is what is wrong on this side, when the status is 500. The client was
	// not told.
	Err error
}

// Error gives the status and what was wrong.
func (e *RefusedError) Error() string {
	s := "sse: request refused with " + strconv.Itoa(e.Status) + ": "
	if e.Err != nil {
		return s + e.Err.Error()
	}
	return s + e.Reason
}

// Unwrap gives Err.
func (e *RefusedError) Unwrap() error { return e.Err }

// internal is what a client gets for a mistake on this side.
func internal(err error) *RefusedError {
	return &RefusedError{Status: http.StatusInternalServerError, Reason: "this server can't send an event stream", Err: err}
}
