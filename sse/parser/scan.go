package parser

import "math/bits"

// lineEnd is the search for the end of a line. It gives the index of the first
// CR or LF in b, or len(b) if there is none, and whether the octets before it
// are known to be UTF-8. If they are not known to be, they may still be: b can
// end inside a code point, and where the answer is of no use, check is false
// and nobody looks beyond ASCII.
//
// A stream costs little more than this search, so it does all that has to be
// done for each octet at once. What ends a line and what is not ASCII have
// something in common: neither lies between 20 and 7F, and a subtraction and an
// or find that out for 8 octets (word.go). Nearly every line is plain in this
// sense. Then the first octet that is not plain is its end, whichever of the
// three it is, and the line needs no second look, neither for CR nor for UTF-8.
// Only a line with something else in it goes on in textEnd.
func lineEnd(b []byte, check bool) (n int, valid bool) {
	rest := b
	for len(rest) > 32 {
		if notPlain(word(rest))|notPlain(word(rest[8:]))|notPlain(word(rest[16:]))|notPlain(word(rest[24:])) != 0 {
			break
		}
		rest = rest[32:]
	}
	if len(b) < 8 {
		return lastEnd(b)
	}
	for len(rest) > 0 {
		if len(rest) < 8 {
			rest = b[len(b)-8:] // what is looked at again is plain
		}
		m := notPlain(word(rest))
		if m == 0 {
			rest = rest[8:]
			continue
		}
		rest = rest[first(m):]
		n = len(b) - len(rest)
		switch {
		case isEnd(rest[0]):
			return n, true
		case check:
			end, valid := textEnd(rest)
			return n + end, valid
		default:
			return n + anyEnd(rest), false
		}
	}
	return len(b), true
}

// textEnd is lineEnd for text of any script. It does the same, 8 octets at a
// time, with a test that control characters pass, and takes code points by
// their shapes: the usual ones of three octets, most of them two at a time, and
// of two octets, four at a time. step takes the rare ones. After the first
// ill-formed octet it looks for the end of the line alone.
func textEnd(b []byte) (n int, valid bool) {
	rest := b
	for len(rest) >= 8 {
		w := word(rest)
		m := notText(w)
		switch {
		case m == 0:
			rest = rest[8:]
		case m&0x80 == 0: // some ASCII first
			rest = rest[first(m):]
		case w&0x80 == 0: // CR or LF
			return len(b) - len(rest), true
		case isThree(w) && isThree(w>>24):
			rest = rest[6:]
		case isThree(w):
			rest = rest[3:]
		case areTwos(w):
			rest = rest[8:]
		case isTwo(w):
			rest = rest[2:]
		default:
			size, ok := step(rest)
			if !ok {
				return len(b) - len(rest) + anyEnd(rest), false
			}
			rest = rest[size:]
		}
	}
	end, valid := lastEnd(rest)
	return len(b) - len(rest) + end, valid
}

// anyEnd gives the index of the first CR or LF in b, or len(b). The octets
// before it may be anything.
func anyEnd(b []byte) int {
	rest := b
	for len(rest) >= 8 {
		if m := ends(word(rest)); m != 0 {
			return len(b) - len(rest) + first(m)
		}
		rest = rest[8:]
	}
	end, _ := lastEnd(rest)
	return len(b) - len(rest) + end
}

// lastEnd is lineEnd for few octets.
func lastEnd(b []byte) (n int, ascii bool) {
	all := byte(0)
	for n, c := range b {
		if isEnd(c) {
			return n, all < 0x80
		}
		all |= c
	}
	return len(b), all < 0x80
}

func isEnd(c byte) bool { return c == '\n' || c == '\r' }

// first gives the index of the first octet that notPlain, notText or ends found.
func first(found uint64) int { return bits.TrailingZeros64(found) / 8 }
