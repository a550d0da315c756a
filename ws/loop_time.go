package ws

import (
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
	"longwire.example/ws/protocol"
)

// never is a time that does not come.
const never = protocol.Never

// after gives the time d after t, or never for no d.
func after(t int64, d time.Duration) int64 {
	if d <= 0 {
		return never
	}
	return t + int64(d)
}

// schedule sets the one timer of a connection to when the first thing is due. To
// receive and to send moves nothing here: they leave the time when they happened,
// and a timer that has come too early for that is set anew.
func (lp *loop) schedule(l *served) {
	l.mu.Lock()
	next := l.due
	if l.keptAlive() {
		k := l.keepalive()
		next = k.Due()
	}
	if l.queue != nil {
		next = min(next, l.queue.due)
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
	l := lp.conns.entries.at(number).l
	lp.enter(l)
	l.expire()
	l.mu.Unlock()
	lp.leave(l)
}

// expire does what is due. mu is held.
func (l *served) expire() {
	now := l.loop.now
	l.timely = true
	switch q := l.queue; {
	case q != nil && now >= q.due:
		l.lost(ErrWriteTimeout)
	case l.keptAlive():
		l.keepAlive(now)
	case now >= l.due:
		l.late()
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

// keptAlive tells whether the keepalive is what bounds the phase: until the
// closing handshake does.
func (l *served) keptAlive() bool {
	return l.phase == phaseOpen && (!l.c.closing.Load() || l.c.set.CloseTimeout <= 0)
}

// keepalive gives the connection's keepalive. keep must follow where it has
// changed.
func (l *served) keepalive() protocol.Keepalive {
	s := l.c.set
	return protocol.KeepaliveFrom(int64(s.PingInterval), int64(s.PingTimeout), l.due, l.asked)
}

func (l *served) keep(k *protocol.Keepalive) { l.due, l.asked = k.Save() }

// keepAlive does what protocol.Keepalive says.
func (l *served) keepAlive(now int64) {
	k := l.keepalive()
	k.Received(l.lastRead)
	action, _ := k.Next(now)
	if action == protocol.ActionDead && l.paused && l.fd.unread() {
		// The loop does not read, and so can't see what the peer answers.
		k.Received(now)
		action, _ = k.Next(now)
	}
	l.keep(&k)
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
