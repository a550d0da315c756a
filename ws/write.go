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
//
//req:impl RFC6455-6.1-01
//req:impl RFC6455-6.1-09
func (c *Conn) Write(ctx context.Context, t MessageType, p []byte) error {
	if !t.valid() {
		return ErrMessageType
	}
	return c.writeMessage(ctx, t, p, nil, nil)
}

// Writev sends the concatenation of p as one message, without joining large
// ones first unless it is compressed.
func (c *Conn) Writev(ctx context.Context, t MessageType, p ...[]byte) error {
	if !t.valid() {
		return ErrMessageType
	}
	size := 0
	for _, q := range p {
		size += len(q)
	}
	if !c.compresses(t, size) {
		return c.writeMessage(ctx, t, nil, p, nil)
	}
	joined := getMessageBuffer(size)
	for _, q := range p {
		joined = append(joined, q...)
	}
	err := c.writeMessage(ctx, t, joined, nil, nil)
	putMessageBuffer(joined)
	return err
}

// writeMessage writes a message of one frame.
func (c *Conn) writeMessage(ctx context.Context, t MessageType, p []byte, more [][]byte, m *Prepared) error {
	if err := c.lockMessage(ctx); err != nil {
		return err
	}
	f := protocol.Fin
	if len(more) == 0 && c.compresses(t, len(p)) {
		f |= protocol.Compressed
	}
	err := c.writeLocked(ctx, t.opcode(), f, p, more, m)
	c.unlockMessage()
	return err
}

