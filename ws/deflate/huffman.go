package deflate

import "math/bits"

// A Huffman code is decoded by tables: the next bits of the stream, as a
// number, are the index of an entry (RFC 1951 section 3.1.1: a code's first bit
// is the lowest). Codes that are longer than the index are decoded in two
// steps: the first finds the place and the index size of a subtable.
//
// An entry is packed into 32 bits:
//
//	bits 0-5    bits to take from the stream: of the code, or of what of it was
//	            not an index before, and the extra bits behind it
//	bits 8-11   how many of those are the code's; the index size of a subtable
//	bit 13-15   end of block, subtable, special
//	bits 16-30  literal, base of a length or distance, or place of a subtable
//	bit 31      literal
//
// A special entry is neither a literal nor a length nor a distance; if it is
// no end of block and no subtable, the code has no meaning.
type entry uint32

const (
	entryEnd      entry = 1 << 13
	entrySubtable entry = 1 << 14
	entrySpecial  entry = 1 << 15
	entryLiteral  entry = 1 << 31
)

func (e entry) take() uint      { return uint(e & 63) }
func (e entry) codeBits() uint  { return uint(e >> 8 & 15) }
func (e entry) value() int      { return int(e >> 16 & 0x7FFF) }
func (e entry) isLiteral() bool { return e&entryLiteral != 0 }

// withCode is a symbol's entry for a code of n bits.
func (e entry) withCode(n uint) entry { return e + entry(n|n<<8) }

// maxCodeBits is the length of the longest code (RFC 1951 section 3.2.7).
const maxCodeBits = 15

// buildTable fills table for the canonical code of the given code lengths (RFC
// 1951 section 3.2.2), one for each symbol; zero means that there is none. The
// first index has at most maxIndex bits; the answer is how many it has, or 0 if
// the lengths are over-subscribed or incomplete.
//
// A code of a single symbol has one bit, and the other value of that bit has no
// meaning (section 3.2.7); so has everything where there is no symbol at all.
func buildTable(table []entry, lengths []uint8, symbols []entry, maxIndex uint) uint {
	var count [maxCodeBits + 1]uint16
	for _, n := range lengths {
		count[n]++
	}
	longest := uint(maxCodeBits)
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	free := 1 // codes of n bits that no shorter code begins
	var first [maxCodeBits + 2]uint16
	for n := uint(1); n <= longest; n++ {
		free = free<<1 - int(count[n])
		if free < 0 {
			return 0
		}
		first[n+1] = first[n] + count[n]
	}
	if longest <= 1 && free > 0 {
		// No symbol, or one with a code of one bit.
		table[0], table[1] = entrySpecial.withCode(1), entrySpecial.withCode(1)
		for symbol, n := range lengths {
			if n == 1 {
				table[0] = symbols[symbol].withCode(1)
			}
		}
		return 1
	}
	if free > 0 {
		return 0
	}
	var sorted [maxLiteralCodes]uint16 // symbols in the order of their codes
	for symbol, n := range lengths {
		if n > 0 {
			sorted[first[n]] = uint16(symbol)
			first[n]++
		}
	}
	index := min(longest, maxIndex)
	fillTable(table, sorted[:], &count, symbols, index)
	return index
}

// fillTable goes through the codes in their order. A code of n bits fills every
// entry whose index begins with it.
func fillTable(table []entry, sorted []uint16, count *[maxCodeBits + 1]uint16, symbols []entry, index uint) {
	code, next := uint32(0), 0 // the code of sorted[next], its first bit the highest
	end := 1 << index
	for n := uint(1); n <= index; n++ {
		for range count[n] {
			e := symbols[sorted[next]].withCode(n)
			for i := int(bits.Reverse32(code) >> (32 - n)); i < end; i += 1 << n {
				table[i] = e
			}
			code++
			next++
		}
		code <<= 1
	}
	free, sub, subBits, prefix := end, 0, uint(0), -1
	for n := index + 1; n <= maxCodeBits; n++ {
		for left := int(count[n]); left > 0; left-- {
			reversed := int(bits.Reverse32(code) >> (32 - n))
			if reversed&(end-1) != prefix {
				prefix, sub = reversed&(end-1), free
				subBits = subtableBits(count, n, left, index)
				free += 1 << subBits
				table[prefix] = entrySpecial | entrySubtable | entry(sub<<16) | entry(index|subBits<<8)
			}
			e := symbols[sorted[next]].withCode(n - index)
			for i := reversed >> index; i < 1<<subBits; i += 1 << (n - index) {
				table[sub+i] = e
			}
			code++
			next++
		}
		code <<= 1
	}
}

// subtableBits is the index size of a subtable whose first code has n bits,
// left of which are still to come: as long as the codes that follow leave room
// in it, it must be larger.
func subtableBits(count *[maxCodeBits + 1]uint16, n uint, left int, index uint) uint {
	size := n - index
	for used := left; used < 1<<size; {
		size++
		used = used<<1 + int(count[index+size])
	}
	return size
}
