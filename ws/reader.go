package ws

import (
	"context"
	"io"
)

// Reader reads one message as it comes. Text that stops being UTF-8 fails at
// the first impossible octet, before the message is whole. A compressed message
// is inflated as it is read.
type Reader struct {
	c    *Conn
	ctx  context.Context
	done bool // read to its end
}

// Reader waits for the next message and gives a Reader of it. What is left
// unread is discarded by the connection's next read.
func (c *Conn) Reader(ctx context.Context) (MessageType, *Reader, error) {
	if c.served.Load() != nil {
		return 0, nil, ErrEventLoop
	}
	if err := c.beginRead(ctx); err != nil {
		return 0, nil, err
	}
	r := &Reader{c: c, ctx: ctx}
	err := c.startReader(r)
	t := c.in.typ
	if err = c.endRead(ctx, err); err != nil {
		return 0, nil, err
	}
	return t, r, nil
}

func (c *Conn) startReader(r *Reader) error {
	if err := c.skipUnread(); err != nil {
		return err
	}
	if !c.in.open { // else a read cut short has begun it
		ev, err := c.dataEvent()
		if err != nil {
			return err
		}
		if !c.in.packed {
			c.in.rest = ev.Payload
		}
	}
	c.reader = r
	return nil
}

// SetContext gives the Reader another context, for example when its first one
// ended: the message goes on where it was.
func (r *Reader) SetContext(ctx context.Context) { r.ctx = ctx }

// Read reads payload into p. It gives io.EOF at the end of the message, and
// ErrStaleReader when the connection was read in another way since.
func (r *Reader) Read(p []byte) (int, error) {
	if r.done {
		return 0, io.EOF
	}
	c := r.c
	if err := c.beginRead(r.ctx); err != nil {
		return 0, err
	}
	n, err := c.readSome(r, p)
	return n, c.endRead(r.ctx, err)
}

func (c *Conn) readSome(r *Reader, p []byte) (int, error) {
	if c.reader != r {
		return 0, ErrStaleReader
	}
	if len(p) == 0 {
		return 0, nil
	}
	for len(c.in.rest) == 0 {
		if c.in.fin {
			c.in.forget()
			c.reader = nil
			r.done = true
			return 0, io.EOF
		}
		if c.in.packed {
			n, err := c.inflateSome(p)
			if n > 0 || err != nil {
				return n, err
			}
			continue
		}
		if c.wantsDirect() && len(p) >= plainBufferSize {
			n, err := c.direct(p[:min(int64(len(p)), c.recv.Pending())])
			if n > 0 || err != nil {
				return n, err
			}
			continue
		}
		ev, err := c.dataEvent()
		if err != nil {
			return 0, err
		}
		c.in.rest = ev.Payload
	}
	n := copy(p, c.in.rest)
	c.in.rest = c.in.rest[n:]
	return n, nil
}
