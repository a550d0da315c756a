package ws

import (
	"context"
	"errors"

	"longwire.example/ws/protocol"
)

// errDetach is returned by Detach where there is nothing to detach from.
var errDetach = errors.New("ws: Detach: callbacks of a Server do not drive this connection, or it is detached already")

// detached is a function for a connection that leaves its callbacks.
type detached func(ctx context.Context, c *Conn) error

// Detach takes a connection of a Server away from its callbacks and runs fn for
// it in a goroutine of its own: for what must wait. There the connection is like
// any other, with Read, Messages and writes that wait, and it ends with fn as
// with the function of a Handler. OnMessage is not called any more; the first
// message that fn reads is the one behind those that OnMessage got. OnClose is
// called when fn has returned and the connection has ended.
//
// Detach returns at once. In a callback, fn begins when the callback has
// returned and everything sent before is on its way; when the connection ends or
// is closed before, fn is not called. An error says that there is nothing to
// detach: the connection has ended or is closing, or there is no Server.
func (c *Conn) Detach(fn func(ctx context.Context, c *Conn) error) error {
	l := c.served.Load()
	if l == nil {
		return errDetach
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := c.result.Load(); {
	case e != nil:
		return e
	case c.closing.Load():
		return errCloseSent
	case l.has().detach != nil || l.moved():
		return errDetach
	}
	l.more().detach = fn
	l.decide()
	if l.loop.poll == nil {
		l.has().cancel(nil)
	} else {
		l.loop.post(l)
	}
	return nil
}

// detaching gives the function to leave the loop for, or nil. mu is held.
func (l *served) detaching() detached {
	if l.phase != phaseOpen || l.c.closing.Load() || l.c.result.Load() != nil {
		return nil
	}
	return l.has().detach
}

// detachTo is detaching for the goroutine of a connection.
func (l *served) detachTo() detached {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.detaching()
}

// moved tells whether the connection has left its loop. mu is held.
func (l *served) moved() bool { return l.loop.poll != nil && l.c.blocking != nil }

// move makes a connection one of the blocking driver. What was received and not
// handed out goes along, as after a read that was cut short; what is queued goes
// out first. mu is held, and freed.
func (lp *loop) move(l *served) {
	c := l.c
	from := l.origin()
	_ = lp.poll.remove(l.fd) // a descriptor of the same socket stays open
	nc, err := l.fd.conn()
	l.fd = -1
	if err != nil {
		l.setEnding(&CloseError{Code: StatusAbnormalClosure, Err: err})
		l.cut = true
		l.mu.Unlock()
		lp.leave(l)
		return
	}
	half := new(blocking)
	c.block(half, nc, from)
	more, queue := l.more(), l.queue
	if more.rest != nil {
		c.keep(more.rest[more.restAt:])
		more.dropRest()
	}
	if more.ctx != nil {
		half.until = &lifetime{more.ctx, more.cancel}
	}
	l.phase, l.queue = phaseGone, nil
	if queue != nil {
		c.out.tryTake() // nobody else has it yet
	}
	lp.server.keep(c)
	c.served.Store(nil)
	l.mu.Unlock()
	lp.wheel.remove(l.id.number)
	lp.conns.remove(l.id)
	c.startKeepalive()
	if queue != nil {
		go c.writeBacklog(queue)
	}
	go lp.server.runDetached(c, more.detach)
}

// writeBacklog writes what the loop had queued, and frees the socket, which is
// held.
func (c *Conn) writeBacklog(q *backlog) {
	w := writing{c: c, aside: true}
	var err error
	for err == nil && q.octets > 0 {
		b := q.next(nil)[0]
		b = b[:min(len(b), bufferSize)]
		_, err = w.write(b)
		q.went(len(b))
	}
	q.release()
	w.leave()
	if err != nil {
		_ = c.othersFailed(err)
	}
	c.free()
	if q.pongDue {
		c.answerPing(protocol.Event{Kind: protocol.KindPing, Payload: q.pong[:q.pongLen]})
	}
}
