//go:build purego || !(amd64 || arm64)

package frame

// mask is the work of [Key.XOR] and [Key.XORCopy]. len(dst) is len(src).
func mask(dst, src []byte, key uint32) { maskWords(dst, src, key) }
