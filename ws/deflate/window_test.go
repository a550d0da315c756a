package deflate_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"testing"

	kflate "github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// TestWindowMemory: a window holds what it got last, and no more memory than
// the next power of two.
func TestWindowMemory(t *testing.T) {
	var z deflate.Inflater
	for bits := deflate.MinWindowBits; bits <= deflate.MaxWindowBits; bits++ {
		w := deflate.NewWindow(bits)
		assert.Zero(t, w.Len())
		assert.Zero(t, w.Cap())
		total := 0
		for _, n := range []int{0, 1, 254, 1, 1, 300, 3000, 30000, 65535, 5} {
			z.Start(bits, w)
			_, err := inflateAll(t, &z, new(stream).stored(0, make([]byte, n)).end(), constant(1000), constant(777))
			require.NoError(t, err)
			total += n
			assert.Equal(t, min(total, 1<<bits), w.Len())
			if total > 0 {
				assert.GreaterOrEqual(t, w.Cap(), w.Len())
				assert.LessOrEqual(t, w.Cap(), max(256, 2*w.Len()-1))
			}
		}
		assert.Equal(t, 1<<bits, w.Cap())
		w.Reset()
		assert.Zero(t, w.Len())
		assert.Equal(t, 1<<bits, w.Cap())
	}
}

// TestWindowBits: sizes out of range are the nearest in range.
func TestWindowBits(t *testing.T) {
	var z deflate.Inflater
	for bits, want := range map[int]int{-1: 8, 0: 8, 7: 8, 16: 15, 64: 15} {
		w := deflate.NewWindow(bits)
		z.Start(15, w)
		_, err := inflateAll(t, &z, new(stream).stored(0, make([]byte, 40000)).end(), constant(50000), constant(50000))
		require.NoError(t, err)
		assert.Equal(t, 1<<want, w.Len(), bits)

		z.Start(bits, nil)
		_, err = inflateAll(t, &z, reach(1<<want), constant(50000), constant(50000))
		require.NoError(t, err, bits)
		z.Start(bits, nil)
		_, err = inflateAll(t, &z, reach(1<<want+1), constant(50000), constant(50000))
		require.Error(t, err, bits)
	}
}

// reach is a message that refers back by distance, with more than that before
// it and a match of such a length behind it that src goes on.
func reach(distance int) []byte {
	return new(stream).stored(0, noise[:distance+5]).block(0, 1).match(9, distance).text("behind it are some octets").fixed(256).end()
}

var noise = func() []byte {
	b := make([]byte, 40000)
	_, _ = seeded(3).Read(b)
	return b
}()

// TestWindowSizes: a distance of exactly 1<<bits is fine and one more is an
// error, in one message and over two, wherever dst ends.
//
//req:test RFC7692-7.2.1-07 RFC7692-7.2.2-06 RFC7692-7.2.2-07 RFC7692-7.2.2-08 RFC7692-7.2.2-09
func TestWindowSizes(t *testing.T) {
	var z deflate.Inflater
	for bits := deflate.MinWindowBits; bits <= deflate.MaxWindowBits; bits++ {
		size := 1 << bits
		for _, out := range []int{50000, size + 6, size + 5, size, 100, 7, 1} {
			for _, in := range []int{50000, 1000, 1} {
				begin := fmt.Sprint(bits, out, in)
				z.Start(bits, nil)
				got, err := inflateAll(t, &z, reach(size), constant(in), constant(out))
				require.NoError(t, err, begin)
				want := append(bytes.Clone(noise[:size+5]), noise[5:14]...)
				require.Equal(t, string(want)+"behind it are some octets", string(got), begin)

				if size < 1<<deflate.MaxWindowBits {
					z.Start(bits, nil)
					got, err = inflateAll(t, &z, reach(size+1), constant(in), constant(out))
					require.ErrorIs(t, err, deflate.ErrDistance, begin)
					require.Equal(t, string(noise[:size+6]), string(got), begin)
				}

				// The same with what went before in another message.
				for _, more := range []int{0, 1} {
					w := deflate.NewWindow(bits)
					z.Start(bits, w)
					_, err = inflateAll(t, &z, new(stream).stored(0, noise[:size+5]).end(), constant(in), constant(out))
					require.NoError(t, err, begin)
					z.Start(bits, w)
					got, err = inflateAll(t, &z, fixedBlock(0).text("ab").match(9, size+more).text("behind it are some octets").fixed(256).end(), constant(in), constant(out))
					if more > 0 && size < 1<<deflate.MaxWindowBits {
						require.ErrorIs(t, err, deflate.ErrDistance, begin)
						require.Equal(t, "ab", string(got), begin)
					} else if more == 0 {
						require.NoError(t, err, begin)
						require.Equal(t, "ab"+string(noise[7:16])+"behind it are some octets", string(got), begin)
					}
				}
			}
		}
	}
}

