package ws

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// close begins the closing handshake. It does not wait for the peer's answer:
// OnClose tells how the connection ended.
//
//req:impl RFC6455-7.1.2-01
//req:impl RFC6455-7.3-01
func (l *served) close(code StatusCode, reason string) error {
	c := l.c
	if l.loop.poll == nil {
		if c.closing.CompareAndSwap(false, true) {
			go c.closeHandshake(code, reason)
		}
		return nil
	}
	if c.set.Hooks.Trace != nil {
		defer l.showTraced() // when mu is free again
	}
	l.mu.Lock()
	if l.moved() {
		l.mu.Unlock()
		return c.Close(code, reason)
	}
	defer l.mu.Unlock()
	if e := c.result.Load(); e != nil {
		if e.Err != nil {
			return e
		}
		return nil
	}
	if !c.closing.CompareAndSwap(false, true) {
		return nil
	}
	b, err := c.send.AppendClose(nil, code, reason)
	if err != nil {
		return nil // the connection is not open any more, and about to say so
	}
	c.closeSent.Store(true)
	if t := c.set.CloseTimeout; t > 0 {
		l.due = after(int64(time.Since(started)), t)
		l.timely = true
	}
	l.putLast(b)
	l.decide() // it does not leave the loop any more
	if !l.working {
		l.loop.post(l)
	}
	if e := c.result.Load(); e != nil {
		return e
	}
	return nil
}

// pingNumber is for Pings without a payload of the application's.
var pingNumber atomic.Uint64

// ping sends a Ping, and does not wait for its Pong: that goes to Hooks.Pong.
func (l *served) ping(ctx context.Context, payload []byte) error {
	c := l.c
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(payload) == 0 {
		payload = binary.BigEndian.AppendUint64(nil, pingNumber.Add(1))
	}
	if l.loop.poll == nil {
		// A queue takes it for a message that is not to be compressed.
		return c.tryWrite(&queued{typ: MessageType(frame.OpPing).Plain(), data: payload})
	}
	if c.set.Hooks.Trace != nil {
		defer l.showTraced() // when mu is free again
	}
	l.mu.Lock()
	if l.moved() {
		l.mu.Unlock()
		_, err := c.Ping(ctx, payload...)
		return err
	}
	defer l.mu.Unlock()
	return l.put(&outgoing{p: payload, size: len(payload), op: frame.OpPing, flags: protocol.Fin})
}

// putLast sends a Close frame, or what else is the last. mu is held.
func (l *served) putLast(b []byte) {
	out := &l.loop.out // the loop's, while it works on this connection
	if l.working && len(out.b)+len(b) > cap(out.b) {
		l.flush()
	}
	switch {
	case len(b) == 0 || l.cut:
	case l.queue != nil:
		l.queue.add(b, false)
	case l.working:
		if out.b = append(out.b, b...); !l.opened {
			out.head = len(out.b) // a refusal
		}
	default:
		l.emit(&collector{b: b}, nil, nil)
	}
}

// peerClosed takes the peer's Close frame and answers it.
//
//req:impl RFC6455-5.5.1-07
//req:impl RFC6455-5.5.1-08
func (l *served) peerClosed(ev protocol.Event) {
	c := l.c
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.setEnding(closingWith(ev, c.closeSent.Load())) {
		b, _ := c.send.Answer(nil, ev)
		l.last(b)
	}
}

// fail fails the connection (section 7.1.7) for what the peer did.
//
//req:impl RFC6455-7.1.7-01
//req:impl RFC6455-7.1.7-03
//req:impl RFC6455-7.2.1-01
func (l *served) fail(cause error) {
	c := l.c
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.setEnding(failingWith(cause)) {
		l.last(c.send.Fail(nil, cause))
	}
}

// last sends the last frame of a connection that has a result. mu is held.
func (l *served) last(b []byte) {
	l.putLast(b)
	l.conclude(l.c.set.CloseTimeout)
}

