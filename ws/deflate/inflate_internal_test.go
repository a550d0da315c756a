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
