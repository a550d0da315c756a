package parser

import "unicode/utf8"

// replacement is U+FFFD in UTF-8.
const replacement = "\uFFFD"

// step gives the length of what b, which is not empty, begins with, and
// whether that is a code point. If it is not, it is as much as the UTF-8
// decoder of the Encoding Standard puts one U+FFFD in place of: the longest
// beginning of a code point that is there, or one octet. utf8.DecodeRune takes
// one octet in either case, and strings.ToValidUTF8 the whole run.
func step(b []byte) (n int, ok bool) {
	if b[0] < utf8.RuneSelf {
		return 1, true
	}
	need, lo, hi := lead(b[0])
	for n = 1; n <= need; n++ {
		if n == len(b) || b[n] < lo || b[n] > hi {
			return n, false
		}
		lo, hi = 0x80, 0xBF
	}
	return n, need > 0
}

// lead gives how many octets follow the first octet c of a code point, and the
// range of the second: narrower than 80-BF where the code point would be one
// that has a shorter form (E0, F0), a surrogate (ED) or beyond U+10FFFF (F4).
// need is 0 if no code point of several octets begins with c.
func lead(c byte) (need int, lo, hi byte) {
	lo, hi = 0x80, 0xBF
	switch {
	case c < 0xC2 || c > 0xF4:
		return 0, lo, hi
	case c < 0xE0:
		return 1, lo, hi
	case c < 0xF0:
		need = 2
	default:
		need = 3
	}
	switch c {
	case 0xE0:
		lo = 0xA0
	case 0xED:
		hi = 0x9F
	case 0xF0:
		lo = 0x90
	case 0xF4:
		hi = 0x8F
	}
	return need, lo, hi
}

// decodedLen gives the length of b after decoding. It is never less than that
// of b: what becomes U+FFFD, 3 octets, has at most 3.
func decodedLen(b []byte) int {
	total := 0
	for len(b) > 0 {
		n, ok := step(b)
		if ok {
			total += n
		} else {
			total += len(replacement)
		}
		b = b[n:]
	}
	return total
}

// appendDecoded appends b with U+FFFD in place of what is ill-formed. dst may
// overlap b if it ends at least decodedLen(b)-len(b) octets before it begins.
func appendDecoded(dst, b []byte) []byte {
	for len(b) > 0 {
		n, ok := step(b)
		if ok {
			dst = append(dst, b[:n]...)
		} else {
			dst = append(dst, replacement...)
		}
		b = b[n:]
	}
	return dst
}
