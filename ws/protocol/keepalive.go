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
	waiting  bool  // for a sign of life
	asked    int64 // waiting: when the first Ping without one was sent
}

// NewKeepalive gives a Keepalive that asks for its first Ping an interval after
// now. A zero or negative interval means no Pings; a zero or negative timeout,
// that nobody is given up.
func NewKeepalive(interval, timeout, now int64) Keepalive {
	k := Keepalive{interval: interval, timeout: timeout, due: Never}
	if interval > 0 {
		k.due = later(now, interval)
	}
	return k
}

// Received notes that octets came at the time now. Any octet is a sign of life,
// not only a Pong.
func (k *Keepalive) Received(now int64) {
	if now >= k.asked {
		k.waiting = false
	}
}

// Next gives what to do at the time now, and when to ask again: [Never] when
// there is no need to. A caller that comes late gets one Ping, not all that were
// missed. After [ActionDead] the answer stays the same unless something was
// received.
func (k *Keepalive) Next(now int64) (Action, int64) {
	dead := Never
	if k.waiting && k.timeout > 0 {
		dead = later(k.asked, k.timeout)
	}
	switch {
	case now >= dead && dead != Never:
		return ActionDead, Never
	case k.due == Never || now < k.due:
		return ActionNone, min(dead, k.due)
	}
	k.due = later(now, k.interval)
	if !k.waiting {
		k.waiting, k.asked = true, now
		if k.timeout > 0 {
			dead = later(now, k.timeout)
		}
	}
	return ActionPing, min(dead, k.due)
}

// later adds without overflow; d is positive.
func later(t, d int64) int64 {
	if t > math.MaxInt64-d {
		return Never
	}
	return t + d
}
