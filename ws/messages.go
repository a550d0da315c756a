package ws

import (
	"context"
	"errors"
	"iter"

	"longwire.example/ws/protocol"
)

// Messages gives the messages of the connection one after the other. Each
// one's Data is borrowed until the loop asks for the next, so nothing is
// allocated for a message.
//
// The loop ends silently when the connection ends with 1000, 1001 or without
// a code; any other end, and a context or deadline that cuts a read short, is
// given once as an error. Leaving the loop leaves the connection usable.
func (c *Conn) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		if c.served.Load() != nil {
			yield(Message{}, ErrEventLoop)
			return
		}
		// The message, when it came in pieces. Where the loop is left, its
		// last one may still be in use.
		var whole []byte
		defer func() { _ = c.writeHeld(ctx) }() // its error is that of the next call
		for {
			m, err := c.nextMessage(ctx, &whole)
			if err != nil {
				putMessageBuffer(whole)
				if e, ok := errors.AsType[*CloseError](err); !ok || !e.clean() {
					yield(Message{}, err)
				}
				return
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}

// nextMessage gives the next message as a view of the connection's buffer
// when it came in one piece, otherwise in *whole.
func (c *Conn) nextMessage(ctx context.Context, whole *[]byte) (Message, error) {
	if err := c.beginRead(ctx); err != nil {
		return Message{}, err
	}
	if c.out.holds() && !c.messageHere() {
		// Replies don't wait for what is not here yet.
		if err := c.releaseReplies(ctx); err != nil {
			return Message{}, c.endRead(ctx, err)
		}
	}
	m, err := c.messageView(whole)
	c.replies.more = c.r != c.w && c.messageHere()
	return m, c.endRead(ctx, err)
}

func (c *Conn) messageView(whole *[]byte) (Message, error) {
	if *whole != nil {
		putMessageBuffer(*whole)
		*whole = nil
	}
	if err := c.skipUnread(); err != nil {
		return Message{}, err
	}
	if !c.in.open {
		ev, err := c.dataEvent()
		if err != nil {
			return Message{}, err
		}
		if ev.Flags&protocol.Fin != 0 && !c.in.packed {
			c.in = inbound{}
			return Message{Type: MessageType(ev.Op), Data: ev.Payload, headed: c.role == RoleServer, conn: c}, nil
		}
		if !c.in.packed {
			c.in.rest = ev.Payload
		}
	}
	// As much room as it will need, if the last message needed that, too.
	size := max(bufferSize, int(min(int64(len(c.in.rest))+c.recv.Pending(), int64(c.lastSize))))
	if c.in.packed {
		size = firstInflated
	}
	t, p, err := c.readInto(getMessageBuffer(size), growPooled)
	if err != nil {
		putMessageBuffer(p)
		return Message{}, err
	}
	*whole = p
	return Message{Type: t, Data: p, conn: c}, nil
}

// growPooled is grow for a buffer of the pools.
func growPooled(dst []byte, need, want int) []byte {
	if cap(dst)-len(dst) >= need {
		return dst
	}
	out := append(getMessageBuffer(len(dst)+max(need, want)), dst...)
	putMessageBuffer(dst)
	return out
}
