package ws

import (
	"bytes"
	"context"

	"longwire.example/ws/protocol"
)

// inbound is the message that is being handed out.
type inbound struct {
	rest   []byte  // received and not handed out yet: a view of buf, or a copy
	reader *Reader // who reads it, if it was handed to a Reader
	typ    MessageType
	open   bool // begun, and not handed out to its end
	fin    bool // nothing more of it will come
}

// note takes what an event tells about its message.
//
//req:impl RFC6455-6.2-03
//req:impl RFC6455-6.2-04
func (in *inbound) note(ev protocol.Event) {
	if ev.Flags&protocol.First != 0 {
		in.open, in.fin, in.typ = true, false, MessageType(ev.Op)
	}
	if ev.Flags&protocol.Fin != 0 {
		in.fin = true
	}
}

// Read reads one message and gives it in a slice of the caller's own.
//
// A read that ends with its context or with the read deadline leaves the
// connection usable and loses nothing: the next read begins with the octets
// that had come. Every other error is a *CloseError, and final.
func (c *Conn) Read(ctx context.Context) (MessageType, []byte, error) {
	t, p, err := c.ReadInto(ctx, nil)
	if err != nil {
		return 0, nil, err
	}
	if p == nil {
		p = []byte{}
	}
	return t, p, nil
}

// ReadInto reads one message, appends it to buf and gives the longer slice, as
// append does; with room in buf it allocates nothing. On an error buf comes
// back unchanged, and the same holds as for Read.
func (c *Conn) ReadInto(ctx context.Context, buf []byte) (MessageType, []byte, error) {
	if err := c.beginRead(ctx); err != nil {
		return 0, buf, err
	}
	t, out, err := c.readInto(buf, grow)
	if err = c.endRead(ctx, err); err != nil {
		return 0, buf, err
	}
	return t, out, nil
}

// readInto appends one message to dst, or what is left of the one that a read
// cut short has begun.
//
//req:impl RFC6455-5.4-03
//req:impl RFC6455-5.4-07
func (c *Conn) readInto(dst []byte, grow growFunc) (MessageType, []byte, error) {
	if err := c.skipUnread(); err != nil {
		return 0, dst, err
	}
	base := len(dst)
	if len(c.in.rest) > 0 {
		dst = append(dst, c.in.rest...)
	}
	c.in.rest = nil
	for !c.in.fin {
		var err error
		if c.wantsDirect() {
			dst = grow(dst, base, c.recv.Pending())
			room := dst[len(dst):cap(dst)]
			room = room[:min(int64(len(room)), c.recv.Pending())]
			var n int
			n, err = c.direct(room)
			dst = dst[:len(dst)+n]
		} else {
			var ev protocol.Event
			if ev, err = c.dataEvent(); err == nil {
				dst = append(dst, ev.Payload...)
			}
		}
		if err != nil {
			// The octets move to the connection: a copy on this path only.
			c.in.rest = bytes.Clone(dst[base:])
			return 0, dst[:base], err
		}
	}
	t := c.in.typ
	c.in = inbound{}
	return t, dst, nil
}

// skipUnread discards what is left of a message that was handed to a Reader.
func (c *Conn) skipUnread() error {
	if c.in.reader == nil {
		return nil
	}
	c.in.rest = nil
	for !c.in.fin {
		if _, err := c.dataEvent(); err != nil {
			return err
		}
	}
	c.in = inbound{}
	return nil
}

// growFunc gives dst room for more of a message of which dst[base:] was
// received and pending octets of the current frame are to come.
type growFunc func(dst []byte, base int, pending int64) []byte

// grow makes room at most for twice what was received plus 32 KiB: what a
// header declares costs nothing until it comes (W3).
func grow(dst []byte, base int, pending int64) []byte {
	if len(dst) < cap(dst) {
		return dst
	}
	received := len(dst) - base
	extra := int(min(pending, int64(max(received, bufferSize))))
	// slices.Grow would round up; a message that ends in this frame gets a
	// slice of just its size.
	out := make([]byte, len(dst), len(dst)+extra)
	copy(out, dst)
	return out
}
