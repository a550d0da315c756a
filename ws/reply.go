package ws

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
	"unsafe"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// replyTime is the longest time that a reply is held back.
const replyTime = 100 * time.Microsecond

// errNoConn is returned by Reply of a Message that no connection gave.
var errNoConn = errors.New("ws: Reply: no connection gave this message")

// Reply sends p as one message on the connection that m came from. It is for
// the body of a loop over Conn.Messages, and of a Server's OnMessage, and to be
// called from that goroutine only. p may be m.Data or a part of it; it is not
// changed and not kept.
//
// When the next message is already here, the reply is held back, so that the
// replies to all of them go out in one write: until the loop asks for a message
// that is not here, until 32 KiB are together, or until 100 us have passed,
// whichever is first. Otherwise it is on the wire when Reply returns nil, as
// with Write. What is held goes out before anything that another goroutine
// writes, and when the loop is left. An error of sending it is an error of the
// next Reply, or of the loop.
//
// On an event loop nothing is held back: whatever a callback sends goes out
// together.
//
//req:impl RFC6455-6.1-01
//req:impl RFC6455-6.1-09
func (m Message) Reply(t MessageType, p []byte) error {
	c := m.conn
	switch {
	case c == nil:
		return errNoConn
	case !t.valid():
		return ErrMessageType
	}
	if l := c.served.Load(); l != nil {
		return l.reply(&m, t, p)
	}
	if m.takesInPlace(t, p) {
		return c.replyInPlace(t, p)
	}
	return c.reply(t, p)
}

// reply is Reply where p has to be copied.
func (c *Conn) reply(t MessageType, p []byte) error {
	switch {
	case c.replies.more:
		return c.holdReply(t, p)
	case c.out.holds():
		switch ok, err := c.hold(t, p); {
		case err != nil:
			return err
		case ok:
			return c.releaseReplies(context.Background())
		}
	}
	return c.Write(context.Background(), t, p)
}

// replies is what the reading goroutine knows of replies.
type replies struct {
	timer *time.Timer
	armed atomic.Bool // the timer will kick
	more  bool        // the message behind the one that was handed out is here
}

// holdReply holds a reply back. If it can't be, it goes out at once.
func (c *Conn) holdReply(t MessageType, p []byte) error {
	ok, err := c.hold(t, p)
	if !ok && err == nil && c.out.holds() {
		// They may have used up the room.
		if err = c.releaseReplies(context.Background()); err == nil {
			ok, err = c.hold(t, p)
		}
	}
	switch {
	case err != nil:
		return err
	case !ok:
		return c.Write(context.Background(), t, p)
	}
	c.limitHolding()
	return nil
}

// limitHolding sees to it that what is held goes out in time, whatever the
// body of the loop does. The timer is set once for all that goes out together.
func (c *Conn) limitHolding() {
	r := &c.replies
	switch {
	case r.armed.Load():
		// It has not fired, so it will see what is held now.
	case r.timer == nil:
		r.armed.Store(true)
		r.timer = time.AfterFunc(replyTime, func() {
			r.armed.Store(false)
			c.kick()
		})
	default:
		r.armed.Store(true)
		r.timer.Reset(replyTime)
	}
}

// releaseReplies writes what is held. When that has to wait and ctx ends, it goes
// out without waiting for it.
func (c *Conn) releaseReplies(ctx context.Context) error {
	if c.replies.armed.Load() && c.replies.timer.Stop() {
		c.replies.armed.Store(false)
	}
	err := c.writeHeld(ctx)
	if err != nil && ctx.Err() == nil && c.result.Load() == nil {
		err = nil // it was a deadline, and they go out without this goroutine
	}
	return err
}

// holds tells whether frames are held back.
func (o *outbox) holds() bool { return o.state.Load()&framesHeld != 0 }

// inPlace tells whether p is the payload of m where it was received, with room
// before it for a header: that of the frame in which it came, which on a server
// had a masking key too.
func (m *Message) inPlace(t MessageType, p []byte) bool {
	return m.headed && len(p) > 0 && len(p) == len(m.Data) && &p[0] == &m.Data[0] && !m.conn.compresses(t, len(p))
}

// takesInPlace takes the socket for an echo that can be written in place, at
// once.
func (m *Message) takesInPlace(t MessageType, p []byte) bool {
	c := m.conn
	return m.headed && c.atOnce.can() && !c.replies.more && m.inPlace(t, p) && c.out.tryTake()
}

// withHeader gives p with the n octets before it that a header for it takes.
func withHeader(t MessageType, p []byte) (b []byte, n int) {
	n = frame.NewHeader(true, 0, t.opcode(), int64(len(p))).Len()
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(p)), -n)), n+len(p)), n //nolint:gosec // a longer header stood there
}

// replyInPlace writes a payload from where it was received, with its header
// before it: nothing is copied. The socket is held.
func (c *Conn) replyInPlace(t MessageType, p []byte) error {
	b, n := withHeader(t, p)
	err := c.refusal(context.Background())
	if err == nil {
		if _, _, err = c.send.Header(b[:0:n], t.opcode(), protocol.Fin, int64(len(p))); err != nil {
			err = c.refused(err)
		} else if n = c.atOnce.write(b); n < len(b) || c.traced {
			err = c.writeOn(b, n)
		}
	}
	c.free()
	return err
}

// writeOn does the rest for a frame of which n octets are out, for a call that no
// context ends. It stands apart since it takes much of the stack and is seldom
// needed.
func (c *Conn) writeOn(b []byte, n int) error {
	c.trace(Sent, b[:n])
	if n == len(b) {
		return nil
	}
	w := writing{c: c, ctx: context.Background(), begun: n > 0}
	_, err := w.write(b[n:])
	interrupted := w.leave()
	if err != nil {
		return c.writeFailed(w.ctx, err, interrupted, w.begun)
	}
	return nil
}

// messageHere tells whether all of a message is in the buffer, in one frame.
func (c *Conn) messageHere() bool {
	b := c.buf[c.r:c.w]
	if len(b) == 0 {
		return false
	}
	h, n, err := frame.Parse(b)
	return err == nil && n > 0 && h.Fin() && (h.Opcode() == frame.OpText || h.Opcode() == frame.OpBinary) && h.Length <= int64(len(b)-n)
}
