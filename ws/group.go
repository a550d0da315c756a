package ws

import (
	"iter"
	"slices"
	"sync"
	"sync/atomic"
)

// Group is a set of connections: those whose Options name it, from the opening
// handshake until their transport is closed. It shuts all of them down, and
// broadcasts to them. The zero value is ready; a Group must not be copied
// after its first use.
type Group struct {
	// Pace is how many connections Shutdown begins to close in a second:
	// DefaultPace when zero, all at once when negative.
	Pace int

	settings atomic.Pointer[settings] // those made last

	casting sync.Mutex // held by a Broadcast, so that all connections get messages in one order

	mu       sync.Mutex // guards what follows; never held while something is sent
	conns    []*Conn
	snapshot []*Conn       // a copy of conns, shared by those who iterate; nil when conns has changed
	leaving  int           // not in conns any more, and their last hook has not returned
	down     bool          // Shutdown was called
	empty    chan struct{} // closed when the last connection has gone and left
}

// Len gives the number of connections.
func (g *Group) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.conns)
}

// All gives the connections that are in the group when the loop begins, in no
// particular order. Some may have ended since.
func (g *Group) All() iter.Seq[*Conn] {
	return func(yield func(*Conn) bool) {
		for _, c := range g.members() {
			if !yield(c) {
				return
			}
		}
	}
}

// members gives the connections in a slice that is not changed any more. It is
// made anew only when the group has changed.
func (g *Group) members() []*Conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.snapshot == nil {
		g.snapshot = slices.Clone(g.conns)
	}
	return g.snapshot
}

// add takes a new connection. After Shutdown it is closed at once; it is in
// the group until then, so that a Shutdown in progress sees to its end.
func (g *Group) add(c *Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.place = int32(len(g.conns)) //nolint:gosec // G115: as many as there are descriptors
	g.conns = append(g.conns, c)
	g.snapshot = nil
	if g.down {
		go goAway(c)
	}
}

// remove forgets a connection, which is in the group; left must follow.
func (g *Group) remove(c *Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	// The last one takes its place.
	last := len(g.conns) - 1
	moved := g.conns[last]
	g.conns[c.place] = moved
	moved.place = c.place
	g.conns[last] = nil
	g.conns = g.conns[:last]
	g.snapshot = nil
	g.leaving++
}

// left tells that nothing more will be heard of a connection that was removed.
func (g *Group) left() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leaving--
	if g.isEmpty() && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// isEmpty tells whether all connections have left. mu is held.
func (g *Group) isEmpty() bool { return len(g.conns) == 0 && g.leaving == 0 }
