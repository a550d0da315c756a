package deflate_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// With a Window alone, what a Context keeps besides is found out anew: the same
// rules hold, and hardly a reference is missed.
//
//req:test RFC7692-7.2.1-07 RFC7692-7.2.1-09 RFC7692-7.2.1-12 RFC7692-7.2.1-13 RFC7692-7.2.1-15
func TestEncoderWithAWindow(t *testing.T) {
	n := 200
	if few() {
		n = 40
	}
	for bits := 8; bits <= 15; bits++ {
		t.Run(fmt.Sprint(bits), func(t *testing.T) {
			r := rand.NewChaCha8([32]byte{byte(bits), 1})
			check := &checker{bits: bits}
			w, x := deflate.NewWindow(bits), deflate.NewContext(bits)
			var e deflate.Encoder
			withWindow, withContext := 0, 0
			for i, m := range mixed(byte(bits), n) {
				switch r.Uint64() % 32 {
				case 0:
					w.Reset()
					x.Reset()
					check.reset()
				case 1:
					w.Add(m)
					x.Add(m)
					check.held = append(check.held, m...)
				}
				dst := []byte("before")
				for p := pieces(r, m); len(p) > 0; p = p[1:] {
					dst = e.AppendWindow(dst, w, p[0], len(p) == 1)
				}
				dst = bytes.TrimPrefix(dst, []byte("before"))
				out, err := check.inflate(dst)
				require.NoError(t, err, "message %d", i)
				require.True(t, bytes.Equal(m, out), "message %d", i)
				require.Equal(t, min(len(check.held), 1<<bits), w.Len())
				require.LessOrEqual(t, w.Cap(), 1<<bits)
				withWindow += len(dst)
				withContext += len(e.Append(nil, x, m, true))
			}
			assert.Greater(t, check.far, 1<<bits*7/8, "the window is used")
			assert.InDelta(t, withContext, withWindow, float64(withContext)/25)
		})
	}
}
