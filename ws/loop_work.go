package ws

// begin takes an accepted connection in.
func (lp *loop) begin(a arrival) {
	both := &struct {
		Conn
		half served
	}{}
	l := &both.half
	l.c, l.loop = &both.Conn, lp
	l.c.set = lp.set
	l.c.served.Store(l)
	l.fd, l.remote = a.fd, a.remote
	l.due = after(lp.now, lp.set.HandshakeTimeout)
	l.id = lp.conns.add(l)
	if err := lp.poll.add(l.fd, l.id); err != nil {
		// Out of memory, or of what a user may have registered.
		lp.conns.remove(l.id)
		a.fd.close()
		lp.server.left()
		return
	}
	if lp.server.stopping() {
		lp.turnAway(l)
		return
	}
	lp.schedule(l)
}

// serve works on a connection that is ready. failed tells that its socket has
// met an error or is closed on both sides.
func (lp *loop) serve(h handle, ready readiness, failed bool) {
	l := lp.conns.get(h)
	if l != nil { // else it has gone meanwhile
		lp.visit(l, ready, failed)
	}
}

// attend looks at a connection after something was done to it elsewhere.
func (lp *loop) attend(l *served) {
	l.mu.Lock()
	l.posted = false
	gone := l.phase == phaseGone
	l.mu.Unlock()
	if !gone {
		lp.visit(l, 0, false)
	}
}

// visit works on a connection.
func (lp *loop) visit(l *served, ready readiness, failed bool) {
	lp.enter(l)
	if l.ready |= ready; l.ready&readyWrite != 0 {
		l.drain()
	}
	if failed && (l.paused || l.phase == phaseEnding) {
		l.lost(l.fd.failure()) // nobody reads, so nobody would meet it
	}
	kept := l.has().rest != nil
	// What was kept was so because something said stop, which may be over. If the
	// loop was asked to look at it, it has had its share, and its turn comes.
	read := !l.posted && (l.ready&readyRead != 0 || kept && !l.halt.Load())
	if read && kept {
		lp.kept = l.seldom
	}
	l.mu.Unlock()
	if read {
		for !lp.guard(l, (*served).work) {
			continue // what is left after a callback has panicked
		}
	}
	lp.leave(l)
}

// turnAway refuses a connection whose handshake is not complete, because the
// Server is shutting down.
func (lp *loop) turnAway(l *served) {
	lp.enter(l)
	l.refuseLocked(&refused{answer: errStopped})
	l.mu.Unlock()
	lp.leave(l)
}

// enter begins the work on a connection: until leave, what is sent on it is
// collected in out. mu is held afterwards.
func (lp *loop) enter(l *served) {
	l.mu.Lock()
	l.working = true
	lp.r, lp.w, lp.kept = 0, 0, nil
	lp.budget, lp.work = readSize, workSize
}

// work takes what has come.
func (l *served) work() {
	if l.phase == phaseOpening {
		l.open()
	}
	if l.phase == phaseOpen {
		l.receive()
	}
	if l.phase == phaseLingering {
		l.linger()
	}
}

// leave ends the work on a connection: what was collected is written, and what
// has become of the connection meanwhile has its consequences.
func (lp *loop) leave(l *served) {
	if l.c.set.Hooks.Trace != nil {
		l.flushTraced()
	}
	l.mu.Lock()
	l.flush()
	if e := l.c.result.Load(); e != nil && !l.told {
		l.told = true
		l.mu.Unlock()
		l.ended(e)
		l.mu.Lock()
	}
	l.working = false
	l.keepRest()
	switch {
	case l.cut:
		l.mu.Unlock()
		lp.release(l)
		return
	case l.detaching() != nil:
		lp.move(l) // which unlocks
		return
	case l.phase == phaseEnding && l.queue == nil:
		// This side is done, and says so at once.
		if l.fd.closeWrite() != nil {
			l.mu.Unlock()
			lp.release(l)
			return
		}
		l.phase = phaseLingering
		l.due = lp.now + int64(lingerTime)
		l.timely = true
	}
	if l.unfinished() {
		lp.post(l) // it goes on behind the others
	}
	timely := l.timely
	l.timely = false
	l.mu.Unlock()
	if timely {
		lp.schedule(l)
	}
}

// unfinished tells whether more can be done than the connection's share was. The
// poller has told that once and will not again. mu is held.
func (l *served) unfinished() bool {
	if l.queue != nil && l.ready&readyWrite != 0 {
		return true
	}
	switch l.phase {
	case phaseOpen:
		return !l.halt.Load() && (l.ready&readyRead != 0 || l.has().rest != nil && l.loop.work <= 0)
	case phaseOpening, phaseLingering:
		return l.ready&readyRead != 0
	default:
		return false
	}
}
