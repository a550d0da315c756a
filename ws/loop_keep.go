package ws

import (
	"sync"

	"longwire.example/ws/protocol"
)

// keptChunk is how many of the octets that were kept the loop takes up at once. A
// peer that has sent much and takes the answers in small portions must not make
// the loop copy all of it for each.
const keptChunk = 64 << 10

// remnant has room for the longest beginning of a frame that nothing can be made
// of yet.
type remnant [protocol.MinBuffer]byte

var remnants = sync.Pool{New: func() any { return new(remnant) }}

// keepRest keeps what was received and not taken: less than a control frame, or
// all that stands behind where something said stop. mu is held.
func (l *served) keepRest() {
	lp := l.loop
	b := lp.in[lp.r:lp.w]
	if m := lp.kept; m != nil {
		m.restAt += lp.r // what is in the buffer is there, too
		return
	}
	if len(b) == 0 || l.phase != phaseOpen || l.c.result.Load() != nil {
		return
	}
	m := l.more()
	if len(b) > len(remnant{}) {
		m.rest = append(getMessageBuffer(len(b)), b...)
		return
	}
	m.rest = append(remnants.Get().(*remnant)[:0], b...)
}

// nextKept puts the next of what was kept into the buffer. Where all is there,
// what follows comes from the socket.
func (lp *loop) nextKept() {
	m := lp.kept
	m.restAt += lp.r
	lp.r = 0
	lp.w = copy(lp.in[:keptChunk], m.rest[m.restAt:])
	if m.restAt+lp.w == len(m.rest) {
		m.dropRest()
		lp.kept = nil
	}
}

// dropRest gives back what the rest was kept in.
func (m *seldom) dropRest() {
	if cap(m.rest) == len(remnant{}) {
		remnants.Put((*remnant)(m.rest[:len(remnant{})]))
	} else {
		putMessageBuffer(m.rest)
	}
	m.rest, m.restAt = nil, 0
}
