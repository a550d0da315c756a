//go:build amd64 && !purego

package frame

// mask is the work of [Key.XOR] and [Key.XORCopy]. len(dst) is len(src).
func mask(dst, src []byte, key uint32) {
	if len(src) < vectorMin || !hasAVX2 {
		maskWords(dst, src, key)
		return
	}
	maskAVX2(&dst[0], &src[0], len(src), key)
}

// maskAVX2 does what [maskWords] does for n octets, at least vectorMin, with
// 32 of them at a time.
//
//go:noescape
func maskAVX2(dst, src *byte, n int, key uint32)
