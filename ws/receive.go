package ws

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// plainBufferSize is the buffer of a connection that can't give it back while
// it waits. Larger payloads are read past it.
const plainBufferSize = 4 << 10

// beginRead makes the caller the one reader; endRead must follow when it
// returns nil.
func (c *Conn) beginRead(ctx context.Context) error {
	if e := c.result.Load(); e != nil {
		return e
	}
	if !c.reading.tryLock() {
		if !c.closing.Load() {
			return ErrConcurrentRead
		}
		// Close reads now, and nothing will come after it.
		select {
		case <-c.ended.done():
			return c.result.Load()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := c.reads.enter(ctx); err != nil {
		c.reading.unlock()
		return err
	}
	return nil
}

// endRead ends a read that got err, and gives the error to return: that of
// the context when it was what interrupted the read.
func (c *Conn) endRead(ctx context.Context, err error) error {
	canceled := false
	if ctx.Done() != nil {
		canceled = c.reads.leave()
	}
	if err != nil && c.result.Load() != nil {
		c.loseBuffer()
	}
	c.reading.unlock()
	if canceled && err != nil && isTimeout(err) {
		return ctx.Err()
	}
	return err
}

// isTimeout tells whether err is that of a deadline, and not the end of the
// connection, of which a deadline may be the cause.
func isTimeout(err error) bool {
	_, ended := errors.AsType[*CloseError](err)
	return !ended && errors.Is(err, os.ErrDeadlineExceeded)
}

// dataEvent gives the next event of a data message, waiting for it. An error
// that isTimeout leaves the connection as it is; any other is how the connection
// ended.
func (c *Conn) dataEvent() (protocol.Event, error) {
	for {
		ev, err := c.eventHere()
		if err != nil || ev.Kind != protocol.KindNone {
			return ev, err
		}
		if err = c.fill(); err != nil {
			return protocol.Event{}, err
		}
	}
}

// eventHere gives the next event of a data message, or none when it takes more
// octets than are in the buffer, and handles what comes in between. The payload
// of a compressed message goes to its inflation too.
//
//req:impl RFC6455-6.2-01
//req:impl RFC6455-6.2-02
func (c *Conn) eventHere() (protocol.Event, error) {
	for {
		ev, n, err := c.recv.Next(c.buf[c.r:c.w])
		c.r += n
		switch {
		case err != nil:
			return ev, c.fail(err)
		case ev.Kind == protocol.KindNone:
			return ev, nil
		case ev.Kind == protocol.KindData:
			c.in.note(ev)
			if c.in.packed {
				c.deflate.in.take(ev)
			}
			return ev, nil
		}
		if err = c.onControl(ev); err != nil {
			return protocol.Event{}, err
		}
	}
}

// direct reads payload of the current frame straight into p, which is not
// longer than what is pending.
func (c *Conn) direct(p []byte) (int, error) {
	var n int
	var err error
	if c.idle.can() {
		n, err = c.readDirect(p)
	} else {
		n, err = c.nc.Read(p)
	}
	if n == 0 {
		if err == nil {
			return 0, nil
		}
		return 0, c.readFailed(err)
	}
	c.received.Add(1)
	c.trace(Received, p[:n])
	ev, err := c.recv.Direct(p[:n])
	if err != nil {
		return 0, c.fail(err)
	}
	c.in.note(ev)
	return n, nil
}

// wantsDirect tells whether so much of the current frame is still to come
// that it should not go through the buffer.
func (c *Conn) wantsDirect() bool {
	size := int64(plainBufferSize)
	if c.idle.can() {
		size = bufferSize
	}
	return c.r == c.w && c.recv.Pending() >= size
}

// fill reads once into the buffer, waiting if it must. What buf[:r] held is
// gone afterwards.
func (c *Conn) fill() error {
	var n int
	var err error
	if c.idle.can() {
		n, err = c.fillIdle()
	} else {
		c.makeRoom()
		for range 100 {
			if n, err = c.nc.Read(c.buf[c.w:]); n != 0 || err != nil {
				break
			}
		}
		switch {
		case n > 0:
			err = nil // it will come again
		case err == nil:
			err = io.ErrNoProgress
		}
	}
	if err != nil {
		return c.readFailed(err)
	}
	c.received.Add(1)
	c.trace(Received, c.buf[c.w:c.w+n])
	c.w += n
	return nil
}

// makeRoom sees to it that octets can be read behind buf[:w]. What is left in
// the buffer is less than protocol.MinBuffer octets, so moving it is cheap.
func (c *Conn) makeRoom() {
	switch {
	case c.buf == nil:
		c.takeBuffer(0)
	case c.r == c.w:
		c.r, c.w = 0, 0
	case c.r > 0:
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	}
}

// takeBuffer gives the connection an empty buffer of at least n octets.
func (c *Conn) takeBuffer(n int) {
	c.r, c.w = 0, 0
	if c.idle.can() && n <= bufferSize {
		c.buf = getBuffer()[:]
		return
	}
	c.buf = make([]byte, max(n, plainBufferSize))
}

// dropBuffer gives the buffer back when there is nothing in it.
func (c *Conn) dropBuffer() {
	if c.r != c.w || c.buf == nil {
		return
	}
	if len(c.buf) == bufferSize {
		putBuffer((*buffer)(c.buf))
	}
	c.buf, c.r, c.w = nil, 0, 0
}

// loseBuffer gives the buffer of a connection that has ended back, and what is
// unread with it.
func (c *Conn) loseBuffer() {
	c.r = c.w
	c.dropBuffer()
}

// detachBuffer moves what is unread to another buffer, so that payloads that
// were handed out stay as they are.
func (c *Conn) detachBuffer() {
	if c.buf == nil {
		return
	}
	rest := c.buf[c.r:c.w]
	c.takeBuffer(len(rest))
	c.w = copy(c.buf, rest)
}

// readFailed turns an error of the transport into the connection's end,
// unless it is only a deadline.
//
//req:impl RFC6455-7.2.1-02
func (c *Conn) readFailed(err error) error {
	if e := c.result.Load(); e != nil {
		return e
	}
	if isTimeout(err) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrNoClose
	}
	return c.end(&CloseError{Code: StatusAbnormalClosure, Err: err})
}

// started is where the time of MaxControlRate begins. A difference of times
// does not go back; the clock on the wall may be set back, and every control
// frame after that would look like a flood.
var started = time.Now()

// onControl handles a control frame, which may come in the middle of a
// message (section 5.4).
func (c *Conn) onControl(ev protocol.Event) error {
	if !c.allowControl(int64(time.Since(started))) {
		return c.fail(frame.ErrControlFlood)
	}
	c.showControl(ev)
	switch ev.Kind {
	case protocol.KindPing:
		c.answerPing(ev)
	case protocol.KindPong:
		if ps := c.pings.Load(); ps != nil {
			ps.pong(ev.Payload)
		}
	case protocol.KindClose:
		return c.peerClosed(ev)
	case protocol.KindNone, protocol.KindData: // eventHere's business
	}
	return nil
}

// showControl shows a Ping or Pong to the application.
func (c *Conn) showControl(ev protocol.Event) {
	h := &c.set.Hooks
	switch {
	case ev.Kind == protocol.KindPing && h.Ping != nil:
		h.Ping(c, ev.Payload)
	case ev.Kind == protocol.KindPong && h.Pong != nil:
		h.Pong(c, ev.Payload)
	}
}
