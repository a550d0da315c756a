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
	if u.need == 0 {
		if good := checkText(b); good < len(b) {
			return u.rest(b, good)
		}
		return -1
	}
	// The octets that the current code point needs are scanned by themselves.
	begin := min(int(u.need), len(b))
	bad := u.scan(b[:begin])
	if bad < 0 && u.need == 0 {
		if bad = u.CheckAt(b[begin:]); bad >= 0 {
			bad += begin
		}
	}
	return bad
}

// Unmask is [Key.XOR] and [UTF8.CheckAt] in one pass over the octets: it
// unmasks b in place, takes it as the next piece of the text, and gives the key
// for the octets that follow b and the index in b of the first impossible
// octet, or -1. If there is one, it and all before it are unmasked, what is
// behind it may be or not, and next means nothing.
func (u *UTF8) Unmask(b []byte, k Key) (next Key, bad int) {
	if u.need == 0 {
		if good := unmaskText(b, k); good < len(b) {
			return k.rotate(len(b)), u.rest(b, good)
		}
		return k.rotate(len(b)), -1
	}
	begin := min(int(u.need), len(b))
	next = k.XOR(b[:begin])
	bad = u.scan(b[:begin])
	if bad < 0 && u.need == 0 {
		if next, bad = u.Unmask(b[begin:], next); bad >= 0 {
			bad += begin
		}
	}
	return next, bad
}

// rest scans b from the index good. What is before it is whole code points, as
// found by [checkText] or [unmaskText]; they look at many octets at a time and
// neither say where a text is wrong nor take half a code point.
func (u *UTF8) rest(b []byte, good int) int {
	if i := u.scan(b[good:]); i >= 0 {
		return good + i
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
// half, or without its last octet if no code point begins with that.
func whole(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax+1 && b[i] >= utf8.RuneSelf; i-- {
		if !utf8.RuneStart(b[i]) {
			continue
		}
		if need, _, _ := lead(b[i]); need == 0 || int(need) >= len(b)-i {
			return i
		}
		break
	}
	return len(b)
}
