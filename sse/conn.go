package sse

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"longwire.example/sse/parser"
)

// Conn is an event stream that is being sent. Its methods may be called from any
// goroutine. It is made by [Accept] and [Handler], and it is good until the
// handler returns.
//
// When a send returns nil, the event has been written and flushed. An error of
// one that has begun to write ends the stream: what the client has of the event
// is not known.
type Conn struct {
	set         *serverSettings
	w           http.ResponseWriter
	rc          *http.ResponseController
	request     context.Context // ends when the client is gone or the handler has returned
	ctx         context.Context
	cancel      context.CancelCauseFunc
	lastEventID string
	remote      string
	opened      time.Time

	// deadline is that of the write in progress or of the one that failed, as
	// time since opened, or 0. It is for requestEnded, which must not wait for
	// the lock.
	deadline atomic.Int64

	mu        sendLock           // held while something is written
	err       error              // once set, nothing is written any more
	zip       *compressor        // nil without compression
	last      time.Time          // when the last write began
	heartbeat *time.Timer        // nil without heartbeats
	unwatch   func() bool        // forgets the request's context
	done      context.CancelFunc // lets the parent of ctx go; nil if it has nothing to let go
	deadlines bool               // whether w has write deadlines
	unread    bool               // the request may have a body that was not read
}

func newConn(s *serverSettings, w http.ResponseWriter, r *http.Request, lastEventID string) *Conn {
	c := &Conn{
		set:         s,
		w:           w,
		rc:          http.NewResponseController(w),
		request:     r.Context(),
		lastEventID: lastEventID,
		remote:      r.RemoteAddr,
		opened:      time.Now(),
		mu:          make(sendLock, 1),
		unread:      r.ContentLength != 0 && r.Body != nil && r.Body != http.NoBody,
	}
	// The end of the request's context ends ctx too, but by requestDone: when a
	// write fails, net/http cancels its context without a cause and before the
	// write returns, so nobody would learn of the cause.
	base := context.WithoutCancel(c.request)
	if d, ok := c.request.Deadline(); ok {
		base, c.done = context.WithDeadline(base, d)
	}
	c.ctx, c.cancel = context.WithCancelCause(base)
	return c
}

// start registers what ends the stream or keeps it alive.
func (c *Conn) start() {
	if c.set.Heartbeat > 0 {
		c.heartbeat = time.AfterFunc(c.set.Heartbeat, c.beat)
	}
	watchStop(c.set.Stop, c)
	c.unwatch = context.AfterFunc(c.request, c.requestDone)
}

// requestDone is called when the request's context has ended: the client is
// gone, or the handler has returned. The Context ends at once, also while a
// write is in progress.
func (c *Conn) requestDone() {
	cause := c.requestEnded()
	c.cancel(cause)
	c.mu.lock()
	defer c.mu.unlock()
	if c.err == nil {
		c.end(cause)
	}
}

// end ends the stream: there is no write after it. The first cause stays that of
// the Context.
func (c *Conn) end(cause error) {
	c.err = cause
	c.cancel(cause)
	if c.unwatch != nil {
		c.unwatch()
	}
	if c.heartbeat != nil {
		c.heartbeat.Stop()
	}
	unwatchStop(c.set.Stop, c)
	if c.done != nil {
		c.done()
	}
	if c.zip != nil {
		putCompressor(c.zip)
		c.zip = nil
	}
}

// Send sends an event. A [*FieldError] says what in m can't be sent; nothing is
// written then, and the stream goes on.
func (c *Conn) Send(m Message) error {
	f := getFrame()
	defer f.put()
	var err error
	if f.b, err = m.Append(f.b[:0]); err != nil {
		return err
	}
	return c.write(f.b)
}

// SendRaw sends octets that are encoded already, such as one event for many
// streams (see [Message.Append]). They have to be whole events and comments, in
// UTF-8; of that only the blank line at the end is checked. frame is not
// changed and not kept.
func (c *Conn) SendRaw(frame []byte) error {
	if !endsWithBlankLine(frame) {
		return errors.New("sse: SendRaw: the frame does not end with a blank line")
	}
	return c.write(frame)
}

// Comment sends a comment: text that clients don't pass on. Each of its lines
// becomes a line of the stream.
func (c *Conn) Comment(text string) error {
	f := getFrame()
	defer f.put()
	f.b = parser.AppendComment(f.b[:0], text)
	return c.write(f.b)
}

// SetRetry tells the client its reconnection time, in whole milliseconds. A
// [*FieldError] says that d is less than one; nothing is written then.
func (c *Conn) SetRetry(d time.Duration) error {
	f := getFrame()
	defer f.put()
	var err error
	if f.b, err = parser.AppendRetry(f.b[:0], d); err != nil {
		return err
	}
	return c.write(f.b)
}

// LastEventID gives the ID of the last event that the client has received of an
// earlier stream, if it says so. It is text from outside: at most
// [MaxLastEventID] octets of UTF-8 without NUL, CR and LF.
func (c *Conn) LastEventID() (string, bool) { return c.lastEventID, c.lastEventID != "" }

// Context gives a context with the values of the request's context. It ends
// when the stream has ended or is to end, and [context.Cause] tells why:
// [ErrGone], [ErrWriteTimeout], another error of a write, [ErrStopped],
// [ErrClosed], or what ended the request's context.
func (c *Conn) Context() context.Context { return c.ctx }

// Close ends the stream: a send in progress is waited for, those after it give
// [ErrClosed]. The client sees the end when the handler returns, which is to be
// within [Options].WriteTimeout. The error is that of the last octets of a
// compressed stream. Close of a stream that has ended does nothing.
func (c *Conn) Close() error {
	if c.mu == nil {
		return nil // it was not made by Accept
	}
	c.mu.lock()
	defer c.mu.unlock()
	if c.err == nil && c.request.Err() != nil {
		c.end(c.requestEnded())
	}
	if c.err != nil {
		return nil
	}
	c.armEnd()
	if c.zip != nil {
		if err := c.putEnd(); err != nil {
			return c.fail(err)
		}
	}
	c.end(ErrClosed)
	return nil
}

// abort is Close for a handler that did not return: a compressed stream is left
// without its end, so that it does not look whole.
func (c *Conn) abort() {
	c.mu.lock()
	defer c.mu.unlock()
	if c.err == nil {
		c.end(ErrClosed)
	}
}
