package deflate

import (
	"encoding/binary"
	"math/bits"
)

// A sequence is a number of literals and the match behind them (RFC 1951 section
// 3.2.5). The literals themselves stay where they are.
type sequence struct {
	literals uint16
	length   uint16 // 0: the block ends behind the literals
	distance uint16
}

const (
	minMatch  = 4     // RFC 1951 has 3, which hardly ever saves anything
	maxMatch  = 258   // RFC 1951 section 3.2.5
	goodMatch = 16    // from here on nothing longer is looked for
	longPiece = 16384 // from here on half of that is enough: speed counts for more
)

// find cuts b[begin:] into sequences until it ends or there are as many as a
// block may have, and gives where it stopped. What is before begin is history.
// position is that of b[0].
//
// The one candidate for a match is where the same octets were seen last. If a
// longer match begins at the next octet, that one is taken (RFC 1951 section 4:
// lazy matching).
func (e *Encoder) find(b []byte, begin int, h hashes, position uint16, window int) int {
	sequences := e.sequences[:0]
	done := begin       // what is before is in sequences
	limit := len(b) - 9 // up to here two octets can be looked at, with seven behind them
	i := begin
	good := goodMatch
	if len(b)-begin >= longPiece {
		good /= 2
	}
	for i <= limit {
		// These conditions, here and below, are what keeps every reference in the
		// window: a distance is at most its size, and leads to no octet before b.
		//req:impl RFC7692-7.2.1-07 RFC7692-7.2.1-13 RFC7692-7.2.1-15
		v := binary.LittleEndian.Uint64(b[i:])
		d := h.replace(v, position+uint16(i))
		if uint(d-1) >= uint(min(window, i)) || uint32(v) != binary.LittleEndian.Uint32(b[i-d:]) {
			i++
			v = binary.LittleEndian.Uint64(b[i:])
			d = h.replace(v, position+uint16(i))
			if uint(d-1) >= uint(min(window, i)) || uint32(v) != binary.LittleEndian.Uint32(b[i-d:]) {
				// The longer nothing was found, the more is skipped.
				i += 1 + (i-done)>>5
				continue
			}
		}
		n := matched(b, i, d, v^binary.LittleEndian.Uint64(b[i-d:]))
		if n < good && i <= limit {
			next := binary.LittleEndian.Uint64(b[i+1:])
			if dNext := h.replace(next, position+uint16(i+1)); uint(dNext-1) < uint(min(window, i+1)) && dNext != d {
				if m := matched(b, i+1, dNext, next^binary.LittleEndian.Uint64(b[i+1-dNext:])); m > n {
					i, n, d = i+1, m, dNext
				}
			}
		}
		for i > done && i > d && n < maxMatch && b[i-1] == b[i-1-d] {
			i, n = i-1, n+1
		}
		sequences = append(sequences, sequence{uint16(i - done), uint16(n), uint16(d)})
		done = i + n
		if done < limit {
			for _, j := range [...]int{i + 2, i + n/2, done - 2} {
				h.replace(binary.LittleEndian.Uint64(b[j:]), position+uint16(j))
			}
		}
		i = done
		if len(sequences) == maxSequences-1 {
			e.sequences = sequences
			return done
		}
	}
	e.sequences = sequences
	return e.findLast(b, done, i, h, position, window)
}

// findLast goes on at b[i:], which is the end of a message: where eight octets
// can't be loaded any more. For small messages that is worth it.
func (e *Encoder) findLast(b []byte, done, i int, h hashes, position uint16, window int) int {
	sequences := e.sequences
	for i+hashed <= len(b) {
		v := uint64(binary.LittleEndian.Uint32(b[i:])) | uint64(b[i+4])<<32
		d := h.replace(v, position+uint16(i))
		if uint(d-1) >= uint(min(window, i)) || uint32(v) != binary.LittleEndian.Uint32(b[i-d:]) {
			i++
			continue
		}
		n := 4 + same(b, i+4, d)
		for i > done && i > d && n < maxMatch && b[i-1] == b[i-1-d] {
			i, n = i-1, n+1
		}
		sequences = append(sequences, sequence{uint16(i - done), uint16(n), uint16(d)})
		i += n
		done = i
	}
	e.sequences = append(sequences, sequence{literals: uint16(len(b) - done)})
	return len(b)
}

// matched gives the length of the match of b[i:] with what is d octets before
// it, of which eight octets differ in the bits of diff.
func matched(b []byte, i, d int, diff uint64) int {
	if diff != 0 {
		return bits.TrailingZeros64(diff) >> 3
	}
	return 8 + same(b, i+8, d)
}

// same gives how many octets of b[i:] are the same as those d before them, at
// most as many as a match that began eight octets before can go on for.
func same(b []byte, i, d int) int {
	p := b[i:min(i+maxMatch-8, len(b))]
	q := b[i-d:][:len(p)]
	n := 0
	for ; n+8 <= len(p); n += 8 {
		if diff := binary.LittleEndian.Uint64(p[n:]) ^ binary.LittleEndian.Uint64(q[n:]); diff != 0 {
			return n + bits.TrailingZeros64(diff)>>3
		}
	}
	for n < len(p) && p[n] == q[n] {
		n++
	}
	return n
}
