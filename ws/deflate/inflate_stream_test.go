package deflate_test

import "math/bits"

// stream makes DEFLATE streams bit by bit, right and wrong ones (RFC 1951).
type stream struct {
	b    []byte
	free int // bits of the last octet that are not set yet
}

// bits puts n bits of v, the lowest first.
func (s *stream) bits(v, n int) *stream {
	for i := range n {
		if s.free == 0 {
			s.b, s.free = append(s.b, 0), 8
		}
		s.b[len(s.b)-1] |= byte(v>>i&1) << (8 - s.free)
		s.free--
	}
	return s
}

// code puts a Huffman code of n bits, its first bit the highest of v.
func (s *stream) code(v, n int) *stream {
	return s.bits(int(bits.Reverse32(uint32(v))>>(32-n)), n)
}

// align fills the octet with ones or zeros.
func (s *stream) align(bit int) *stream {
	for s.free > 0 {
		s.bits(bit, 1)
	}
	return s
}

// block puts a block's header.
func (s *stream) block(final, kind int) *stream { return s.bits(final, 1).bits(kind, 2) }

// stored puts a whole stored block.
func (s *stream) stored(final int, p []byte) *stream {
	s.block(final, 0).align(0).bits(len(p), 16).bits(len(p)^0xFFFF, 16)
	s.b = append(s.b, p...)
	return s
}

// fixed puts symbols of the fixed literal/length code (section 3.2.6).
func (s *stream) fixed(symbols ...int) *stream {
	for _, v := range symbols {
		switch {
		case v < 144:
			s.code(0x30+v, 8)
		case v < 256:
			s.code(0x190+v-144, 9)
		case v < 280:
			s.code(v-256, 7)
		default:
			s.code(0xC0+v-280, 8)
		}
	}
	return s
}

// text puts literals of the fixed code.
func (s *stream) text(text string) *stream {
	for i := range len(text) {
		s.fixed(int(text[i]))
	}
	return s
}

// match puts a match of the fixed code.
func (s *stream) match(length, distance int) *stream {
	symbol, extra, n := lengthSymbol(length)
	s.fixed(symbol).bits(extra, n)
	symbol, extra, n = distanceSymbol(distance)
	return s.code(symbol, 5).bits(extra, n)
}

// end puts what a message ends with: an empty stored block without 00 00 FF FF.
func (s *stream) end() []byte { return s.block(0, 0).align(0).b }

// lengthSymbol and distanceSymbol go through the tables of section 3.2.5.
func lengthSymbol(length int) (symbol, extra, n int) {
	if length == 258 {
		return 285, 0, 0
	}
	base := 3
	for symbol = 257; ; symbol++ {
		n = max(0, (symbol-261)/4)
		if length < base+1<<n {
			return symbol, length - base, n
		}
		base += 1 << n
	}
}

func distanceSymbol(distance int) (symbol, extra, n int) {
	base := 1
	for ; ; symbol++ {
		n = max(0, symbol/2-1)
		if distance < base+1<<n {
			return symbol, distance - base, n
		}
		base += 1 << n
	}
}

// dynamic puts the beginning of a dynamic block. Its code length code has four
// bits for each symbol from 0 to 15 and nothing for repetitions.
func (s *stream) dynamic(final int, literals, distances []int) *stream {
	s.block(final, 2).bits(len(literals)-257, 5).bits(len(distances)-1, 5).bits(15, 4)
	for _, symbol := range codeLengthOrder {
		n := 4
		if symbol >= 16 {
			n = 0
		}
		s.bits(n, 3)
	}
	for _, n := range append(append([]int{}, literals...), distances...) {
		s.code(n, 4)
	}
	return s
}

// dynamicHead puts the beginning of a dynamic block up to its code length code,
// whose lengths are given by symbol.
func (s *stream) dynamicHead(hlit, hdist int, codeLengths map[int]int) *stream {
	s.block(0, 2).bits(hlit-257, 5).bits(hdist-1, 5).bits(15, 4)
	for _, symbol := range codeLengthOrder {
		s.bits(codeLengths[symbol], 3)
	}
	return s
}

var codeLengthOrder = []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// canonical gives the code of each symbol for the lengths of a code (section
// 3.2.2).
func canonical(lengths []int) []int {
	codes := make([]int, len(lengths))
	code := 0
	for n := 1; n <= 15; n++ {
		for symbol, length := range lengths {
			if length == n {
				codes[symbol] = code
				code++
			}
		}
		code <<= 1
	}
	return codes
}

// lengthsOf gives n code lengths, zero but for those that are named.
func lengthsOf(n int, named map[int]int) []int {
	lengths := make([]int, n)
	for symbol, length := range named {
		lengths[symbol] = length
	}
	return lengths
}
