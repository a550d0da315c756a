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
		l := messageLoop{c: c, ctx: ctx}
		defer l.leave()
		for l.next() {
			if !yield(l.message, nil) {
				return
			}
		}
		if l.err != nil {
			yield(Message{}, l.err)
		}
	}
}

// messageLoop is one loop over Messages.
type messageLoop struct {
	c       *Conn
	ctx     context.Context
	message Message
	// pooled: the message came in pieces, and its Data is of the pools. Where
	// the loop is left, it may still be in use.
	pooled bool
	err    error
}

// next waits for the next message. Otherwise err says why there is none, if
// that is to be said.
//
// It waits by itself and not from within what takes messages apart: the deepest
// calls decide how large a goroutine's stack is, and most of the time most
// goroutines are here. So 2 KiB do (TestSmallStack).
func (l *messageLoop) next() bool {
	c := l.c
	err := c.beginRead(l.ctx)
	if err == nil {
		if !c.replies.more && c.out.holds() {
			err = c.releaseReplies(l.ctx) // they don't wait for what is not here yet
		}
		for done := false; err == nil; {
			if done, err = l.take(); done || err != nil {
				break
			}
			err = c.fill()
		}
		c.replies.more = c.r != c.w && c.messageHere()
		err = c.endRead(l.ctx, err)
	}
	if err != nil {
		l.end(err)
	}
	return err == nil
}

// end ends the loop, silently if the connection has ended as conversations do.
func (l *messageLoop) end(err error) {
	l.release()
	if e, ok := errors.AsType[*CloseError](err); !ok || !e.clean() {
		l.err = err
	}
}

// leave lets go what replies have left. Its error is that of the next call.
func (l *messageLoop) leave() { _ = l.c.writeHeld(l.ctx) }

// take gives the next message as a view of the connection's buffer when it is
// there in one piece, otherwise in a buffer of its own. It gives false when more
// octets are needed.
func (l *messageLoop) take() (done bool, err error) {
	c := l.c
	l.release()
	if err := c.skipUnread(); err != nil {
		return false, err
	}
	if !c.in.open {
		ev, err := c.eventHere()
		switch {
		case err != nil || ev.Kind == protocol.KindNone:
			return false, err
		case ev.Flags == protocol.First|protocol.Fin:
			c.in.open, c.in.fin = false, false
			l.message = Message{Type: MessageType(ev.Op), Data: ev.Payload, headed: c.role == RoleServer, conn: c}
			return true, nil
		case !c.in.packed:
			c.in.rest = ev.Payload
		}
	}
	return true, l.collect()
}

// collect puts a message together that came in pieces, or compressed.
func (l *messageLoop) collect() error {
	c := l.c
	// As much room as it will need, if the last message needed that, too.
	size := max(bufferSize, int(min(int64(len(c.in.rest))+c.recv.Pending(), int64(c.in.lastSize))))
	if c.in.packed {
		size = firstInflated
	}
	t, p, err := c.readInto(getMessageBuffer(size), growPooled)
	if err != nil {
		putMessageBuffer(p)
		return err
	}
	l.pooled, l.message = true, Message{Type: t, Data: p, conn: c}
	return nil
}

// release gives back what the message was put together in.
func (l *messageLoop) release() {
	if l.pooled {
		putMessageBuffer(l.message.Data)
		l.pooled = false
	}
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
