package ws

import "errors"

// DropPolicy says what Broadcast does with a connection whose queue is full,
// because its peer reads too slowly.
type DropPolicy uint8

const (
	// DropMessage leaves this message out for that connection.
	DropMessage DropPolicy = iota
	// DropConnection closes that connection with 1008 (policy violation):
	// for messages of which none may be missing.
	DropConnection
)

// String gives the name in words.
func (p DropPolicy) String() string {
	if p == DropConnection {
		return "drop connection"
	}
	return "drop message"
}

// BroadcastResult counts what became of a broadcast on each connection.
type BroadcastResult struct {
	Queued  int // connections that have been sent the message, or will be unless they end before
	Dropped int // connections whose queue was full
	Ended   int // connections that had ended or begun to close
}

// reasonTooSlow is the reason of the Close frame of DropConnection.
const reasonTooSlow = "reads too slowly"

// Broadcast sends m on every connection of the group, as Conn.TryWritePrepared
// does, and returns without waiting for any of them: what a socket does not take
// at once is queued. A slow peer never holds up the others, and never has more
// queued than Options.QueueMessages and Options.QueueBytes allow. What happens
// when its queue is full is the policy's matter.
//
// Messages of several Broadcasts come in the same order on every connection.
// To leave some connections out, loop over All instead.
func (g *Group) Broadcast(m *Prepared, p DropPolicy) BroadcastResult {
	g.casting.Lock()
	defer g.casting.Unlock()
	var r BroadcastResult
	members := g.members()
	for i, c := range members {
		if i+1 < len(members) {
			members[i+1].fetch()
		}
		err := c.TryWritePrepared(m)
		switch {
		case err == nil:
			r.Queued++
		case errors.Is(err, ErrBackpressure):
			r.Dropped++
			if p == DropConnection && !c.closing.Load() {
				go func() { _ = c.Close(StatusPolicyViolation, reasonTooSlow) }()
			}
		default:
			r.Ended++
		}
	}
	return r
}

// fetch looks at what a write needs of a connection, so that it comes out of
// memory while another connection is written: of thousands, none is in the
// processor's caches.
func (c *Conn) fetch() {
	if c.result.Load() == nil && c.served.Load() == nil {
		c.out.state.Load()
	}
}
