package frame

import "encoding/binary"

// mask is the work of [Key.XOR] and [Key.XORCopy], a word at a time. len(dst)
// is len(src). The loads and stores are little-endian by name, like the key,
// so octet order is right on every machine, and the compiler makes plain moves
// of them.
func mask(dst, src []byte, key uint32) {
	//req:impl RFC6455-5.3-05
	// Section 5.3: octet i is XORed with octet i mod 4 of the key. Words are a
	// multiple of four octets long, so each begins at octet 0 of the key.
	k := uint64(key)<<32 | uint64(key)
	if len(src) >= 128 {
		n := maskLong(dst, src, k)
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
	for len(src) >= 8 && len(dst) >= 8 {
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src)^k)
		src, dst = src[8:], dst[8:]
	}
	if len(src) >= 4 && len(dst) >= 4 {
		binary.LittleEndian.PutUint32(dst, binary.LittleEndian.Uint32(src)^key)
		src, dst = src[4:], dst[4:]
	}
	for i, s := range src[:min(len(src), len(dst))] {
		dst[i] = s ^ byte(k)
		k >>= 8
	}
}

// maskLong does it for the first octets, as many as are a multiple of 64, and
// gives how many. One index for both slices costs less than moving both.
func maskLong(dst, src []byte, k uint64) (i int) {
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
