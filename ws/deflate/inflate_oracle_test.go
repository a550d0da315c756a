package deflate_test

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// seeded gives a source of randomness that is the same in each run.
func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// below gives a number from 0 to n-1.
func below(r *rand.ChaCha8, n int) int { return int(r.Uint64() % uint64(n)) }

// sample gives n octets of a kind: text, zeros, noise, few letters, or a
// mixture of these.
func sample(r *rand.ChaCha8, kind, n int) []byte {
	b := make([]byte, 0, n+64)
	words := []string{"the ", "window ", "slides ", "over ", `{"id":`, `,"name":"`, "\r\n", "0", "1", "Ω", "e", "t"}
	for len(b) < n {
		switch k := kind; {
		case k == 0, k == 4 && below(r, 3) == 0:
			b = append(b, words[below(r, len(words))]...)
		case k == 1, k == 4 && below(r, 3) == 0:
			b = append(b, make([]byte, 1+below(r, 60))...)
		case k == 2, k == 4 && below(r, 3) == 0:
			b = append(b, byte(r.Uint64()))
		default:
			b = append(b, "abcd"[below(r, 4)])
		}
	}
	return b[:n]
}

// inflateAll feeds a message in pieces of the sizes that in gives to an
// Inflater with dst of the sizes that out gives.
func inflateAll(t testing.TB, z *deflate.Inflater, src []byte, in, out func() int) ([]byte, error) {
	var all, piece, dst []byte
	for pos, end := 0, 0; ; {
		if len(piece) == 0 && end < len(src) {
			piece = bytes.Clone(src[end:min(len(src), end+in())])
			end += len(piece)
		}
		size := out()
		dst = slices.Grow(dst[:0], size)[:size]
		n, read, done, err := z.Inflate(dst, piece, end == len(src))
		if n > len(dst) || read > len(piece) {
			t.Fatalf("%d octets to %d, %d of %d", n, len(dst), read, len(piece))
		}
		all = append(all, dst[:n]...)
		clear(dst) // nothing may rely on what was given away
		clear(piece[:read])
		piece = piece[read:]
		pos += read
		if z.OutputOffset() != int64(len(all)) || z.InputOffset() > int64(pos) {
			t.Fatalf("output %d of %d, input %d of %d", z.OutputOffset(), len(all), z.InputOffset(), pos)
		}
		if err != nil || done {
			return all, err
		}
		if n < len(dst) && (len(piece) > 0 || end == len(src)) {
			t.Fatalf("stops at %d of %d with room for %d", pos, len(src), len(dst)-n)
		}
	}
}

// inflateOnce inflates a message of up to 64 KiB in one call, with an empty
// window.
func inflateOnce(z *deflate.Inflater, src []byte) ([]byte, error) {
	dst := make([]byte, 64<<10)
	z.Start(15, nil)
	n, _, _, err := z.Inflate(dst, src, true)
	return dst[:n], err
}

func constant(n int) func() int { return func() int { return n } }

// TestInflateAgainstFlate: what compress/flate makes at every level, with
// flushes, comes back the same, however it is cut.
func TestInflateAgainstFlate(t *testing.T) {
	r := seeded(1)
	var z deflate.Inflater
	for kind := range 5 {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9} {
			for _, size := range []int{0, 1, 2, 3, 100, 257, 4096, 70000} {
				p := sample(r, kind, size)
				var b bytes.Buffer
				fw, err := flate.NewWriter(&b, level)
				require.NoError(t, err)
				for rest := p; len(rest) > 0; {
					n := min(len(rest), 1+below(r, 50000))
					_, err = fw.Write(rest[:n])
					require.NoError(t, err)
					rest = rest[n:]
					if below(r, 2) == 0 {
						require.NoError(t, fw.Flush())
					}
				}
				require.NoError(t, fw.Flush())
				src := bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff"))
				require.Len(t, src, b.Len()-4)
				for _, cut := range []struct{ in, out func() int }{
					{constant(len(src) + 1), constant(size + 1)},
					{constant(len(src) + 1), constant(max(1, size))},
					{constant(1), constant(min(size+1, 1+size/1000))},
					{constant(7), constant(300)},
					{func() int { return below(r, 50) }, func() int { return below(r, 1000) }},
				} {
					z.Start(15, nil)
					got, err := inflateAll(t, &z, src, cut.in, cut.out)
					require.NoError(t, err)
					assert.True(t, bytes.Equal(p, got), "kind %d level %d size %d", kind, level, size)
				}
			}
		}
	}
}
