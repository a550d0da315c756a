package protocol

import "math"

// Action is what a [Keepalive] asks for.
type Action uint8

// The actions.
const (
	// ActionNone: nothing is to be done now.
	ActionNone Action = iota
	// ActionPing: a Ping is to be sent now.
	ActionPing
	// ActionDead: the peer has not answered in time.
	ActionDead
)

// String gives "none", "ping" or "dead".
func (a Action) String() string {
	switch a {
	case ActionNone:
		return "none"
	case ActionPing:
		return "ping"
	case ActionDead:
		return "dead"
	default:
		return "unknown action"
	}
}

// Never is the time that does not come.
const Never int64 = math.MaxInt64

// Keepalive finds out whether the peer is still there: it asks for a Ping every
// interval, and gives the peer up when a timeout has passed since a Ping and
// nothing at all was received since. Times are nanoseconds on any clock that
// does not go back. It is made by [NewKeepalive].
type Keepalive struct {
	interval int64
	timeout  int64
	due      int64 // when the next Ping is
	asked    int64 // when the first Ping without a sign of life since was sent; Never: there is none
}

// NewKeepalive gives a Keepalive that asks for its first Ping an interval after
// now. A zero or negative interval means no Pings; a zero or negative timeout,
// that nobody is given up.
func NewKeepalive(interval, timeout, now int64) Keepalive {
	k := Keepalive{interval: interval, timeout: timeout, due: Never, asked: Never}
	if interval > 0 {
		k.due = later(now, interval)
	}
	return k
}

// KeepaliveFrom gives a Keepalive that goes on where the one that was made with
// the same interval and timeout was saved: a driver with very many connections
// has to keep two numbers for each.
func KeepaliveFrom(interval, timeout, due, asked int64) Keepalive {
	return Keepalive{interval: interval, timeout: timeout, due: due, asked: asked}
}

// Save gives what KeepaliveFrom takes.
func (k *Keepalive) Save() (due, asked int64) { return k.due, k.asked }

// Due gives the time from which on Next has something to ask for.
func (k *Keepalive) Due() int64 { return min(k.dead(), k.due) }

// dead gives the time when the peer is to be given up.
func (k *Keepalive) dead() int64 {
	if k.asked == Never || k.timeout <= 0 {
		return Never
	}
	return later(k.asked, k.timeout)
}

// Received notes that octets came at the time now. Any octet is a sign of life,
// not only a Pong.
func (k *Keepalive) Received(now int64) {
	if now >= k.asked {
		k.asked = Never
	}
}

// Next gives what to do at the time now, and when to ask again: [Never] when
// there is no need to. A caller that comes late gets one Ping, not all that were
// missed. After [ActionDead] the answer stays the same unless something was
// received.
func (k *Keepalive) Next(now int64) (Action, int64) {
	switch dead := k.dead(); {
	case now >= dead && dead != Never:
		return ActionDead, Never
	case k.due == Never || now < k.due:
		return ActionNone, k.Due()
	}
	k.due = later(now, k.interval)
	if k.asked == Never {
		k.asked = now
	}
	return ActionPing, k.Due()
}

// later adds without overflow; d is positive.
func later(t, d int64) int64 {
	if t > math.MaxInt64-d {
		return Never
	}
	return t + d
}
