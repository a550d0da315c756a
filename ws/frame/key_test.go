package frame_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// masked is section 5.3, octet by octet.
func masked(key [4]byte, from int, b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = b[i] ^ key[(from+i)%4]
	}
	return out
}

// octets gives n octets without a period of 4, 8 or 32.
func octets(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i/13)
	}
	return b
}

var (
	keyOctets = [4]byte{0x37, 0xfa, 0x21, 0x3d}
	key       = frame.Key(0x3d21fa37)
)

// keyAfter is the key for the octet with index n.
func keyAfter(n int) frame.Key {
	var k frame.Key
	for i := range 4 {
		k |= frame.Key(keyOctets[(n+i)%4]) << (8 * i)
	}
	return k
}

// Masking in place and while copying equals the byte loop, at every alignment
// and length, and touches nothing else.
//
//req:test RFC6455-5.3-05
func TestKey_alignments(t *testing.T) {
	const room = 16 + 130 + 16
	for at := range 16 {
		for n := range 131 {
			plain := octets(n)
			want := slices.Repeat([]byte{0xEE}, room)
			copy(want[at:], masked(keyOctets, 0, plain))

			buf := slices.Repeat([]byte{0xEE}, room)
			copy(buf[at:], plain)
			require.Equal(t, keyAfter(n), key.XOR(buf[at:at+n]))
			require.Equal(t, want, buf, "in place, at %d, %d octets", at, n)
			key.XOR(buf[at : at+n])
			require.Equal(t, plain, buf[at:at+n], "twice is nothing")

			for from := range 16 {
				src := slices.Repeat([]byte{0xDD}, room)
				copy(src[from:], plain)
				dst := slices.Repeat([]byte{0xEE}, room)
				require.Equal(t, keyAfter(n), key.XORCopy(dst[at:], src[from:from+n]))
				if !slices.Equal(want, dst) || !slices.Equal(plain, src[from:from+n]) {
					t.Fatalf("copy from %d to %d, %d octets", from, at, n)
				}
			}
		}
	}
}

// A payload in pieces is masked like the whole.
//
//req:test RFC6455-5.3-05
func TestKey_pieces(t *testing.T) {
	for _, n := range []int{0, 1, 3, 4, 5, 31, 32, 33, 45, 70} {
		plain := octets(n)
		want := masked(keyOctets, 0, plain)
		for i := range n + 1 {
			for j := i; j <= n; j++ {
				got := slices.Clone(plain)
				k := key.XOR(got[:i])
				k = k.XOR(got[i:j])
				k = k.XOR(got[j:])
				require.Equal(t, want, got)
				require.Equal(t, keyAfter(n), k)

				clear(got)
				k = key.XORCopy(got[:i], plain)
				k = k.XORCopy(got[i:], plain[i:j])
				k.XORCopy(got[j:], plain[j:])
				require.Equal(t, want, got)
			}
		}
	}
}

// A large buffer, one octet at a time and whole.
func TestKey_large(t *testing.T) {
	plain := octets(1<<20 + 7)
	want := masked(keyOctets, 0, plain)
	whole := slices.Clone(plain)
	key.XOR(whole)
	assert.True(t, slices.Equal(want, whole))
	k := key
	for i := range plain {
		k = k.XOR(plain[i : i+1])
	}
	assert.True(t, slices.Equal(want, plain))
}

func TestKey_zero(t *testing.T) {
	b := octets(50)
	assert.Equal(t, frame.Key(0), frame.Key(0).XOR(b))
	assert.Equal(t, octets(50), b)
	dst := make([]byte, 50)
	assert.Equal(t, frame.Key(0), frame.Key(0).XORCopy(dst, b))
	assert.Equal(t, b, dst)
	assert.Equal(t, key, key.XOR(nil))
	assert.Equal(t, key, key.XORCopy(nil, b))
}

// XORCopy goes as far as the shorter slice.
func TestKey_XORCopy_shorter(t *testing.T) {
	src := octets(40)
	for _, k := range []frame.Key{0, key} {
		o := [4]byte{byte(k), byte(k >> 8), byte(k >> 16), byte(k >> 24)}
		dst := make([]byte, 60)
		k.XORCopy(dst, src)
		assert.Equal(t, append(masked(o, 0, src), make([]byte, 20)...), dst)
		dst = make([]byte, 13, 60)
		next := k.XORCopy(dst, src)
		assert.Equal(t, masked(o, 0, src[:13]), dst)
		assert.Equal(t, make([]byte, 47), dst[13:60], "capacity is not length")
		rest := make([]byte, 27)
		next.XORCopy(rest, src[13:])
		assert.Equal(t, masked(o, 13, src[13:]), rest)
	}
}
