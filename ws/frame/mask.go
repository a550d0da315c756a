package frame

import (
	"encoding/binary"
	"math/bits"
)

// vectorMin is the shortest payload for which a call into assembly pays. What
// is shorter takes a few words, which the compiler handles as well as anybody.
const vectorMin = 32

// maskWords masks src into dst, a word at a time. len(dst) is len(src), and
// they are the same octets or don't overlap. It is the portable twin of the
// assembly: what that does must equal this, and where there is none this does
// it. The loads and stores are little-endian by name, like the key, so octet
// order is right on every machine, and the compiler makes plain moves of them.
func maskWords(dst, src []byte, key uint32) {
	//req:impl RFC6455-5.3-05
	// Section 5.3: octet i is XORed with octet i mod 4 of the key. Words are a
	// multiple of four octets long, so each begins at octet 0 of the key.
	k := uint64(key)<<32 | uint64(key)
	if len(src) >= 128 {
		n := maskBlocks(dst, src, k)
		src, dst = src[n:], dst[n:]
	}
	for len(src) >= 32 && len(dst) >= 32 {
		s, d := src[:32:32], dst[:32:32]
		s0 := binary.LittleEndian.Uint64(s[0:])
		s1 := binary.LittleEndian.Uint64(s[8:])
		s2 := binary.LittleEndian.Uint64(s[16:])
		s3 := binary.LittleEndian.Uint64(s[24:])
		binary.LittleEndian.PutUint64(d[0:], s0^k)
		binary.LittleEndian.PutUint64(d[8:], s1^k)
		binary.LittleEndian.PutUint64(d[16:], s2^k)
		binary.LittleEndian.PutUint64(d[24:], s3^k)
		src, dst = src[32:], dst[32:]
	}
	dst = dst[:len(src)]
	// What is left, in two halves that overlap unless they meet. All is loaded
	// before anything is stored, since dst may be src. The second half begins
	// at octet len(src) mod 4 of the key.
	turned := bits.RotateLeft64(k, -8*(len(src)&3))
	switch {
	case len(src) >= 16:
		s0, s1 := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(src[8:])
		s2, s3 := binary.LittleEndian.Uint64(src[len(src)-16:]), binary.LittleEndian.Uint64(src[len(src)-8:])
		binary.LittleEndian.PutUint64(dst, s0^k)
		binary.LittleEndian.PutUint64(dst[8:], s1^k)
		binary.LittleEndian.PutUint64(dst[len(dst)-16:], s2^turned)
		binary.LittleEndian.PutUint64(dst[len(dst)-8:], s3^turned)
	case len(src) >= 8:
		s0, s1 := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(src[len(src)-8:])
		binary.LittleEndian.PutUint64(dst, s0^k)
		binary.LittleEndian.PutUint64(dst[len(dst)-8:], s1^turned)
	case len(src) >= 4:
		s0, s1 := binary.LittleEndian.Uint32(src), binary.LittleEndian.Uint32(src[len(src)-4:])
		binary.LittleEndian.PutUint32(dst, s0^key)
		binary.LittleEndian.PutUint32(dst[len(dst)-4:], s1^uint32(turned))
	default:
		for i, s := range src {
			dst[i] = s ^ byte(k)
			k >>= 8
		}
	}
}

// maskBlocks does it for the first octets, as many as are a multiple of 64,
// and gives how many. One index for both slices costs less than moving both.
func maskBlocks(dst, src []byte, k uint64) (i int) {
	dst = dst[:len(src)]
	for ; i+64 <= len(src); i += 64 {
		s, d := src[i:i+64:i+64], dst[i:i+64:i+64]
		s0 := binary.LittleEndian.Uint64(s[0:])
		s1 := binary.LittleEndian.Uint64(s[8:])
		s2 := binary.LittleEndian.Uint64(s[16:])
		s3 := binary.LittleEndian.Uint64(s[24:])
		s4 := binary.LittleEndian.Uint64(s[32:])
		s5 := binary.LittleEndian.Uint64(s[40:])
		s6 := binary.LittleEndian.Uint64(s[48:])
		s7 := binary.LittleEndian.Uint64(s[56:])
		binary.LittleEndian.PutUint64(d[0:], s0^k)
		binary.LittleEndian.PutUint64(d[8:], s1^k)
		binary.LittleEndian.PutUint64(d[16:], s2^k)
		binary.LittleEndian.PutUint64(d[24:], s3^k)
		binary.LittleEndian.PutUint64(d[32:], s4^k)
		binary.LittleEndian.PutUint64(d[40:], s5^k)
		binary.LittleEndian.PutUint64(d[48:], s6^k)
		binary.LittleEndian.PutUint64(d[56:], s7^k)
	}
	return i
}
