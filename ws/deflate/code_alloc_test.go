//go:build !race

package deflate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/deflate"
)

const raced = false

// Deflating allocates nothing once all memory has its size.
func TestDeflateAllocs(t *testing.T) {
	var all [][]byte
	c := newCorpus(1)
	for _, size := range []int{0, 1, 64, 256, 4 << 10, 100_000} {
		for _, kind := range kinds {
			all = append(all, c.message(kind, size))
		}
	}
	dst := make([]byte, 0, 110_000)
	for _, bits := range []int{8, 12, 15} {
		coder, err := deflate.NewCoder(1, bits)
		assert.NoError(t, err)
		var e deflate.Encoder
		x := deflate.NewContext(bits)
		for name, deflate := range map[string]func(m []byte) []byte{
			"Coder":   func(m []byte) []byte { return coder.Append(dst[:0], m, true) },
			"Encoder": func(m []byte) []byte { return e.Append(dst[:0], x, m, true) },
			"alone":   func(m []byte) []byte { return e.AppendAlone(dst[:0], bits, m, true) },
			"Add":     func(m []byte) []byte { x.Add(m); return dst },
			"Reset":   func(m []byte) []byte { x.Reset(); coder.Reset(); return e.Append(dst[:0], x, m, true) },
		} {
			round := func() {
				for _, m := range all {
					deflate(m)
				}
			}
			round()
			assert.Zero(t, testing.AllocsPerRun(5, round), "%s, window of %d bits", name, bits)
		}
	}
}
