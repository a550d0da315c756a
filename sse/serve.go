package sse

import (
	"context"
	"errors"
	"iter"
	"net/http"
)

// Serve answers r with an event stream of the messages of seq. It is the whole
// of a handler: what is no request for a stream, it answers as [Handler] does.
//
// The stream ends with the iteration, or before it: with the first error of seq,
// or after the message in progress when [Conn.Context] would end. Serve can't
// interrupt seq while that waits for its next message, so it should watch
// r.Context() and [Options].Stop itself.
//
// The error is that of seq, or why the stream ended before: a [*FieldError] for
// a message that can't be sent, [ErrGone], [ErrWriteTimeout], [ErrStopped], or
// another error of a write. It is a [*RefusedError] if there was no stream, and
// nil for a request that asked for none ([ErrAnswered]).
func Serve(w http.ResponseWriter, r *http.Request, seq iter.Seq2[Message, error], o *Options) error {
	s, err := newServerSettings(o)
	if err == nil && seq == nil {
		err = errors.New("sse: Serve: seq is nil")
	}
	if err != nil {
		return s.refuse(w, r, internal(err))
	}
	return s.run(w, r, func(c *Conn) error {
		if err := c.ended(); err != nil {
			return err
		}
		for m, err := range seq {
			if err != nil {
				return err
			}
			if err := c.Send(m); err != nil {
				return err
			}
			if err := c.ended(); err != nil {
				return err
			}
		}
		return c.ended() // seq may have ended because of it
	})
}

// ended says why the Context has ended, or is about to; nil if it has not.
func (c *Conn) ended() error {
	if c.ctx.Err() == nil && c.request.Err() != nil {
		return c.requestEnded()
	}
	return context.Cause(c.ctx)
}
