package handshake

import "strconv"

// Classes of octets, one bit each, so that every grammar below is one table
// look-up an octet.
const (
	classToken  = 1 << iota // tchar of RFC 9110, section 5.6.2
	classHost               // letters, digits, "-", "_" and "." of a registered name
	classValue              // octets of a field value: visible, space, tab, obs-text
	classTarget             // visible ASCII without "#": a request target
	classURI                // octets that a path or query may hold as they are
	classUser               // octets of a userinfo: unreserved, sub-delims, ":" and "%"
	classScheme             // letters, digits, "+", "-" and "."
	classBase64             // the alphabet of base64, without padding
)

var classes = makeClasses()

func makeClasses() (t [256]uint8) {
	set := func(class uint8, octets string) {
		for i := range len(octets) {
			t[octets[i]] |= class
		}
	}
	const alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	const subDelims = "!$&'()*+,;="
	set(classToken, alnum+"!#$%&'*+-.^_`|~")
	set(classHost, alnum+"-_.")
	set(classURI, alnum+"-._~:@/?%"+subDelims)
	set(classUser, alnum+"-._~:%"+subDelims)
	set(classScheme, alnum+"+-.")
	set(classBase64, alnum+"+/")
	for c := range 256 {
		if c == '\t' || c >= ' ' && c != 0x7f {
			t[c] |= classValue
		}
		if c > ' ' && c < 0x7f && c != '#' {
			t[c] |= classTarget
		}
	}
	return t
}

// only reports whether s is not empty and holds nothing but octets of class.
func only[T string | []byte](s T, class uint8) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return len(s) > 0
}

func isToken(s string) bool { return only(s, classToken) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// lowerASCII returns s with its ASCII letters in lower case. It does not
// allocate when there is nothing to change.
func lowerASCII(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				b[j] = lower(b[j])
			}
			return string(b)
		}
	}
	return s
}

// equalFold compares as ASCII without regard to case. strings.EqualFold folds
// by Unicode, where the Kelvin sign is a k and so "websocKet" has a twin.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// trim removes the optional white space (space and tab) on both sides.
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// maxQuoted is how many octets of a peer's text go into one of ours.
const maxQuoted = 120

// quote makes text of the peer safe to print, to log and to answer with:
// printable ASCII in double quotes, everything else escaped, cut when long.
func quote(s string) string {
	if len(s) > maxQuoted {
		return strconv.QuoteToASCII(s[:maxQuoted]) + "..."
	}
	return strconv.QuoteToASCII(s)
}

// escapesOK reports whether each "%" in s is followed by two hexadecimal
// digits.
func escapesOK[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			return false
		}
		i += 2
	}
	return true
}
