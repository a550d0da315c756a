package handshake

import (
	"encoding/binary"
	"math/bits"
)

const (
	eachOctet = 0x0101010101010101
	topBits   = eachOctet * 0x80
)

// firstControl gives the index of the first octet of b that no line of a head
// has: a control character but tab. It is len(b) when there is none.
func firstControl(b []byte) int {
	i := 0
	for len(b)-i >= 16 {
		q := b[i : i+16 : i+16]
		x, y := controls(binary.LittleEndian.Uint64(q)), controls(binary.LittleEndian.Uint64(q[8:]))
		switch {
		case x|y == 0:
			i += 16
			continue
		case x != 0:
			i += bits.TrailingZeros64(x) / 8
		default:
			i += 8 + bits.TrailingZeros64(y)/8
		}
		if b[i] != '\t' {
			return i
		}
		i++
	}
	for i < len(b) && classes[b[i]]&classValue != 0 {
		i++
	}
	return i
}

// controls finds control characters in eight octets at once: the lowest bit
// that it gives is the top bit of the first one. A subtraction that borrows
// sets the top bit of an octet that is under 0x20, and likewise of one that is
// 0x7f; the borrow can spoil octets only behind one that is found.
func controls(x uint64) uint64 {
	del := x ^ eachOctet*0x7f
	return ((x-eachOctet*0x20)&^x | (del-eachOctet)&^del) & topBits
}

// tokenLength gives how many octets at the beginning of b may stand in a
// token.
func tokenLength(b []byte) int {
	i := 0
	for ; len(b)-i >= 4; i += 4 {
		// Four look-ups that don't wait for each other.
		q := b[i : i+4 : i+4]
		if classes[q[0]]&classes[q[1]]&classes[q[2]]&classes[q[3]]&classToken == 0 {
			break
		}
	}
	for i < len(b) && classes[b[i]]&classToken != 0 {
		i++
	}
	return i
}
