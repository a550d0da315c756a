package ws

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

// linger discards what still comes. To close a socket with octets unread in it
// resets the connection, and a reset can overtake the last frame.
//
//req:impl RFC6455-7.1.1-01
//req:impl RFC6455-7.1.1-03
func (l *served) linger() {
	lp := l.loop
	n, err := l.fd.read(lp.in)
	l.haveRead(n, len(lp.in))
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
