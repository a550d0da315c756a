package deflate

import (
	"encoding/binary"
	"math/bits"
)

// Context is what a direction with context takeover keeps between messages when
// memory is dear: the LZ77 sliding window, and a hash table of where its octets
// are. All else that deflating takes is in the [Encoder], which is needed during
// a message only. A Context belongs to one message at a time. It is made by
// [NewContext].
//
//req:impl RFC7692-7.2.1-09 RFC7692-7.2.1-12
type Context struct {
	window   int    // 1<<bits
	history  []byte // the window is the end of it
	position uint16 // of history[0]
	hashes   hashes
}

// hashes tells at which position an octet and the four behind it were seen
// last, modulo 65536, for no distance is longer. It only says where to look:
// whether the same octets are there is for the reader to see. So nothing ever
// has to be taken out, or moved when the history moves.
type hashes struct {
	table []uint16
	shift uint8 // 64 less the bits of an index of table
}

const (
	hashed     = 5       // octets that a hash is made of
	minHistory = 512     // octets
	minHashes  = 512     // entries
	maxHashes  = 1 << 13 // entries of a Context: 16 KiB
)

// replace notes that the first octets of v, a little-endian number, are at
// position. It gives how far back they were before, if they were there.
func (h hashes) replace(v uint64, position uint16) int {
	// The factor is 2^64 divided by the golden ratio, which spreads numbers that
	// differ little.
	hash := uint32(v << (64 - 8*hashed) * 0x9E3779B97F4A7C15 >> (h.shift & 63))
	at := &h.table[hash&uint32(len(h.table)-1)]
	d := position - *at
	*at = position
	return int(d)
}

// insert notes every other position of b, which begins at position: a match that
// begins between two is found by its second octet and then goes back.
func (h hashes) insert(b []byte, position uint16) {
	for ; len(b) >= 8; b = b[2:] {
		h.replace(binary.LittleEndian.Uint64(b), position)
		position += 2
	}
}

// newHashes gives an empty table of n entries, or of the next smaller power of
// two. It takes the memory of old if that is enough.
func newHashes(old []uint16, n int) hashes {
	index := bits.Len(uint(n)) - 1
	if 1<<index > cap(old) {
		return hashes{make([]uint16, 1<<index), uint8(64 - index)}
	}
	table := old[:1<<index]
	clear(table)
	return hashes{table, uint8(64 - index)}
}

// NewContext gives an empty Context for a window of 1<<bits octets, bits being
// the agreed server_max_window_bits or client_max_window_bits; bits out of range
// are taken for the nearest in range. Its memory grows with what it holds: up to
// 56 KiB for 15 bits, 9 KiB for 12, 1.3 KiB for 8.
//
//req:impl RFC7692-7.2.1-13 RFC7692-7.2.1-15
func NewContext(bits int) *Context { return &Context{window: windowSize(bits)} }

// Len gives the octets that the window holds: those that a distance can reach.
func (x *Context) Len() int { return min(len(x.history), x.window) }

// Cap gives the octets of memory that x has for them and for their hashes.
func (x *Context) Cap() int { return cap(x.history) + 2*cap(x.hashes.table) }

// Reset empties the window and keeps the memory: what is deflated next refers
// to nothing before it.
//
//req:impl RFC7692-7.2.1-08 RFC7692-7.2.1-11
func (x *Context) Reset() {
	if len(x.history) > 0 {
		x.history, x.position = x.history[:0], 0
		clear(x.hashes.table)
	}
}

// Add puts p behind what the window holds and deflates nothing. It is for octets
// that the peer gets in another way and has in its window: a message that was
// deflated without reference to what came before, once for many connections.
func (x *Context) Add(p []byte) {
	x.put(p)
	x.insert(max(0, len(x.history)-len(p)))
}

// slack is by how much the history may be longer than the window, so that it is
// moved down in memory once for many messages.
func (x *Context) slack() int { return x.window / 4 }

// put puts p behind the history. If p is no longer than the slack, what was in
// the window before it is still there; else only the window behind it is.
func (x *Context) put(p []byte) {
	end := x.position + uint16(len(x.history)+len(p))
	if len(p) > x.slack() {
		x.drop(len(x.history) - max(0, x.window-len(p)))
		p = p[max(0, len(p)-x.window):]
	} else if len(x.history)+len(p) > x.window+x.slack() {
		x.drop(len(x.history) - x.window)
	}
	x.grow(len(x.history) + len(p))
	x.history = append(x.history, p...)
	x.position = end - uint16(len(x.history))
}

// drop forgets the first n octets of the history, if n is not negative.
func (x *Context) drop(n int) {
	if n > 0 {
		x.history = append(x.history[:0], x.history[n:]...)
		x.position += uint16(n)
	}
}

// grow makes room for a history of n octets, at most the window and the slack,
// and for the hashes that belong to it.
func (x *Context) grow(n int) {
	if n <= cap(x.history) {
		return
	}
	size := max(2*cap(x.history), minHistory)
	for size < n {
		size *= 2
	}
	size = min(size, x.window+x.slack())
	x.history = append(make([]byte, 0, size), x.history...)
	if entries := min(max(size/2, minHashes), maxHashes); entries >= 2*len(x.hashes.table) {
		x.hashes = newHashes(nil, entries)
		x.insert(0)
	}
}

// insert notes the positions of history[begin:].
func (x *Context) insert(begin int) {
	x.hashes.insert(x.history[begin:], x.position+uint16(begin))
}
