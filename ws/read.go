package ws

import (
	"bytes"
	"context"

	"longwire.example/ws/protocol"
)

// inbound is the message that is being handed out.
type inbound struct {
	rest   []byte // received and not handed out yet: a view of buf, or a copy
	typ    MessageType
	open   bool // begun, and not handed out to its end
	fin    bool // nothing more of it will come
	packed bool // compressed: it comes through inflation, which says when it is fin

	lastSize int32 // octets of the last message that came in pieces
}

// note takes what an event tells about its message.
//
//req:impl RFC6455-6.2-03
//req:impl RFC6455-6.2-04
func (in *inbound) note(ev protocol.Event) {
	if ev.Flags&protocol.First != 0 {
		in.open, in.fin, in.typ = true, false, MessageType(ev.Op)
		in.packed = ev.Flags&protocol.Compressed != 0
	}
	if ev.Flags&protocol.Fin != 0 && !in.packed {
		in.fin = true
	}
}

// done forgets the message, which came in pieces and has so many octets.
func (in *inbound) done(size int) {
	in.lastSize = int32(min(size, 1<<30)) //nolint:gosec // G115: it fits now
	in.forget()
}

func (in *inbound) forget() { *in = inbound{lastSize: in.lastSize} }

// room gives how much room a message of which so many octets have come is given
// for what is still to come of its frame: no more than has come, or 32 KiB, so
// that what a header declares costs nothing until it comes (W3); or as much as the
// last message had, which did come, so that a peer that sends large ones is read
// without copying them as they grow.
func (in *inbound) room(pending int64, received int) int {
	return int(min(pending, int64(max(received, bufferSize, int(in.lastSize)-received))))
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
	if c.served.Load() != nil {
		return 0, buf, ErrEventLoop
	}
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
	dst = appendGrowing(dst, c.in.rest, base, grow)
	c.in.rest = nil
	for !c.in.fin {
		var err error
		switch {
		case c.in.packed && cap(dst) > len(dst):
			dst, err = c.inflateInto(dst, base, grow)
		case c.in.packed:
			dst, err = c.inflateWhole(dst, grow)
		case c.wantsDirect():
			pending := c.recv.Pending()
			dst = grow(dst, 1, c.in.room(pending, len(dst)-base))
			room := dst[len(dst):cap(dst)]
			room = room[:min(int64(len(room)), pending)]
			var n int
			n, err = c.direct(room)
			dst = dst[:len(dst)+n]
		default:
			var ev protocol.Event
			if ev, err = c.dataEvent(); err == nil && !c.in.packed {
				dst = appendGrowing(dst, ev.Payload, base, grow)
			}
		}
		if err != nil {
			if isTimeout(err) {
				// The octets move to the connection: a copy on this path only.
				c.in.rest = bytes.Clone(dst[base:])
			}
			return 0, dst[:base], err
		}
	}
	t := c.in.typ
	c.in.done(len(dst) - base)
	return t, dst, nil
}

// discarded stands for the Reader of a message that is being discarded: its
// own is stale, also when this read is cut short.
var discarded = new(Reader)

// skipUnread discards what is left of a message that was handed to a Reader.
func (c *Conn) skipUnread() error {
	if c.reader == nil {
		return nil
	}
	c.reader, c.in.rest = discarded, nil
	if c.in.packed {
		if err := c.skipCompressed(); err != nil {
			return err
		}
	}
	for !c.in.fin {
		if _, err := c.dataEvent(); err != nil {
			return err
		}
	}
	c.in.forget()
	c.reader = nil
	return nil
}

// growFunc gives dst room for need octets more, and when that takes another
// slice, for want octets.
type growFunc func(dst []byte, need, want int) []byte

// grow makes a slice of just the size that is wanted: a message that ends in
// this frame wants no more than it has.
func grow(dst []byte, need, want int) []byte {
	if cap(dst)-len(dst) >= need {
		return dst
	}
	out := make([]byte, len(dst), len(dst)+max(need, want))
	copy(out, dst)
	return out
}

// appendGrowing appends p to a message of which dst[base:] was received.
func appendGrowing(dst, p []byte, base int, grow growFunc) []byte {
	return append(grow(dst, len(p), min(len(dst)-base, 1<<30)), p...)
}
