package parser

import "encoding/binary"

// word gives 8 octets of a stream as one number, the first octet lowest,
// whatever the byte order of the machine: so what is done to it is done to 8
// octets at once.
func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

const (
	each = 0x0101010101010101 // times an octet: that octet 8 times
	high = 0x80 * each        // the highest bit of each octet
)

// The three functions below find octets of a kind. The lowest bit that is set in
// their result is the highest one of the first such octet; 0 says that there is
// none. Bits above that one mean nothing: a subtraction may borrow from the next
// octet, but only where it has found one.

// notPlain finds octets that are not from 20 to 7F. One below 20 becomes
// negative when 20 is taken away, and one above 7F has the highest bit itself.
func notPlain(w uint64) uint64 { return (w - ' '*each | w) & high }

// notText finds CR, LF and what is beyond ASCII. The exclusive or makes 0 of the
// octet that is looked for, and of those up to 7F only 0 becomes negative when 1
// is taken away. One beyond 7F stays negative in at least one of the two.
func notText(w uint64) uint64 {
	lf, cr := w^'\n'*each, w^'\r'*each
	return ((lf - each) | (cr - each)) & high
}

// ends finds CR and LF among any octets: like notText, without what was negative
// before.
func ends(w uint64) uint64 {
	lf, cr := w^'\n'*each, w^'\r'*each
	return ((lf-each)&^lf | (cr-each)&^cr) & high
}

// isThree tells whether w begins with a code point of three octets: E0 to EF,
// then two from 80 to BF. With E0 the second is from A0 on, or there would be a
// shorter form; with ED it is below A0, or it would be a surrogate.
func isThree(w uint64) bool {
	if w&0xC0C0F0 != 0x8080E0 {
		return false
	}
	second := w & 0x200F // the bit that tells A0 from 80, and the end of the first octet
	return second != 0x0000 && second != 0x200D
}

// isTwo tells whether w begins with a code point of two octets: C2 to DF, then
// one from 80 to BF. C0 and C1 would have a shorter form.
func isTwo(w uint64) bool { return w&0xC0E0 == 0x80C0 && w&0x1E != 0 }

// areTwos tells whether w is four code points of two octets. Adding 7E to what
// distinguishes C0 and C1 sets the highest bit for all others.
func areTwos(w uint64) bool {
	const lanes = 0x0001000100010001
	return w&(0xC0E0*lanes) == 0x80C0*lanes && (w&(0x1E*lanes)+0x7E*lanes)&(0x80*lanes) == 0x80*lanes
}
