package ws

import (
	"time"

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
	if l.c.logs(e) {
		l.c.logEnd(e, l.remote.addr)
	}
	return true
}
