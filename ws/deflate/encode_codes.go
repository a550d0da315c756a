package deflate

import "math/bits"

// A codeword is a code of a Huffman code, ready to be written: its length in
// bits below, above it at bit 8 the code, its first bit lowest (RFC 1951 section
// 3.1.1). Zero is no code.
type codeword uint32

func (c codeword) bits() int { return int(c & 0xFF) }

// codewords has one for each symbol of an alphabet.
type codewords [maxLiteralCodes]codeword

// assign makes c, whose codewords have their lengths alone, the canonical code
// of these lengths (RFC 1951 section 3.2.2). count is how many have each length,
// symbols are those that have one.
func (c *codewords) assign(count *lengthCount, symbols []uint16) {
	var next [maxCodeBits + 1]uint16
	for n := 1; n < maxCodeBits; n++ {
		next[n+1] = (next[n] + count[n]) << 1
	}
	for _, symbol := range symbols {
		n := c[symbol] & 15
		c[symbol] = n | codeword(bits.Reverse16(next[n])>>(16-n))<<8
		next[n]++
	}
}

// The codes of fixed blocks (RFC 1951 section 3.2.6).
var fixedLiteralWords, fixedDistanceWords = makeFixedCodewords()

func makeFixedCodewords() (literals, distances codewords) {
	assign := func(c *codewords, lengths []uint8) {
		var count lengthCount
		var symbols []uint16
		for symbol, n := range lengths {
			c[symbol] = codeword(n)
			count[n]++
			symbols = append(symbols, uint16(symbol))
		}
		c.assign(&count, symbols)
	}
	ofLiterals, ofDistances := fixedLengths()
	assign(&literals, ofLiterals)
	assign(&distances, ofDistances)
	return literals, distances
}

// matchLength is how a length is said: a literal/length code in the low 9 bits,
// then 3 bits for the number of extra bits behind it, and those.
type matchLength uint32

func (l matchLength) symbol() uint { return uint(l & 511) }
func (l matchLength) extra() int   { return int(l >> 9 & 7) }
func (l matchLength) value() uint  { return uint(l >> 12) }

// matchLengths are the lengths from 3 to 258 (RFC 1951 section 3.2.5).
var matchLengths = makeMatchLengths()

func makeMatchLengths() (t [256]matchLength) {
	for symbol := endOfBlock + 1; symbol < maxDynamicLiterals; symbol++ {
		base, extra := literalSymbols[symbol].value(), literalSymbols[symbol].take()
		// The last one replaces what the one before it has for 258.
		for value := range 1 << extra {
			t[base+value-3] = matchLength(symbol) | matchLength(extra)<<9 | matchLength(value)<<12
		}
	}
	return t
}

// distanceSymbol gives the distance code for d and how many extra bits follow
// it: those are the low ones of d-1 (RFC 1951 section 3.2.5).
func distanceSymbol(d uint16) (symbol uint, extra int) {
	d--
	if d < 4 {
		return uint(d), 0
	}
	extra = bits.Len16(d) - 2
	return uint(2*extra) + uint(d>>(extra&15)), extra
}
