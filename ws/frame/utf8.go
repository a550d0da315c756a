package frame

import "encoding/binary"

// UTF8 checks text that comes in pieces (section 8.1) and fails at the first
// octet that no valid text can have there, without waiting for the rest of a
// code point. The zero value is at the beginning of a text. It does not
// allocate.
type UTF8 struct {
	need   uint8 // continuation octets of the current code point still to come
	lo, hi uint8 // what the next of them may be; both count only if need > 0
}

// Check takes the next piece of the text and reports whether valid text can
// begin with all that has come so far. After false every octet is impossible
// until [UTF8.Reset].
func (u *UTF8) Check(b []byte) bool { return u.CheckAt(b) < 0 }

// Complete reports whether the text may end here: no code point is cut in half
// and no octet was impossible. It is the question for the end of a message.
func (u *UTF8) Complete() bool { return u.need == 0 }

// Reset starts a new text.
func (u *UTF8) Reset() { *u = UTF8{} }

// CheckAt is [UTF8.Check] that tells where: it gives the index in b of the
// first impossible octet, or -1.
func (u *UTF8) CheckAt(b []byte) int {
	i := 0
	for u.need > 0 && i < len(b) {
		if b[i] < u.lo || b[i] > u.hi {
			u.fail()
			return i
		}
		u.need--
		u.lo, u.hi = 0x80, 0xBF
		i++
	}
	for i < len(b) {
		c := b[i]
		if c < 0x80 {
			i++
			i += ascii(b[i:])
			continue
		}
		need, lo, hi := lead(c)
		if need == 0 {
			u.fail()
			return i
		}
		i++
		for ; need > 0 && i < len(b); need-- {
			if b[i] < lo || b[i] > hi {
				u.fail()
				return i
			}
			lo, hi = 0x80, 0xBF
			i++
		}
		if need > 0 {
			u.need, u.lo, u.hi = need, lo, hi
		}
	}
	return -1
}

// fail makes every later octet impossible: no octet is in an empty range.
func (u *UTF8) fail() { u.need, u.lo, u.hi = 1, 1, 0 }

// lead gives how many octets follow the first octet c of a code point of more
// than one octet, and the range of the second: narrower than 80-BF where the
// rest would be a longer form than needed (C0, C1, E0, F0), a surrogate (ED) or
// beyond U+10FFFF (F4 and up); see the table of RFC 3629 section 4. need is 0
// if no code point begins with c.
func lead(c byte) (need, lo, hi uint8) {
	switch {
	case c < 0xC2:
		return 0, 0, 0
	case c < 0xE0:
		return 1, 0x80, 0xBF
	case c == 0xE0:
		return 2, 0xA0, 0xBF
	case c == 0xED:
		return 2, 0x80, 0x9F
	case c < 0xF0:
		return 2, 0x80, 0xBF
	case c == 0xF0:
		return 3, 0x90, 0xBF
	case c < 0xF4:
		return 3, 0x80, 0xBF
	case c == 0xF4:
		return 3, 0x80, 0x8F
	}
	return 0, 0, 0
}

// ascii gives the number of ASCII octets that b begins with, rounded down to
// words.
func ascii(b []byte) int {
	const high = 0x8080808080808080
	n := len(b)
	for len(b) >= 8 && binary.LittleEndian.Uint64(b)&high == 0 {
		b = b[8:]
	}
	return n - len(b)
}
