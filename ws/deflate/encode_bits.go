package deflate

import (
	"encoding/binary"
	"slices"
)

// bitWriter appends bits to octets (RFC 1951 section 3.1.1).
type bitWriter struct {
	out []byte
	acc uint64 // bits that are not in out yet, the first one lowest
	n   uint   // how many
}

// reserve makes room for a number of bits, those in acc, and what a store of
// eight octets writes beyond them.
func (w *bitWriter) reserve(bits int) { w.out = slices.Grow(w.out, bits/8+24) }

// put writes at most 16 bits, for which there is room.
func (w *bitWriter) put(v uint64, n uint) {
	w.acc |= v << (w.n & 63)
	w.n += n
	if w.n >= 48 {
		w.flush()
	}
}

// flush leaves at most 7 bits in acc.
func (w *bitWriter) flush() {
	at := len(w.out)
	binary.LittleEndian.PutUint64(w.out[at:at+8], w.acc)
	w.out = w.out[:at+int(w.n>>3)]
	w.acc >>= w.n & 56
	w.n &= 7
}

// beginStored writes what comes before the octets of a stored block (RFC 1951
// section 3.2.4).
func (w *bitWriter) beginStored(octets int) {
	w.reserve(headerBits + 7 + 32)
	w.put(storedHeader, headerBits)
	w.n = (w.n + 7) &^ 7
	w.flush()
	w.out = append(w.out, byte(octets), byte(octets>>8), ^byte(octets), ^byte(octets>>8))
}

// stored writes a stored block of at most 65535 octets.
func (w *bitWriter) stored(p []byte) {
	w.reserve(headerBits + 7 + 32 + 8*len(p))
	w.beginStored(len(p))
	w.out = append(w.out, p...)
}

// write writes sequences, whose octets are p, and the end of the block. There is
// room for them.
func (w *bitWriter) write(p []byte, sequences []sequence, literals, distances *codewords) {
	w.flush()
	// All in local variables: this loop is a large part of deflating.
	out, acc, n := w.out[len(w.out):cap(w.out)], w.acc, w.n
	at := 0
	for _, s := range sequences {
		run := p[:s.literals]
		p = p[int(s.literals)+int(s.length):]
		for len(run) >= 4 {
			// No code has more than longestCode bits: 7 + 4*14 are less than 64.
			for _, v := range run[:4] {
				c := literals[v]
				acc |= uint64(c>>8) << (n & 63)
				n += uint(c & 0xFF)
			}
			binary.LittleEndian.PutUint64(out[at:], acc)
			at += int(n >> 3)
			acc >>= n & 56
			n &= 7
			run = run[4:]
		}
		for _, v := range run {
			c := literals[v]
			acc |= uint64(c>>8) << (n & 63)
			n += uint(c & 0xFF)
		}
		binary.LittleEndian.PutUint64(out[at:], acc)
		at += int(n >> 3)
		acc >>= n & 56
		n &= 7
		if s.length == 0 {
			break
		}
		// At most 7 + 14 + 5 + 14 + 13 bits.
		l := matchLengths[uint8(s.length-3)]
		c := literals[l.symbol()]
		acc |= uint64(c>>8) << (n & 63)
		n += uint(c & 0xFF)
		acc |= uint64(l.value()) << (n & 63)
		n += uint(l.extra())
		symbol, extra := distanceSymbol(s.distance)
		c = distances[symbol]
		acc |= uint64(c>>8) << (n & 63)
		n += uint(c & 0xFF)
		acc |= uint64((s.distance-1)&(1<<(extra&15)-1)) << (n & 63)
		n += uint(extra)
		binary.LittleEndian.PutUint64(out[at:], acc)
		at += int(n >> 3)
		acc >>= n & 56
		n &= 7
	}
	w.out, w.acc, w.n = w.out[:len(w.out)+at], acc, n
	end := literals[endOfBlock]
	w.put(uint64(end>>8), uint(end.bits()))
}