// TestWindowsOfTwoSizes: the smaller of both sizes counts.
func TestWindowsOfTwoSizes(t *testing.T) {
	var z deflate.Inflater
	for _, bits := range [][2]int{{9, 10}, {10, 9}} {
		for _, out := range []int{50000, 7} {
			z.Start(bits[0], deflate.NewWindow(bits[1]))
			_, err := inflateAll(t, &z, reach(512), constant(50000), constant(out))
			require.NoError(t, err)
			z.Start(bits[0], deflate.NewWindow(bits[1]))
			_, err = inflateAll(t, &z, reach(513), constant(50000), constant(out))
			require.ErrorIs(t, err, deflate.ErrDistance)
		}
	}
}

// TestNoWindowBefore: without a window nothing is left of the message before,
// and after Reset nothing of those before.
//
//req:test RFC7692-7.2.2-01 RFC7692-7.2.2-03
func TestNoWindowBefore(t *testing.T) {
	var z deflate.Inflater
	first := new(stream).stored(0, noise[:5000]).end()
	second := fixedBlock(0).match(3, 1).fixed(256).end()
	for _, out := range []int{10000, 7} {
		z.Start(15, nil)
		_, err := inflateAll(t, &z, first, constant(7), constant(out))
		require.NoError(t, err)
		z.Start(15, nil)
		_, err = inflateAll(t, &z, second, constant(7), constant(out))
		require.ErrorIs(t, err, deflate.ErrDistance)

		w := deflate.NewWindow(15)
		z.Start(15, w)
		_, err = inflateAll(t, &z, first, constant(7), constant(out))
		require.NoError(t, err)
		w.Reset()
		z.Start(15, w)
		_, err = inflateAll(t, &z, second, constant(7), constant(out))
		require.ErrorIs(t, err, deflate.ErrDistance)
	}
}

// TestSmallerWindowOfItsOwn: an Inflater's own window becomes smaller and
// larger with the messages.
func TestSmallerWindowOfItsOwn(t *testing.T) {
	var z deflate.Inflater
	for _, bits := range []int{15, 8, 12, 9, 15} {
		z.Start(bits, nil)
		_, err := inflateAll(t, &z, reach(1<<bits), constant(1000), constant(100))
		require.NoError(t, err)
	}
}

// TestContextTakeover: many messages that refer to those before them, made with
// windows of each size, some cut short by the reader's choice of dst, against
// compress/flate with what went before as its dictionary. Two Inflaters take
// turns: all that lasts is in the Window.
//
//req:test RFC7692-7.2.2-02 RFC7692-7.2.2-04 RFC7692-6.2-01
func TestContextTakeover(t *testing.T) {
	r := seeded(4)
	var two [2]deflate.Inflater
	for bits := deflate.MinWindowBits; bits <= deflate.MaxWindowBits; bits++ {
		w := deflate.NewWindow(bits)
		var b bytes.Buffer
		kw, err := kflate.NewWriterWindow(&b, 1<<bits)
		require.NoError(t, err)
		var before []byte
		for i := range 60 {
			p := sample(r, i%5, below(r, 1<<(1+below(r, 14))))
			b.Reset()
			_, err = kw.Write(p)
			require.NoError(t, err)
			require.NoError(t, kw.Flush())
			src := bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff"))

			z := &two[i%2]
			z.Start(bits, w)
			got, err := inflateAll(t, z, src, func() int { return 1 + below(r, 3000) }, func() int { return 1 + below(r, 3000) })
			require.NoError(t, err)
			require.True(t, bytes.Equal(p, got), "%d bits, message %d", bits, i)

			oracle := flate.NewReaderDict(bytes.NewReader(append(bytes.Clone(src), "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...)), before[max(0, len(before)-1<<15):])
			want, err := io.ReadAll(oracle)
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got), "%d bits, message %d", bits, i)
			before = append(before, p...)
		}
	}
}
