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

// few tells whether the long tests take fewer messages: where each takes long.
func few() bool { return raced || testing.Short() }

// kinds of messages that a corpus has.
var kinds = []string{"JSON", "chat", "log", "random"}

// mixed are n messages of one connection: of every kind, most of them small, and
// those that a deflater could stumble over.
func mixed(seed byte, n int) (all [][]byte) {
	c := newCorpus(seed)
	for range n {
		size := c.below(1 << (2 + c.below(12)))
		kind := kinds[c.below(len(kinds))]
		switch c.below(8) {
		case 0:
			all = append(all, c.message(kind, c.below(4)))
		case 1:
			all = append(all, bytes.Repeat(c.message(kind, 1+c.below(40)), 1+c.below(60)))
		case 2:
			// Something that was there a while ago, with other octets behind it.
			before := all[max(0, len(all)-1-c.below(30)):]
			var m []byte
			if len(before) > 0 {
				m = before[0][:c.below(1+len(before[0]))]
			}
			all = append(all, append(bytes.Clone(m), c.message(kind, size/4)...))
		default:
			all = append(all, c.message(kind, size))
		}
	}
	long := []int{65535, 65536, 65537, 1 << 20}
	if few() {
		long = []int{65537}
	}
	for _, size := range long {
		kind := kinds[c.below(len(kinds))]
		if few() {
			kind = "chat" // it refers to all of the window
		}
		all = append(all, c.message(kind, size), c.message("JSON", 100))
	}
	return all
}

// TestEncoder: with context takeover, for each window and over hundreds of
// messages in any pieces, everything can be inflated within exactly that window.
//
//req:test RFC7692-6.1-01 RFC7692-7.2.1-01 RFC7692-7.2.1-02 RFC7692-7.2.1-04 RFC7692-7.2.1-05 RFC7692-7.2.1-06
//req:test RFC7692-7.2.1-07 RFC7692-7.2.1-08 RFC7692-7.2.1-09 RFC7692-7.2.1-11 RFC7692-7.2.1-12 RFC7692-7.2.1-13 RFC7692-7.2.1-15
func TestEncoder(t *testing.T) {
	n := 300
	if few() {
		n = 60
	}
	for bits := 8; bits <= 15; bits++ {
		t.Run(fmt.Sprint(bits), func(t *testing.T) {
			r := rand.NewChaCha8([32]byte{byte(bits)})
			check := &checker{bits: bits}
			x := deflate.NewContext(bits)
			var e deflate.Encoder
			for i, m := range mixed(byte(bits), n) {
				switch r.Uint64() % 32 {
				case 0:
					x.Reset()
					assert.Zero(t, x.Len())
					check.reset()
				case 1:
					// The peer got m in another way, and now again.
					x.Add(m)
					check.held = append(check.held, m...)
				}
				dst := []byte("before")
				for p := pieces(r, m); len(p) > 0; p = p[1:] {
					dst = e.Append(dst, x, p[0], len(p) == 1)
					if len(p) > 1 {
						require.True(t, bytes.HasSuffix(dst, []byte("\x00\x00\xff\xff")))
					}
				}
				out, err := check.inflate(bytes.TrimPrefix(dst, []byte("before")))
				require.NoError(t, err, "message %d", i)
				require.True(t, bytes.Equal(m, out), "message %d", i)
				require.Equal(t, min(len(check.held), 1<<bits), x.Len())
			}
			assert.Greater(t, check.far, 1<<bits*7/8, "the window is used")
			for kind, blocks := range check.types {
				assert.Positive(t, blocks, "blocks of type %d", kind)
			}
		})
	}
}

// TestEncoderAlone: without a Context, each piece of a message refers to itself
// alone.
//
//req:test RFC7692-7.2.1-08 RFC7692-7.2.1-11 RFC7692-7.2.1-13 RFC7692-7.2.1-15
func TestEncoderAlone(t *testing.T) {
	var e deflate.Encoder
	for bits := 8; bits <= 15; bits++ {
		check := &checker{bits: bits}
		for i, m := range mixed(20, 50) {
			check.reset()
			d := e.AppendAlone(nil, bits, m, true)
			out, err := check.inflate(d)
			require.NoError(t, err, "message %d", i)
			require.True(t, bytes.Equal(m, out), "message %d", i)
		}
		assert.Greater(t, check.far, 1<<bits*7/8, "the window is used")
	}
	// Two pieces with the same octets are deflated to the same.
	p := []byte("the same octets, the same octets")
	first := e.AppendAlone(nil, 15, p, false)
	assert.Equal(t, first, e.AppendAlone(nil, 15, p, false))
}

