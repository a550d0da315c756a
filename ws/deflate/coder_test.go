package deflate_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// messages are n messages of mixed kinds and sizes, the same for each seed.
func messages(seed byte, n int) (all [][]byte) {
	r := rand.NewChaCha8([32]byte{seed})
	below := func(n int) int { return int(r.Uint64() % uint64(n)) }
	words := []string{
		"the", "window", " ", "slides", "\n", `{"id":`, `,"name":"`, `","price":`, "}", "0.5",
		"octet", "Ärger", "context takeover", "abcabcabc", "\x00\x00", "a", "🚀",
	}
	for range n {
		size := below(1 << below(13))
		if below(4) == 0 {
			size = below(4)
		}
		m := make([]byte, 0, size+20)
		switch kind := below(5); kind {
		case 0: // random
			m = m[:size]
			_, _ = r.Read(m)
		case 1: // a run
			m = append(m, bytes.Repeat([]byte{byte(below(256))}, size)...)
		default: // text
			for len(m) < size {
				m = append(m, words[below(len(words))]...)
				if kind == 2 {
					m = strconv.AppendInt(m, int64(below(1000)), 10)
				}
			}
		}
		all = append(all, m[:size])
	}
	return all
}

// pieces cuts m into up to three pieces.
func pieces(r *rand.ChaCha8, m []byte) [][]byte {
	a, b := int(r.Uint64()%uint64(len(m)+1)), int(r.Uint64()%uint64(len(m)+1))
	switch r.Uint64() % 3 {
	case 0:
		return [][]byte{m}
	case 1:
		return [][]byte{m[:a], m[a:]}
	}
	return [][]byte{m[:min(a, b)], m[min(a, b):max(a, b)], m[max(a, b):]}
}

//req:test RFC7692-6.1-01 RFC7692-7.2.1-05 RFC7692-7.2.1-06 RFC7692-7.2.1-07
//req:test RFC7692-7.2.1-08 RFC7692-7.2.1-11 RFC7692-7.2.1-13 RFC7692-7.2.1-15
func TestCoder(t *testing.T) {
	for bits := 8; bits <= 15; bits++ {
		levels := []int{1}
		if bits == 15 {
			levels = []int{1, 2, 3, 4, 5, 6, 7, 8, 9}
		}
		for _, level := range levels {
			c, err := deflate.NewCoder(level, bits)
			require.NoError(t, err)
			check := &checker{bits: bits}
			r := rand.NewChaCha8([32]byte{byte(level)})
			for i, m := range messages(byte(bits), 300) {
				if i%50 == 49 {
					c.Reset()
					check.reset()
				}
				dst := []byte("before")
				for ps := pieces(r, m); len(ps) > 0; ps = ps[1:] {
					dst = c.Append(dst, ps[0], len(ps) == 1)
					if len(ps) > 1 {
						require.True(t, bytes.HasSuffix(dst, []byte("\x00\x00\xff\xff")))
					}
				}
				out, err := check.inflate(bytes.TrimPrefix(dst, []byte("before")))
				require.NoError(t, err, "level %d, window of %d bits, message %d", level, bits, i)
				require.Equal(t, m, append([]byte{}, out...), "level %d, window of %d bits, message %d", level, bits, i)
			}
			assert.Positive(t, check.far, "the window is used")
		}
	}
}

// The window is used up to its agreed size, and no further: octets that come
// back from just inside it are found, those from just outside are not.
func TestCoderFar(t *testing.T) {
	for bits := 8; bits <= 15; bits++ {
		for _, outside := range []bool{false, true} {
			r := rand.NewChaCha8([32]byte{byte(bits)})
			m := make([]byte, 1<<bits)
			again := m[: len(m)/4 : len(m)/4]
			_, _ = r.Read(again)
			distance := len(m) - 8
			if outside {
				distance = len(m) + 1
				m = append(m, 0)
			}
			m = append(m[:distance], again...)
			c, err := deflate.NewCoder(1, bits)
			require.NoError(t, err)
			check := &checker{bits: bits}
			out, err := check.inflate(c.Append(nil, m, true))
			require.NoError(t, err)
			require.Equal(t, m, out)
			if outside {
				assert.Less(t, check.far, 100, bits) // among the zeros
			} else {
				assert.Equal(t, distance, check.far, bits)
			}
		}
	}
}

func TestCoderEmpty(t *testing.T) {
	for bits := 8; bits <= 15; bits++ {
		c, err := deflate.NewCoder(1, bits)
		require.NoError(t, err)
		assert.Equal(t, []byte{0}, c.Append(nil, nil, true))
		assert.Equal(t, []byte("\x00\x00\x00\xff\xff"), c.Append(nil, nil, false))
		assert.Equal(t, []byte{0}, c.Append(nil, nil, true))
	}
}

func TestNewCoderError(t *testing.T) {
	for _, level := range []int{-2, -1, 0, 10} {
		_, err := deflate.NewCoder(level, 15)
		assert.EqualError(t, err, "deflate: level "+strconv.Itoa(level)+" is not between 1 and 9")
	}
	for _, bits := range []int{-1, 0, 7, 16} {
		_, err := deflate.NewCoder(1, bits)
		assert.EqualError(t, err, "deflate: a window of "+strconv.Itoa(bits)+" bits is not between 8 and 15")
	}
}
