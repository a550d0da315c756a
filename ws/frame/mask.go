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
