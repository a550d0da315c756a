package sse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// open sends the header fields, and the reconnection time if there is one.
func (c *Conn) open() error {
	c.mu.lock()
	defer c.mu.unlock()
	// What the server has armed for the whole answer would cut the stream off;
	// on HTTP/2 by a timer that resets it although nothing is being written.
	c.deadlines = !errors.Is(c.rc.SetWriteDeadline(time.Time{}), http.ErrNotSupported)
	limit := c.set.WriteTimeout
	if c.unread && limit > 0 {
		// Before it sends the header fields, net/http on HTTP/1 waits for the
		// rest of the body, and for ever if there is no ReadTimeout.
		_ = c.rc.SetReadDeadline(time.Now().Add(limit))
		limit *= 2
	}
	c.armFor(limit)
	// Not left to Flush: middleware often decides at WriteHeader what to do.
	c.w.WriteHeader(http.StatusOK)
	var err error
	if c.set.retry != nil {
		err = c.put(c.set.retry)
	} else {
		err = c.rc.Flush()
	}
	if err != nil {
		if errors.Is(err, http.ErrNotSupported) { // a FlushError that passes the call on
			err = fmt.Errorf("%w: %T: %w", ErrFlush, c.w, err)
		}
		return c.fail(err)
	}
	c.disarm()
	_ = c.rc.SetReadDeadline(time.Time{}) // what has none was given none by the server
	c.start()
	return nil
}

// write sends one frame.
func (c *Conn) write(frame []byte) error {
	if c.mu == nil {
		return ErrClosed // it was not made by Accept
	}
	c.mu.lock()
	defer c.mu.unlock()
	return c.writeLocked(frame)
}

func (c *Conn) writeLocked(frame []byte) error {
	if c.err != nil {
		return c.err
	}
	if c.request.Err() != nil {
		// The handler may have returned: nothing is to be touched any more.
		c.end(c.requestEnded())
		return c.err
	}
	c.arm()
	if err := c.put(frame); err != nil {
		return c.fail(err)
	}
	c.disarm()
	return nil
}

// put writes a frame, compressed or not, in one Write, and flushes it.
//
//req:impl SSE-9.2.5-05 SSE-9.2.7-02
func (c *Conn) put(frame []byte) error {
	if c.zip != nil {
		f := getFrame()
		defer f.put()
		var err error
		if f.b, err = c.zip.frame(f.b[:0], frame); err != nil {
			return err
		}
		frame = f.b
	}
	return c.flushed(frame)
}

func (c *Conn) flushed(p []byte) error {
	n, err := c.w.Write(p) //nolint:gosec // G705: an event stream, sent with its Content-Type and nosniff
	switch {
	case err != nil:
		return err
	case n < len(p):
		return io.ErrShortWrite
	}
	return c.rc.Flush()
}

// putEnd writes the end of a compressed stream.
func (c *Conn) putEnd() error {
	f := getFrame()
	defer f.put()
	var err error
	if f.b, err = c.zip.end(f.b[:0]); err != nil {
		return err
	}
	return c.flushed(f.b)
}

// arm sets the deadline of a write that begins now.
func (c *Conn) arm() { c.armFor(c.set.WriteTimeout) }

func (c *Conn) armFor(limit time.Duration) {
	c.last = time.Now()
	if c.deadlines && limit > 0 {
		c.deadline.Store(int64(c.last.Sub(c.opened) + limit))
		// If this fails, so does the write.
		_ = c.rc.SetWriteDeadline(c.last.Add(limit))
	}
}

// armEnd sets the deadlines of what net/http does to end the response: it writes
// the end of the body, and on HTTP/1 it reads what is left of the request's. A
// client that does neither would hold the handler's goroutine for ever.
func (c *Conn) armEnd() {
	c.arm()
	if c.unread && c.set.WriteTimeout > 0 {
		_ = c.rc.SetReadDeadline(c.last.Add(c.set.WriteTimeout))
	}
}

// disarm clears the deadline: on HTTP/2 it would reset an idle stream.
func (c *Conn) disarm() {
	if c.deadline.Load() != 0 {
		c.deadline.Store(0)
		_ = c.rc.SetWriteDeadline(time.Time{})
	}
}

// fail ends the stream after a write failed. The deadline stays armed: net/http
// still tries to end the response.
func (c *Conn) fail(err error) error {
	switch {
	case c.late():
		err = fmt.Errorf("%w: %w", ErrWriteTimeout, err)
	case c.request.Err() != nil:
		err = fmt.Errorf("%w: %w", c.requestEnded(), err)
	default:
		err = fmt.Errorf("sse: write: %w", err)
	}
	c.end(err)
	if l := c.set.Logger; l != nil && !errors.Is(err, ErrGone) {
		l.LogAttrs(c.ctx, slog.LevelInfo, "event stream cut off", slog.Any("error", err), slog.String("remote", c.remote))
	}
	return err
}

// late tells whether the deadline of the write in progress, or of the one that
// failed, is over.
func (c *Conn) late() bool {
	d := c.deadline.Load()
	return d != 0 && time.Since(c.opened) >= time.Duration(d)
}

// requestEnded says why the request's context ended. It may be called without
// the lock, while a write is in progress.
func (c *Conn) requestEnded() error {
	cause := context.Cause(c.request)
	switch {
	case !errors.Is(cause, context.Canceled):
		return fmt.Errorf("sse: the request's context ended: %w", cause)
	case c.late():
		return ErrWriteTimeout
	}
	return ErrGone
}
