package deflate

import (
	"bytes"
	"math/bits"
)

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
//	bit 12      a code length that is the one before (code length code only)
//	bits 13-15  end of block, subtable, special
//	bits 16-30  literal; base of a length, a distance or a number of
//	            repetitions; place of a subtable
//	bit 31      literal
//
// A special entry is neither a literal nor a length nor a distance; if it is
// no end of block and no subtable, the code has no meaning.
type entry uint32

const (
	entryPrevious entry = 1 << 12
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

// The lengths of the longest codes (RFC 1951 section 3.2.7).
const (
	maxCodeBits       = 15
	maxCodeLengthBits = 7 // of a code length code
)

// lengthCount is how many codes there are of each length. Of length 0, where that
// is counted, it is how many symbols have none.
type lengthCount [maxCodeBits + 1]uint16

// buildTable fills table for the canonical code with the given length of the
// code of each symbol (RFC 1951 section 3.2.2). The first index has at most
// maxIndex bits; the answer is how many it has, or 0 if the lengths are
// over-subscribed or incomplete. sorted is memory to work with.
//
// A code of a single symbol has one bit, and the other value of that bit has no
// meaning (section 3.2.7); so has everything where there is no symbol at all.
func buildTable(table []entry, lengths []uint8, count *lengthCount, symbols []entry, maxIndex uint, sorted *[maxLiteralCodes]uint16) uint {
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
		if i := bytes.IndexByte(lengths, 1); i >= 0 {
			table[0] = symbols[i].withCode(1)
		}
		return 1
	}
	if free > 0 {
		return 0
	}
	for symbol, n := range lengths {
		if n > 0 {
			sorted[first[n]] = uint16(symbol)
			first[n]++
		}
	}
	index := min(longest, maxIndex)
	fillTable(table, sorted, count, symbols, index)
	return index
}

// fillTable goes through the codes in their order. code is that of the symbol
// sorted[next], and because its first bit is the lowest, a code of n bits is
// also its place in a table with an index of n bits. A table with an index of
// one more bit begins as two copies of that.
func fillTable(table []entry, sorted *[maxLiteralCodes]uint16, count *lengthCount, symbols []entry, index uint) {
	code, next := 0, 0
	for n := uint(1); n <= index; n++ {
		for range count[n] {
			table[code] = symbols[sorted[next]].withCode(n)
			code = nextCode(code, n)
			next++
		}
		if n < index && next > 0 {
			copy(table[1<<n:2<<n], table)
		}
	}
	free := 1 << index
	prefix, sub, subBits := -1, 0, uint(0)
	for n := index + 1; n <= maxCodeBits; n++ {
		for left := int(count[n]); left > 0; left-- {
			if low := code & (1<<index - 1); low != prefix {
				prefix, sub = low, free
				subBits = subtableBits(count, n, left, index)
				free += 1 << subBits
				table[prefix] = entrySpecial | entrySubtable | entry(sub<<16) | entry(index|subBits<<8)
			}
			e := symbols[sorted[next]].withCode(n - index)
			for i := code >> index; i < 1<<subBits; i += 1 << (n - index) {
				table[sub+i] = e
			}
			code = nextCode(code, n)
			next++
		}
	}
}

// nextCode gives the code of n bits that follows code, whose first bit is the
// lowest: the last bits that are set become clear and the one before them
// becomes set. Behind the last code it gives that again.
func nextCode(code int, n uint) int {
	end := bits.Len(uint(code ^ (1<<n - 1))) // behind the last bit that is not set
	if end == 0 {
		return code
	}
	bit := 1 << (end - 1)
	return code&(bit-1) | bit
}

// subtableBits is the index size of a subtable whose first code has n bits,
// left of which are still to come: as long as the codes that follow leave room
// in it, it must be larger.
func subtableBits(count *lengthCount, n uint, left int, index uint) uint {
	size := n - index
	for used := left; used < 1<<size; {
		size++
		used = used<<1 + int(count[index+size])
	}
	return size
}
