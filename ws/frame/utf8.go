package frame

import "unicode/utf8"

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
	// Whole code points go through the standard library, which is fast. It
	// neither says where a text is wrong nor takes half a code point, so the
	// ends of a piece and a piece that is wrong are scanned here.
	begin := min(int(u.need), len(b))
	if i := u.scan(b[:begin]); i >= 0 {
		return i
	}
	end := begin + whole(b[begin:])
	if !utf8.Valid(b[begin:end]) {
		end = begin
	}
	if i := u.scan(b[end:]); i >= 0 {
		return end + i
	}
	return -1
}

// scan is CheckAt, octet by octet.
func (u *UTF8) scan(b []byte) int {
	//req:impl RFC6455-8.1-01
	// Section 8.1: text that is not UTF-8 is an error. Failing at the first
	// octet that shows it spares waiting for the end of a long message.
	for i, c := range b {
		switch {
		case u.need > 0:
			if c < u.lo || c > u.hi {
				u.fail()
				return i
			}
			u.need, u.lo, u.hi = u.need-1, 0x80, 0xBF
		case c >= 0x80:
			u.need, u.lo, u.hi = lead(c)
			if u.need == 0 {
				u.fail()
				return i
			}
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

// whole gives the length of b without the code point that its end cuts in
// half, if there is one.
func whole(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax+1; i-- {
		if !utf8.RuneStart(b[i]) {
			continue
		}
		if need, _, _ := lead(b[i]); int(need) >= len(b)-i {
			return i
		}
		break
	}
	return len(b)
}