// The window is used up to its agreed size, and not by one octet more.
//
//req:test RFC7692-7.2.1-07 RFC7692-7.2.1-13 RFC7692-7.2.1-15
func TestEncoderFar(t *testing.T) {
	var e deflate.Encoder
	for bits := 8; bits <= 15; bits++ {
		for _, distance := range []int{1<<bits - 1, 1 << bits, 1<<bits + 1} {
			m := make([]byte, distance)
			again := m[: 1<<bits/4 : 1<<bits/4]
			_, _ = rand.NewChaCha8([32]byte{byte(bits)}).Read(again)
			x := deflate.NewContext(bits)
			for name, d := range map[string][]byte{
				"alone":                  e.AppendAlone(nil, bits, append(m, again...), true),
				"in one message":         e.Append(nil, deflate.NewContext(bits), append(m, again...), true),
				"in one message and one": e.Append(e.Append(nil, x, m, false), x, again, true),
			} {
				check := &checker{bits: bits}
				out, err := check.inflate(d)
				require.NoError(t, err, name)
				assert.Equal(t, append(m, again...), out, name)
				if distance <= 1<<bits {
					assert.Equal(t, distance, check.far, "window of %d bits, %s", bits, name)
				} else {
					assert.Less(t, check.far, 20, "window of %d bits, %s", bits, name) // among the zeros
				}
			}
		}
	}
}

func TestEncoderEmpty(t *testing.T) {
	var e deflate.Encoder
	x, w := deflate.NewContext(15), deflate.NewWindow(15)
	for range 2 {
		for _, deflated := range []func(dst, p []byte, last bool) []byte{
			func(dst, p []byte, last bool) []byte { return e.AppendAlone(dst, 15, p, last) },
			func(dst, p []byte, last bool) []byte { return e.Append(dst, x, p, last) },
			func(dst, p []byte, last bool) []byte { return e.AppendWindow(dst, w, p, last) },
		} {
			assert.Equal(t, []byte{0}, deflated(nil, nil, true))
			assert.Equal(t, []byte("a\x00"), deflated([]byte("a"), []byte{}, true))
			assert.Equal(t, []byte("\x00\x00\x00\xff\xff"), deflated(nil, nil, false))
		}
		e.AppendWindow(nil, w, []byte("something"), true)
		e.Append(nil, x, []byte("something"), true)
	}
}

// The examples of RFC 7692: a fixed block (section 7.2.3.1); with context
// takeover the second Hello is a reference (section 7.2.3.2); what is no longer
// than a stored block is one (section 7.2.3.3).
func TestEncoderVectors(t *testing.T) {
	var e deflate.Encoder
	x := deflate.NewContext(15)
	assert.Equal(t, "\xf2\x48\xcd\xc9\xc9\x07\x00", string(e.Append(nil, x, []byte("Hello"), true)))
	again := e.Append(nil, x, []byte("Hello"), true)
	assert.Equal(t, "\x02\x13\x00\x00", string(again))
	check := &checker{bits: 15, held: []byte("Hello")}
	out, err := check.inflate(again)
	require.NoError(t, err)
	assert.Equal(t, "Hello", string(out))
	assert.Equal(t, 5, check.far)

	high := []byte("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff" +
		"\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda")
	assert.Equal(t, "\x00\x2b\x00\xd4\xff"+string(high)+"\x00", string(e.AppendAlone(nil, 15, high, true)))
}

// Octets that can't be compressed cost five more for each stored block, and one
// for the end: never more than that, with anything in the window.
func TestEncoderBound(t *testing.T) {
	var e deflate.Encoder
	c := newCorpus(5)
	x := deflate.NewContext(15)
	for _, size := range []int{1, 2, 3, 100, 125, 126, 127, 1000, 8192, 8193, 65535, 65536, 200_000} {
		m := c.message("random", size)
		for range 3 {
			most := size + 5*((size+65534)/65535) + 1
			assert.LessOrEqual(t, len(e.AppendAlone(nil, 15, m, true)), most)
			assert.LessOrEqual(t, len(e.Append(nil, x, m, true)), most)
			m = c.message("random", size)
		}
	}
	for i, m := range mixed(6, 100) {
		// A block that is full of matches ends early.
		assert.LessOrEqual(t, len(e.Append(nil, x, m, true)), len(m)+5*(1+len(m)/32760)+1, "message %d", i)
	}
}

// TestRatio: the Encoder is adopted because it deflates no worse than what
// klauspost/compress does with as much memory, ResetDict with the window at
// level 1. With small messages it is far better.
func TestRatio(t *testing.T) {
	for _, kind := range []string{"JSON", "chat", "log"} {
		for _, size := range []int{64, 256, 4 << 10, 64 << 10} {
			all := newCorpus(2).messages(kind, size, min(200*size, 200_000))
			ours, theirs := 0, 0
			mine, his := encoder(15), resetDict(t, 1)
			for _, m := range all {
				ours += len(mine(nil, m))
				theirs += len(his(nil, m))
			}
			assert.LessOrEqual(t, ours, theirs, "%s of %d octets", kind, size)
			if size == 64 {
				assert.Less(t, ours, theirs*2/3, kind)
			}
		}
	}
}
