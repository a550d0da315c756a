package deflate_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// maxCap is the memory of a Context in octets: the window and a quarter, and the
// hash table.
var maxCap = map[int]int{
	8:  320 + 1024,
	9:  640 + 1024,
	10: 1280 + 1024,
	11: 2560 + 2048,
	12: 5<<10 + 4<<10,
	13: 10<<10 + 8<<10,
	14: 20<<10 + 16<<10,
	15: 40<<10 + 16<<10,
}

// A Context takes memory for what it holds, up to a limit that it reaches and
// keeps, whatever is sent.
func TestContextCap(t *testing.T) {
	var e deflate.Encoder
	for bits, most := range maxCap {
		x := deflate.NewContext(bits)
		assert.Zero(t, x.Cap())
		assert.Zero(t, x.Len())
		e.Append(nil, x, []byte("a small message"), true)
		assert.LessOrEqual(t, x.Cap(), 512+1024)
		assert.Equal(t, 15, x.Len())
		for _, m := range mixed(byte(bits), 100) {
			e.Append(nil, x, m, true)
			require.LessOrEqual(t, x.Cap(), most, "window of %d bits", bits)
		}
		assert.Equal(t, most, x.Cap(), "window of %d bits", bits)
		assert.Equal(t, 1<<bits, x.Len())
		x.Reset()
		assert.Equal(t, most, x.Cap())
		assert.Zero(t, x.Len())

		x = deflate.NewContext(bits)
		x.Add(make([]byte, 1<<20))
		assert.LessOrEqual(t, x.Cap(), most)
		assert.Equal(t, 1<<bits, x.Len())
	}
}

func TestContextBits(t *testing.T) {
	for bits, size := range map[int]int{-1: 256, 0: 256, 7: 256, 8: 256, 15: 32768, 16: 32768, 99: 32768} {
		x := deflate.NewContext(bits)
		x.Add(make([]byte, 100_000))
		assert.Equal(t, size, x.Len(), bits)
	}
}

// TestContextAdd: what was added is referred to as if it had been deflated here,
// in any sizes.
func TestContextAdd(t *testing.T) {
	for bits := 8; bits <= 15; bits++ {
		var e deflate.Encoder
		x := deflate.NewContext(bits)
		check := &checker{bits: bits}
		c := newCorpus(byte(bits))
		for i := range 200 {
			shared := c.message(kinds[c.below(4)], c.below(1<<(1+c.below(bits+1))))
			if i%50 == 49 {
				shared = c.message("random", 100_000)
			}
			x.Add(shared)
			check.held = append(check.held, shared...)
			require.Equal(t, min(len(check.held), 1<<bits), x.Len())
			m := c.message("JSON", c.below(300))
			again := i%2 == 0 && len(shared) > 20
			if again {
				m = bytes.Clone(shared[len(shared)-min(len(shared), 50+c.below(100)):])
			}
			d := e.Append(nil, x, m, true)
			out, err := check.inflate(d)
			require.NoError(t, err)
			require.True(t, bytes.Equal(m, out))
			if again {
				require.Less(t, len(d), len(m)/2+4, "the window of %d bits has it", bits)
			}
		}
	}
}

// After Reset a Context deflates as a new one does, whatever it held.
func TestContextReset(t *testing.T) {
	var e deflate.Encoder
	used := deflate.NewContext(12)
	used.Add(make([]byte, 10_000))
	for i, m := range mixed(12, 50) {
		used.Reset()
		fresh := deflate.NewContext(12)
		fresh.Add(make([]byte, 10_000)) // hash tables of the same size
		fresh.Reset()
		want, got := e.Append(nil, fresh, m, true), e.Append(nil, used, m, true)
		require.True(t, bytes.Equal(want, got), "message %d", i)
	}
}
