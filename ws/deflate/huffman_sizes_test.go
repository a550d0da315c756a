//go:build !race

package deflate

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTableSizes goes through all complete codes for the most entries that a
// table can need, and makes a table for one that needs so many.
func TestTableSizes(t *testing.T) {
	assert.LessOrEqual(t, 1<<maxCodeLengthIndex, distanceEntries)
	assert.Equal(t, uint(9), fixedLiteralIndex)
	assert.Equal(t, uint(5), fixedDistanceIndex)

	for _, alphabet := range []struct {
		symbols []entry
		index   uint
		entries int
	}{
		{literalSymbols[:maxDynamicLiterals], maxLiteralIndex, literalEntries},
		{distanceSymbols[:maxDynamicDistances], maxDistanceIndex, distanceEntries},
	} {
		n, count := mostEntries(len(alphabet.symbols), int(alphabet.index))
		require.Equal(t, alphabet.entries, n)
		lengths := make([]uint8, 0, len(alphabet.symbols))
		for length, n := range count {
			lengths = append(lengths, bytes.Repeat([]byte{byte(length)}, int(n))...)
		}
		table := make([]entry, n+1)
		var sorted [maxLiteralCodes]uint16
		require.Equal(t, alphabet.index, buildTable(table, lengths, &count, alphabet.symbols, alphabet.index, &sorted))
		assert.NotContains(t, table[:n], entry(0))
		assert.Zero(t, table[n])
	}
}

// mostEntries goes level by level, with the patterns that are not used yet, and
// of them those in the subtable that was begun last. It gives the number of
// codes of each length too.
func mostEntries(symbols, index int) (int, lengthCount) {
	type place struct{ n, symbols, unused, inTable int }
	type answer struct{ entries, use, inTable int }
	known := map[uint64]answer{}
	key := func(p place) uint64 { return uint64(p.n<<20|p.symbols<<10|p.unused)<<10 | uint64(p.inTable) }
	var most func(p place) answer
	most = func(p place) answer {
		if a, ok := known[key(p)]; ok {
			return a
		}
		best := answer{entries: -1 << 20}
		for use := 0; use <= min(p.unused, p.symbols); use++ {
			size, entries, inTable := 1, 0, 0
			if p.n > index {
				size = 1 << (p.n - index)
				inTable = p.inTable - use
				if inTable < 0 {
					entries = (-inTable + size - 1) / size * size
					inTable += entries
				}
			}
			next := place{p.n + 1, p.symbols - use, 2 * (p.unused - use), 2 * inTable}
			switch {
			case next.unused == 0:
			case p.n < maxCodeBits && next.unused <= next.symbols:
				if inTable > 0 {
					entries += size // the subtable is twice as large
				}
				entries += most(next).entries
			default:
				continue
			}
			if entries > best.entries {
				best = answer{entries, use, next.inTable}
			}
		}
		known[key(p)] = best
		return best
	}
	begin := place{n: 1, symbols: symbols, unused: 2}
	entries := 1<<index + most(begin).entries
	var count lengthCount
	for p := begin; p.unused > 0; {
		a := most(p)
		count[p.n] = uint16(a.use)
		p = place{p.n + 1, p.symbols - a.use, 2 * (p.unused - a.use), a.inTable}
	}
	return entries, count
}
