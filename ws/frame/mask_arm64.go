//go:build arm64 && !purego

package frame

// mask is the work of [Key.XOR] and [Key.XORCopy]. len(dst) is len(src).
func mask(dst, src []byte, key uint32) {
	if len(src) < vectorMin {
		maskWords(dst, src, key)
		return
	}
	maskNEON(&dst[0], &src[0], len(src), key)
}

// maskNEON does what [maskWords] does for n octets, at least vectorMin, with
// 64 of them at a time. Every arm64 machine has NEON.
//
//go:noescape
func maskNEON(dst, src *byte, n int, key uint32)