// conclude begins the end: what is queued is the last that is sent, and the peer
// has so long to take it. mu is held.
func (l *served) conclude(wait time.Duration) {
	l.phase = phaseEnding
	l.due = after(l.loop.now, wait)
	l.timely = true
	l.decide()
}

// lost ends the connection without a closing handshake, because of err: the loop
// closes the transport. A result that it had stays. mu is held.
//
//req:impl RFC6455-7.2.1-02
//req:impl RFC6455-7.2.2-01
func (l *served) lost(err error) {
	if err == nil {
		err = ErrNoClose
	}
	if l.opened {
		l.setEnding(&CloseError{Code: StatusAbnormalClosure, Err: err})
	}
	l.cut = true
	l.decide()
	l.loop.post(l)
}

// endOfStream is for a peer that sends nothing more and has not said so. It may
// still receive, so it gets what was sent before.
func (l *served) endOfStream() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	if l.queue == nil || l.phase != phaseOpen {
		l.lost(ErrNoClose)
		return
	}
	l.setEnding(&CloseError{Code: StatusAbnormalClosure, Err: ErrNoClose})
	l.conclude(l.c.set.CloseTimeout)
}

// lose is lost without mu held. It tells whether the connection had not ended
// before.
func (l *served) lose(err error) bool {
	l.mu.Lock()
	if l.moved() {
		l.mu.Unlock()
		return l.c.cutOff()
	}
	defer l.mu.Unlock()
	if l.phase == phaseGone {
		return false
	}
	first := l.c.result.Load() == nil
	l.lost(err)
	return first
}

// setEnding sets how the connection ended; the first one counts. mu is held.
//
//req:impl RFC6455-7.1.7-04
func (l *served) setEnding(e *CloseError) bool {
	if !l.c.result.CompareAndSwap(nil, e) {
		return false
	}
	if cancel := l.has().cancel; cancel != nil {
		cancel(e)
	}
	l.c.logEnd(e, l.remote.addr)
	return true
}

// linger discards what still comes. To close a socket with octets unread in it
// resets the connection, and a reset can overtake the last frame.
//
//req:impl RFC6455-7.1.1-01
//req:impl RFC6455-7.1.1-03
func (l *served) linger() {
	lp := l.loop
	n, err := l.fd.read(lp.in)
	l.lingered += int32(n) //nolint:gosec // G115: at most readSize
	if err != nil || l.lingered >= lingerOctets {
		l.lose(ErrNoClose) // it has a result
	}
}

// ended tells the application how the connection ended.
func (l *served) ended(e *CloseError) {
	if f := l.loop.server.OnClose; f != nil {
		l.loop.guard(l, func(l *served) { f(l.c, e) })
	}
}

// release closes the transport. Nothing is done with the descriptor afterwards:
// it may be another connection's at once.
//
//req:impl RFC6455-7.1.4-01
func (lp *loop) release(l *served) {
	c := l.c
	l.mu.Lock()
	if l.phase == phaseGone {
		l.mu.Unlock()
		return
	}
	l.phase = phaseGone
	if l.queue != nil {
		l.queue.release()
		l.queue = nil
	}
	l.dropAll()
	l.fd.close()
	l.fd = -1
	l.mu.Unlock()
	lp.wheel.remove(l.id.number)
	lp.conns.remove(l.id)
	if l.opened {
		if g := c.set.Group; g != nil {
			g.remove(c)
			defer g.left()
		}
		if f := c.set.Hooks.End; f != nil {
			lp.guard(l, func(l *served) { f(l.c, l.c.result.Load()) })
		}
	}
	lp.server.left()
}

// dropAll forgets what was received.
func (l *served) dropAll() {
	l.dropMessage()
	if m := l.seldom; m != nil {
		m.dropRest()
		if m.opening != nil {
			m.opening.release()
			m.opening = nil
		}
	}
}