// lockMessage waits until this goroutine may write a message.
func (c *Conn) lockMessage(ctx context.Context) error {
	if e := c.result.Load(); e != nil {
		return e
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.message.lock(ctx.Done(), c.ended) {
		return nil
	}
	// The lock may have passed through here, and for as long the queue could
	// not go.
	if c.out.pending.Load() {
		c.kick()
	}
	return c.gaveUp(ctx)
}

// gaveUp says why waiting for a lock ended.
func (c *Conn) gaveUp(ctx context.Context) error {
	if e := c.result.Load(); e != nil {
		return e
	}
	return ctx.Err()
}

// unlockMessage lets the next message go; what was queued meanwhile goes
// first.
func (c *Conn) unlockMessage() {
	c.message.unlock()
	if c.out.pending.Load() {
		c.kick()
	}
}

func (c *Conn) unlockSocket() {
	c.socket.unlock()
	if c.out.pending.Load() {
		c.kick()
	}
}

// writeLocked writes one frame of a message whose lock is held. The flag
// Compressed asks for its payload to be compressed, in every fragment.
func (c *Conn) writeLocked(ctx context.Context, op frame.Opcode, f protocol.Flags, p []byte, more [][]byte, m *Prepared) error {
	if !c.socket.lock(ctx.Done(), c.ended) {
		return c.gaveUp(ctx)
	}
	mine := true
	defer func() {
		if mine {
			c.unlockSocket()
		}
	}()
	if e := c.result.Load(); e != nil {
		return e
	}
	if c.out.pending.Load() {
		// What was queued before goes first. Only who begins a message may
		// send what other messages are queued.
		var err error
		if mine, err = c.writeOthers(ctx, op == frame.OpText || op == frame.OpBinary); err != nil {
			return err
		}
	}
	if err := c.writes.enter(ctx); err != nil {
		return err
	}
	scratch := getBuffer()
	var started bool
	var err error
	switch {
	case m != nil:
		started, err = c.writePrepared(scratch, m)
	case f&protocol.Compressed != 0:
		started, err = c.writeCompressed(scratch, op, f, p)
	default:
		started, err = c.writeFrame(scratch, op, f, p, more)
	}
	putBuffer(scratch)
	// The Sender counts a fragment as sent.
	started = started || f&protocol.Fin == 0 || op == frame.OpContinuation
	canceled := ctx.Done() != nil && c.writes.leave()
	if err == nil {
		return nil
	}
	if c.deflate != nil {
		// The peer may not have seen what the next message would refer to.
		c.deflate.out.stale = true
	}
	return c.writeFailed(ctx, err, canceled, started)
}

// writeFailed says what an error of a write means. started tells whether
// octets of a frame went out, or a message was begun that can't go on.
func (c *Conn) writeFailed(ctx context.Context, err error, canceled, started bool) error {
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
		case canceled:
			err = ctx.Err()
		case !expired:
			err = ErrWriteTimeout
		}
	}
	if (canceled || expired) && !started && c.canResume() {
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

// writeFrame makes a frame of p, or of the slices of more, and writes it. sent
// tells whether any octet went out.
func (c *Conn) writeFrame(scratch *buffer, op frame.Opcode, f protocol.Flags, p []byte, more [][]byte) (sent bool, err error) {
	length := len(p)
	for _, q := range more {
		length += len(q)
	}
	b, key, err := c.send.Header(scratch[:0], op, f, int64(length))
	if err != nil {
		if c.closeSent.Load() {
			err = errCloseSent
		}
		return false, err
	}
	switch {
	case len(b)+length <= len(scratch):
		b, key = appendMasked(b, key, p)
		for _, q := range more {
			b, key = appendMasked(b, key, q)
		}
		return c.emit(b)
	case c.role == RoleServer && c.idle != nil:
		return c.emitVector(b, p, more)
	}
	out := pieces{c: c, scratch: scratch, b: b, key: key}
	if err = out.add(p); err != nil {
		return out.sent, err
	}
	for _, q := range more {
		if err = out.add(q); err != nil {
			return out.sent, err
		}
	}
	err = out.flush()
	return out.sent, err
}

// pieces writes a payload piece by piece through scratch: a client masks into
// it, so that the caller's slice stays as it is, and TLS and streams get large
// writes.
type pieces struct {
	c       *Conn
	scratch *buffer
	b       []byte // scratch up to what is filled
	key     frame.Key
	sent    bool
}

func (o *pieces) add(p []byte) error {
	for len(p) > 0 {
		n := min(len(p), len(o.scratch)-len(o.b))
		o.b, o.key = appendMasked(o.b, o.key, p[:n])
		p = p[n:]
		if len(o.b) == len(o.scratch) {
			if err := o.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *pieces) flush() error {
	sent, err := o.c.emit(o.b)
	o.sent = o.sent || sent
	o.b = o.scratch[:0]
	return err
}

// appendMasked appends p masked with key to b, which has room for it, and
// gives the key for what follows. The zero key copies.
func appendMasked(b []byte, key frame.Key, p []byte) ([]byte, frame.Key) {
	n := len(b)
	b = b[:n+len(p)]
	return b, key.XORCopy(b[n:], p)
}

// emit writes b, at most 32 KiB, to the transport. sent tells whether any octet
// went out.
func (c *Conn) emit(b []byte) (sent bool, err error) {
	if len(b) == 0 {
		return false, nil
	}
	c.writes.arm(c.set.WriteTimeout)
	var n int
	if c.idle != nil {
		n, err = c.idle.write(b)
	} else {
		n, err = c.nc.Write(b)
	}
	c.trace(Sent, b[:n])
	return n > 0, err
}

// emitVector writes a header and an unmasked payload without joining them.
func (c *Conn) emitVector(header, p []byte, more [][]byte) (sent bool, err error) {
	v := vectors.Get().(*vector)
	defer v.release()
	v.slices = append(v.slices[:0], header)
	if len(p) > 0 {
		v.slices = append(v.slices, p)
	}
	v.slices = append(v.slices, more...)
	if c.set.Hooks.Trace != nil {
		for _, s := range v.slices {
			c.trace(Sent, s)
		}
	}
	v.rest = v.slices // WriteTo consumes it
	for {
		c.writes.arm(c.set.WriteTimeout)
		n, err := v.rest.WriteTo(c.nc)
		sent = sent || n > 0
		// To take all of it may need longer than the timeout. A peer that took
		// as much as elsewhere is written at once gets as much time again.
		if err == nil || n < bufferSize || !isTimeout(err) || !c.writes.renew() {
			return sent, err
		}
	}
}
