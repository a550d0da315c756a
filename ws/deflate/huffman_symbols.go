package deflate

import "bytes"

// The sizes of the alphabets of RFC 1951 sections 3.2.5 and 3.2.7.
const (
	maxLiteralCodes    = 288 // 286 and 287 have codes in a fixed block, and no meaning
	maxDistanceCodes   = 32  // likewise 30 and 31
	maxCodeLengthCodes = 19
	endOfBlock         = 256

	// What a dynamic block can have of them.
	maxDynamicLiterals  = 286
	maxDynamicDistances = 30
)

// The largest index sizes of the tables, in bits, and the most entries that a
// code of a dynamic block can need with its subtables, which TestTableSizes
// finds.
const (
	maxLiteralIndex    = 10
	maxDistanceIndex   = 8
	maxCodeLengthIndex = maxCodeLengthBits
	literalEntries     = 1332
	distanceEntries    = 400
)

type (
	literalTable  [literalEntries]entry
	distanceTable [distanceEntries]entry
)

// What each symbol means, without its code.
var (
	literalSymbols    = makeLiteralSymbols()
	distanceSymbols   = makeDistanceSymbols()
	codeLengthSymbols = makeCodeLengthSymbols()
)

// The tables of fixed blocks (RFC 1951 section 3.2.6).
var (
	fixedLiterals  literalTable
	fixedDistances distanceTable

	fixedLiteralIndex, fixedDistanceIndex = makeFixedTables()
)

// makeLiteralSymbols: 0 to 255 are literals, 256 ends the block, the others are
// lengths. The first eight of those have no extra bits, then each four have one
// more, and the last is the length 258 alone.
func makeLiteralSymbols() (t [maxLiteralCodes]entry) {
	for i := range 256 {
		t[i] = entryLiteral | entry(i<<16)
	}
	t[endOfBlock] = entrySpecial | entryEnd
	base := 3
	for i := range 28 {
		extra := max(0, i/4-1)
		t[257+i] = entry(base<<16 | extra)
		base += 1 << extra
	}
	t[285] = entry(258 << 16)
	t[286], t[287] = entrySpecial, entrySpecial
	return t
}

// makeDistanceSymbols: the first four have no extra bits, then each two have
// one more.
func makeDistanceSymbols() (t [maxDistanceCodes]entry) {
	base := 1
	for i := range maxDynamicDistances {
		extra := max(0, i/2-1)
		t[i] = entry(base<<16 | extra)
		base += 1 << extra
	}
	t[30], t[31] = entrySpecial, entrySpecial
	return t
}

// The symbols behind the code lengths 0 to 15, and how often they repeat.
const (
	repeatPrevious = 16 // 3 to 6 times
	repeatZero     = 17 // 3 to 10 times
	repeatZeroLong = 18 // 11 to 138 times
)

func makeCodeLengthSymbols() (t [maxCodeLengthCodes]entry) {
	for i := range 16 {
		t[i] = entryLiteral | entry(i<<16)
	}
	t[repeatPrevious] = entryPrevious | 3<<16 | 2
	t[repeatZero] = 3<<16 | 3
	t[repeatZeroLong] = 11<<16 | 7
	return t
}

// fixedLengths are the code lengths of fixed blocks (RFC 1951 section 3.2.6).
func fixedLengths() (literals, distances []uint8) {
	literals = bytes.Repeat([]byte{8}, maxLiteralCodes)
	copy(literals[144:], bytes.Repeat([]byte{9}, 112))
	copy(literals[256:], bytes.Repeat([]byte{7}, 24))
	return literals, bytes.Repeat([]byte{fixedDistanceBits}, maxDistanceCodes)
}

const fixedDistanceBits = 5

func makeFixedTables() (literals, distances uint) {
	var sorted [maxLiteralCodes]uint16
	build := func(table []entry, lengths []uint8, symbols []entry, maxIndex uint) uint {
		var count lengthCount
		for _, n := range lengths {
			count[n]++
		}
		return buildTable(table, lengths, &count, symbols, maxIndex, &sorted)
	}
	ofLiterals, ofDistances := fixedLengths()
	return build(fixedLiterals[:], ofLiterals, literalSymbols[:], maxLiteralIndex),
		build(fixedDistances[:], ofDistances, distanceSymbols[:], maxDistanceIndex)
}

// codeLengthOrder is the order in which a dynamic block gives the lengths of
// the code length code (RFC 1951 section 3.2.7).
var codeLengthOrder = [maxCodeLengthCodes]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
