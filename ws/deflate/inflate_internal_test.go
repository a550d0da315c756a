package deflate

import (
	"bytes"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestInflaterMemory: the working memory of a message, its window apart.
func TestInflaterMemory(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Inflater{}), uintptr(9<<10))
}

// TestTableSizes goes through all complete codes for the most entries that a
// table can need: level by level, with the patterns that are not used yet, and
// of them those in the subtable that was begun last.
func TestTableSizes(t *testing.T) {
	assert.Equal(t, literalEntries, mostEntries(maxDynamicLiterals, literalIndex))
	assert.Equal(t, distanceEntries, mostEntries(maxDynamicDistances, distanceIndex))
	assert.LessOrEqual(t, 1<<codeLengthIndex, distanceEntries)
	assert.Equal(t, uint(9), fixedLiteralIndex)
	assert.Equal(t, uint(5), fixedDistanceIndex)
}

func mostEntries(symbols, index int) int {
	type place struct{ n, symbols, unused, inTable int }
	known := map[place]int{}
	var most func(p place) int
	most = func(p place) int {
		if v, ok := known[p]; ok {
			return v
		}
		best := -1 << 20
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
			switch unused := 2 * (p.unused - use); {
			case unused == 0:
				best = max(best, entries)
			case p.n < maxCodeBits && unused <= p.symbols-use:
				if inTable > 0 {
					entries += size // the subtable is twice as large
				}
				best = max(best, entries+most(place{p.n + 1, p.symbols - use, unused, 2 * inTable}))
			}
		}
		known[p] = best
		return best
	}
	return 1<<index + most(place{n: 1, symbols: symbols, unused: 2})
}

// TestStepsAreBounded: whatever src is, the steps that it causes are in
// proportion to its octets, also where it gives no output: a flood of empty
// blocks of each type.
func TestStepsAreBounded(t *testing.T) {
	stored := []byte("\x00\x00\x00\xff\xff")
	fixed := []byte("\x02\x08\x20\x80\x00") // four blocks of 10 bits each
	// Only a code for the end of the block, of one bit; then an empty stored
	// block up to the next octet.
	dynamic := []byte("\x04\xe0\x81\x00\x00\x00\x00\x00\x10\xfc\x5f\x03\x00\x00\xff\xff")
	for name, block := range map[string][]byte{"stored": stored, "fixed": fixed, "dynamic": dynamic} {
		src := bytes.Repeat(block, 4000)
		var z Inflater
		z.Start(15, nil)
		c := call{src: src}
		steps := 0
		for o := onward; o == onward; steps++ {
			o = z.step(&c)
		}
		require.NoError(t, z.err, name)
		assert.Equal(t, len(src), c.pos, name)
		assert.LessOrEqual(t, steps, 3*len(src), name)
		assert.GreaterOrEqual(t, steps, 4000, name)
	}
}
