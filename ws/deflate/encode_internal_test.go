package deflate

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// least gives the bits of an optimal code without a limit: the sum of the
// weights of all inner nodes of its tree.
func least(frequencies []uint32) (sum int) {
	var trees []int
	for _, f := range frequencies {
		if f > 0 {
			trees = append(trees, int(f))
		}
	}
	for len(trees) > 1 {
		slices.Sort(trees)
		both := trees[0] + trees[1]
		sum += both
		trees = append(trees[2:], both)
	}
	return sum
}

// TestHuffman: every code is complete and canonical and keeps to the limit; it
// is optimal where the limit allows that.
func TestHuffman(t *testing.T) {
	r := rand.NewChaCha8([32]byte{1})
	var h huffman
	for round := range 2000 {
		symbols := []int{maxDynamicLiterals, maxDynamicDistances, maxCodeLengthCodes}[round%3]
		limit := []int{longestCode, longestCode, maxCodeLengthBits}[round%3]
		frequencies := make([]uint32, symbols)
		for i := range frequencies {
			if r.Uint64()%uint64(1+round%7) == 0 {
				frequencies[i] = uint32(r.Uint64() % (1 << (1 + r.Uint64()%uint64(1+round%16))))
			}
		}
		if round%10 == 9 {
			// As skewed as can be: each weighs as much as all before it.
			a, b := uint32(1), uint32(1)
			for i := range frequencies {
				frequencies[i] = 0
				if a < 60000 {
					frequencies[i] = a
					a, b = b, a+b
				}
			}
		}
		var c codewords
		bits := h.make(&c, frequencies, limit)

		room, sum, used := 1<<maxCodeBits, 0, 0
		type said struct{ length, code, symbol int }
		var all []said
		for i, w := range c[:symbols] {
			n := w.bits()
			if n == 0 {
				require.Zero(t, frequencies[i])
				require.Zero(t, w)
				continue
			}
			require.LessOrEqual(t, n, limit)
			room -= 1 << (maxCodeBits - n)
			sum += n * int(frequencies[i])
			if frequencies[i] > 0 {
				used++
			}
			code := 0 // the first bit highest
			for bit := range n {
				code = code<<1 | int(w>>(8+bit)&1)
			}
			all = append(all, said{n, code, i})
		}
		require.Zero(t, room, "complete")
		require.Equal(t, sum, bits)
		slices.SortStableFunc(all, func(a, b said) int { return a.length - b.length })
		next, last := 0, 0
		for _, s := range all {
			next <<= s.length - last
			require.Equal(t, next, s.code)
			next, last = next+1, s.length
		}
		if best := least(frequencies); used > 1 {
			require.GreaterOrEqual(t, sum, best)
			if all[len(all)-1].length < limit {
				require.Equal(t, best, sum)
			}
			require.LessOrEqual(t, sum, best+best/4, "what the limit costs")
		}
	}
}

// Lengths and distances are said as the tables of RFC 1951 section 3.2.5 say
// them: here those are built up from the extra bits.
func TestSymbols(t *testing.T) {
	assert.Equal(t, matchLength(285), matchLengths[258-3])
	length := 3
	for code := range 28 {
		extra := max(0, code/4-1)
		for value := range 1 << extra {
			if length == 258 {
				continue // code 284 could say it, too
			}
			l := matchLengths[length-3]
			assert.Equal(t, []int{257 + code, extra, value}, []int{int(l.symbol()), l.extra(), int(l.value())}, length)
			length++
		}
	}
	assert.Equal(t, 258, length)
	distance := 1
	for code := range maxDynamicDistances {
		extra := max(0, code/2-1)
		for value := range 1 << extra {
			symbol, n := distanceSymbol(uint16(distance))
			if int(symbol) != code || n != extra || (distance-1)&(1<<n-1) != value {
				assert.Equal(t, []int{code, extra}, []int{int(symbol), n}, distance)
			}
			distance++
		}
	}
	assert.Equal(t, 32769, distance)
}

// TestEncoderMemory: what a pool of Encoders holds.
func TestEncoderMemory(t *testing.T) {
	memory := func(e *Encoder) int {
		return int(unsafe.Sizeof(*e)) + cap(e.buf) + 6*cap(e.sequences) + 2*cap(e.hashes.table)
	}
	assert.EqualValues(t, 6, unsafe.Sizeof(sequence{}))
	var e Encoder
	x := NewContext(15)
	for i := range 1000 {
		e.Append(nil, x, make([]byte, i), true)
		e.AppendAlone(nil, 15, make([]byte, i/2), true)
	}
	assert.LessOrEqual(t, memory(&e), 16<<10)
	r := rand.NewChaCha8([32]byte{2})
	m := make([]byte, 300_000)
	for range 5 {
		for i := range m {
			m[i] = byte(r.Uint64()) & 7
		}
		e.Append(nil, x, m, true)
		e.AppendAlone(nil, 15, m, true)
	}
	assert.LessOrEqual(t, memory(&e), 192<<10)
}

// Positions are modulo 65536, so a Context has to work wherever it stands.
func TestPositions(t *testing.T) {
	for _, position := range []uint16{0, 1, 32767, 32768, 65000, 65535} {
		x := NewContext(15)
		x.position = position
		var e Encoder
		first := e.Append(nil, x, []byte("an octet and another octet"), true)
		again := e.Append(nil, x, []byte("an octet and another octet"), true)
		assert.Less(t, len(again), 6, position)
		assert.Greater(t, len(first), 20, position)
	}
}
