package deflate

// The three bits that a block begins with (RFC 1951 section 3.2.3). BFINAL is
// never set, so that nothing has to be padded with zero bits but the header of a
// stored block, such as the empty one at the end.
//
//req:impl RFC7692-7.2.1-04
const (
	headerBits    = 3
	storedHeader  = 0b000
	fixedHeader   = 0b010
	dynamicHeader = 0b100
)

// fewBits is what a fixed block may take without a look at a dynamic one, which
// costs some microseconds to make.
const fewBits = 1000

// block writes the sequences, whose octets are p, as the cheapest type of block.
//
//req:impl RFC7692-7.2.1-01 RFC7692-7.2.1-02
func (e *Encoder) block(p []byte) {
	stored := headerBits + 7 + 8*(4+len(p)) // at most: seven bits of padding
	if len(e.sequences) == 1 && len(p) > fewBits/8 && incompressible(p) {
		e.stored(p)
		return
	}
	if len(p) <= fewBits { // a longer one hardly ever takes so few bits
		if fixed := e.fixedBits(p); fixed <= fewBits {
			if stored <= fixed {
				e.stored(p)
			} else {
				e.fixed(p, fixed)
			}
			return
		}
	}
	extra := headerBits + e.count(p)
	dynamic := extra + e.dynamic.make(&e.literalFrequencies, &e.distanceFrequencies)
	fixed := extra
	for symbol, n := range e.literalFrequencies {
		fixed += int(n) * fixedLiteralWords[symbol].bits()
	}
	for _, n := range e.distanceFrequencies {
		fixed += int(n) * fixedDistanceBits
	}
	switch {
	case stored <= min(fixed, dynamic):
		e.stored(p)
	case fixed <= dynamic:
		e.fixed(p, fixed)
	default:
		e.reserve(dynamic)
		e.put(dynamicHeader, headerBits)
		e.dynamic.write(&e.bitWriter)
		e.write(p, e.sequences, &e.dynamic.literals, &e.dynamic.distances)
	}
}

// fixed writes a fixed block of so many bits.
func (e *Encoder) fixed(p []byte, bits int) {
	e.reserve(bits)
	e.put(fixedHeader, headerBits)
	e.write(p, e.sequences, &fixedLiteralWords, &fixedDistanceWords)
}

// fixedBits gives the bits of a fixed block.
func (e *Encoder) fixedBits(p []byte) int {
	sum := headerBits + fixedLiteralWords[endOfBlock].bits()
	for _, s := range e.sequences {
		sum += 8 * int(s.literals)
		for _, c := range p[:s.literals] {
			sum += (int(c) + 256 - 144) >> 8 // from 144 on a literal has 9 bits
		}
		if s.length > 0 {
			l := matchLengths[uint8(s.length-3)]
			_, extra := distanceSymbol(s.distance)
			sum += fixedLiteralWords[l.symbol()].bits() + l.extra() + fixedDistanceBits + extra
		}
		p = p[int(s.literals)+int(s.length):]
	}
	return sum
}

// count counts how often each code is needed, and gives the number of extra
// bits.
func (e *Encoder) count(p []byte) (extra int) {
	clear(e.literalFrequencies[:])
	clear(e.distanceFrequencies[:])
	for _, s := range e.sequences {
		for _, c := range p[:s.literals] {
			e.literalFrequencies[c]++
		}
		if s.length > 0 {
			l := matchLengths[uint8(s.length-3)]
			e.literalFrequencies[l.symbol()]++
			d, n := distanceSymbol(s.distance)
			e.distanceFrequencies[d]++
			extra += l.extra() + n
		}
		p = p[int(s.literals)+int(s.length):]
	}
	e.literalFrequencies[endOfBlock] = 1
	return extra
}

// incompressible tells whether a Huffman code would save hardly anything of p,
// by whether two of its octets are the same about as seldom as if they were
// random. The mean length of a code is at least the logarithm of how seldom;
// that of 190 is 7.6 bits. Of a long p every nth octet is looked at.
func incompressible(p []byte) bool {
	var counts [256]uint32
	n, step := uint64(0), 1|len(p)>>10 // odd, for there are numbers of two and of four octets
	for i := 0; i < len(p); i += step {
		counts[p[i]]++
		n++
	}
	same := uint64(0)
	for _, c := range counts {
		same += uint64(c) * uint64(c)
	}
	return (same-n)*190 < n*(n-1)
}
