package ws

import (
	"context"
	"errors"
	"net"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Write sends p as one message. It may be called from any goroutine; when it
// returns nil, the message has been handed to the transport. p is not changed
// and not kept. A text has to be UTF-8: the peer will fail the connection
// otherwise.
//
// While Write waits for its turn, its context may end without harm. When it
// ends after the first octet of the frame went out, the connection ends too.
// Writes that wait at the same time go out together, in one write of the
// transport of at most 32 KiB; an error that ends the connection is an error of
// all of them.
//
//req:impl RFC6455-6.1-01
//req:impl RFC6455-6.1-09
func (c *Conn) Write(ctx context.Context, t MessageType, p []byte) error {
	if !t.valid() {
		return ErrMessageType
	}
	if l := c.served.Load(); l != nil {
		return l.write(ctx, t, p, nil, nil)
	}
	return c.writeMessage(ctx, t, p, nil, nil)
}

// message makes a frame of a message.
func (c *Conn) message(t MessageType, p []byte) draft {
	f := draft{op: t.opcode(), flags: protocol.Fin, p: p}
	if c.compresses(t, len(p)) {
		f.flags |= protocol.Compressed
	}
	return f
}

// Writev sends the concatenation of p as one message, without joining large
// ones first unless it is compressed.
func (c *Conn) Writev(ctx context.Context, t MessageType, p ...[]byte) error {
	if !t.valid() {
		return ErrMessageType
	}
	if l := c.served.Load(); l != nil {
		return l.write(ctx, t, nil, p, nil)
	}
	return c.writeMessage(ctx, t, nil, p, nil)
}

// writeMessage writes a message: p, or the slices of more, or m.
func (c *Conn) writeMessage(ctx context.Context, t MessageType, p []byte, more [][]byte, m *Prepared) error {
	f := c.message(t, p)
	switch {
	case m != nil:
		f.flags, f.prepared = protocol.Fin, m
	case len(more) > 0:
		f.more = more
		if size := total(more); c.compresses(t, size) {
			joined := join(size, more)
			defer putMessageBuffer(joined)
			f = c.message(t, joined)
		}
	}
	return c.write(ctx, turnMessage, &f)
}

// draft is one frame to be sent.
type draft struct {
	op       frame.Opcode
	flags    protocol.Flags // Compressed asks for the payload to be compressed, in every fragment
	p        []byte
	more     [][]byte  // instead of p
	prepared *Prepared // instead of p and more
}

// size is the length of the payload as it was given.
func (f *draft) size() int {
	if f.prepared != nil {
		return len(f.prepared.payload())
	}
	return len(f.p) + total(f.more)
}

// room is how many octets of the wire it takes at most.
func (f *draft) room() int {
	n := f.size()
	if f.flags&protocol.Compressed != 0 {
		n = maxPacked(n)
	}
	return frame.MaxHeader + n
}

func total(p [][]byte) (n int) {
	for _, q := range p {
		n += len(q)
	}
	return n
}

// join puts the slices of v, size octets, one behind the other into a buffer
// that is to be given back.
func join(size int, v [][]byte) []byte {
	joined := getMessageBuffer(size)
	for _, b := range v {
		joined = append(joined, b...)
	}
	return joined
}

// write sends a frame when its turn has come.
func (c *Conn) write(ctx context.Context, t turn, f *draft) error {
	if !c.out.tryTake() {
		return c.writeInLine(ctx, t, f)
	}
	err := c.refusal(ctx)
	if err == nil {
		err = c.writeAlone(ctx, f)
	}
	c.free()
	return err
}

// writeAlone sends a frame; the socket is held.
func (c *Conn) writeAlone(ctx context.Context, f *draft) error {
	w := writing{c: c, ctx: ctx}
	err := w.frame(f)
	interrupted := w.leave()
	if err == nil {
		return nil
	}
	// The Sender counts a fragment as sent.
	begun := w.begun || f.flags&protocol.Fin == 0 || f.op == frame.OpContinuation
	return c.writeFailed(ctx, err, interrupted, begun)
}

// writeFailed says what an error of a write means. begun tells whether octets
// of a frame went out, or a message was begun that can't go on.
func (c *Conn) writeFailed(ctx context.Context, err error, interrupted, begun bool) error {
	if c.deflate != nil {
		// The peer may not have seen what the next message would refer to.
		c.deflate.out.stale = true
	}
	if e := c.result.Load(); e != nil {
		return e
	}
	if errors.Is(err, errCloseSent) || errors.Is(err, protocol.ErrControlPayload) {
		return err
	}
	expired := false
	if isTimeout(err) {
		expired = c.writes.expired()
		switch {
		case interrupted:
			err = ctx.Err()
		case !expired:
			err = ErrWriteTimeout
		}
	}
	if (interrupted || expired) && !begun {
		return err
	}
	return c.end(&CloseError{Code: StatusAbnormalClosure, Err: err})
}

// canResume tells whether the transport can be written after a write that
// timed out. TLS can't: its record is half written.
func (c *Conn) canResume() bool {
	_, isTLS := c.nc.(interface{ NetConn() net.Conn })
	return !isTLS
}

// frame makes a frame and writes it.
func (w *writing) frame(f *draft) error {
	if f.prepared != nil && w.c.role == RoleServer {
		return w.prepared(f.prepared)
	}
	scratch := getBuffer()
	defer putBuffer(scratch)
	switch {
	case f.prepared != nil:
		e := f.prepared.encoded(w.c)
		return w.payload(scratch, f.op, e.flags, e.payload(), nil)
	case f.flags&protocol.Compressed != 0:
		return w.compressed(scratch, f)
	}
	return w.payload(scratch, f.op, f.flags, f.p, f.more)
}

// payload makes a frame of p, or of the slices of more, and writes it.
func (w *writing) payload(scratch *buffer, op frame.Opcode, f protocol.Flags, p []byte, more [][]byte) error {
	c := w.c
	length := len(p) + total(more)
	b, key, err := c.send.Header(scratch[:0], op, f, int64(length))
	if err != nil {
		return c.refused(err)
	}
	switch {
	case len(b)+length <= len(scratch):
		b, key = appendMasked(b, key, p)
		for _, q := range more {
			b, key = appendMasked(b, key, q)
		}
		_, err = w.write(b)
		return err
	case c.role == RoleServer && c.atOnce.can() && len(p) > maxBehind:
		return w.inTwo(b, p)
	case c.role == RoleServer && c.atOnce.can():
		return w.vector(b, p, more)
	}
	out := pieces{scratch: scratch, b: b, key: key}
	if err = out.add(w, p); err != nil {
		return err
	}
	for _, q := range more {
		if err = out.add(w, q); err != nil {
			return err
		}
	}
	return out.flush(w)
}

// refused says why the Sender has refused a frame.
func (c *Conn) refused(err error) error {
	if c.closeSent.Load() {
		return errCloseSent
	}
	return err
}
