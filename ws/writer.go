package ws

import (
	"context"
	"errors"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Writer sends one message of unknown length in fragments (section 5.4). It is
// for one goroutine; other goroutines' messages wait until it is closed, and
// control frames go in between. A Writer that is left open keeps the
// connection from sending any other message.
type Writer struct {
	c     *Conn
	ctx   context.Context
	buf   *buffer // payload that waits for a full fragment
	n     int
	begun bool
	pack  protocol.Flags // Compressed, once the first fragment was
	typ   MessageType
	err   error
}

// Writer begins a message. Close ends it; an error, also of a context that
// ends in the middle, ends the connection, since a message can't be taken
// back.
//
//req:impl RFC6455-6.1-05
func (c *Conn) Writer(ctx context.Context, t MessageType) (*Writer, error) {
	if !t.valid() {
		return nil, ErrMessageType
	}
	if c.served.Load() != nil {
		return nil, ErrEventLoop
	}
	if err := c.take(ctx, turnWriter); err != nil {
		return nil, err
	}
	c.openMessage()
	return &Writer{c: c, ctx: ctx, typ: t, buf: getBuffer()}, nil
}

// Write adds p to the message. A fragment goes out whenever 32 KiB are
// together.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	written := 0
	for {
		n := copy(w.buf[w.n:], p)
		w.n += n
		written += n
		if p = p[n:]; len(p) == 0 {
			return written, nil
		}
		if err := w.fragment(0); err != nil {
			return written, err
		}
	}
}

// Flush sends what was written so far as a fragment, so that the peer need not
// wait for more.
func (w *Writer) Flush() error {
	if w.err != nil {
		return w.err
	}
	if w.n == 0 {
		return nil
	}
	return w.fragment(0)
}

// Close ends the message. Afterwards the Writer is of no use.
func (w *Writer) Close() error {
	if w.err != nil {
		if errors.Is(w.err, ErrWriterClosed) {
			return nil
		}
		return w.err
	}
	if err := w.fragment(protocol.Fin); err != nil {
		return err
	}
	w.release(ErrWriterClosed)
	return nil
}

// fragment sends what is in the buffer as the next frame.
func (w *Writer) fragment(f protocol.Flags) error {
	op := w.typ.opcode()
	switch {
	case w.begun:
		op = frame.OpContinuation
	case f&protocol.Fin == 0 && w.c.compresses(w.typ, len(w.buf)), w.c.compresses(w.typ, w.n):
		// Of a message that goes on, nobody knows how long it gets.
		w.pack = protocol.Compressed
	}
	err := w.c.take(w.ctx, turnFragment)
	if err == nil {
		err = w.c.writeAlone(w.ctx, &draft{op: op, flags: f | w.pack, p: w.buf[:w.n]})
		w.c.free()
	}
	if err != nil && w.begun && !errors.Is(err, errCloseSent) {
		// Half a message is out and the rest can't follow. Nothing else
		// could be sent behind it.
		err = w.c.end(&CloseError{Code: StatusAbnormalClosure, Err: err})
	}
	w.begun, w.n = true, 0
	if err != nil {
		w.release(err)
	}
	return err
}

// release lets other messages go.
func (w *Writer) release(err error) {
	w.err = err
	putBuffer(w.buf)
	w.buf = nil
	w.c.closeMessage()
}

// openMessage keeps other messages from going, and frees the socket.
func (c *Conn) openMessage() {
	c.out.mu.Lock()
	c.out.open = true
	asides := c.pass()
	c.out.mu.Unlock()
	if asides {
		go c.flush()
	}
}

// closeMessage lets other messages go.
func (c *Conn) closeMessage() {
	c.out.mu.Lock()
	c.out.open = false
	c.out.mu.Unlock()
	c.kick()
}
