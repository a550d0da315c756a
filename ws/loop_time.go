package ws

import (
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
	"longwire.example/ws/protocol"
)

// schedule sets the one timer of a connection to when the first thing is due. To
// receive and to send moves nothing here: they leave the time when they happened,
// and a timer that has come too early for that is set anew.
func (lp *loop) schedule(l *served) {
	l.mu.Lock()
	next := l.deadline
	if l.queue != nil {
		next = min(next, l.queue.due)
	}
	if l.phase == phaseOpen {
		next = min(next, l.aliveDue)
	}
	l.mu.Unlock()
	if next == never {
		lp.wheel.remove(l.id.number)
		return
	}
	lp.wheel.set(l.id.number, next)
}

// expired is called when the timer of a connection has come.
func (lp *loop) expired(number int32) {
	l := lp.conns.entries[number].l
	lp.enter(l)
	l.expire()
	lp.leave(l)
}

// expire does what is due.
func (l *served) expire() {
	now := l.loop.now
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timely = true
	switch q := l.queue; {
	case now >= l.deadline:
		l.late()
	case q != nil && now >= q.due:
		l.lost(ErrWriteTimeout)
	case l.phase == phaseOpen && now >= l.aliveDue:
		l.keepAlive(now)
	}
}

// late ends what has taken too long.
func (l *served) late() {
	switch l.phase {
	case phaseOpening:
		l.refuseLocked(&refused{answer: handshake.ErrTimeout})
	case phaseOpen:
		l.lost(ErrCloseTimeout)
	case phaseEnding:
		l.lost(ErrWriteTimeout)
	case phaseLingering, phaseGone:
		l.lost(ErrNoClose)
	}
}

// keepAlive does what protocol.Keepalive says.
func (l *served) keepAlive(now int64) {
	k := &l.alive
	k.Received(l.lastRead)
	action, next := k.Next(now)
	if action == protocol.ActionDead && l.paused && l.fd.unread() {
		// The loop does not read, and so can't see what the peer answers.
		k.Received(now)
		action, next = k.Next(now)
	}
	l.aliveDue = next
	switch action {
	case protocol.ActionPing:
		if l.c.send.State() == protocol.Open {
			_ = l.put(&outgoing{op: frame.OpPing, flags: protocol.Fin})
		}
	case protocol.ActionDead:
		l.lost(ErrKeepalive)
	case protocol.ActionNone:
	}
}
