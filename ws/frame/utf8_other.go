//go:build purego || !amd64

package frame

// checkText is the part of [UTF8.CheckAt] that looks at many octets at a time.
func checkText(b []byte) int { return checkWords(b) }

// unmaskText is the part of [UTF8.Unmask] that looks at many octets at a time.
func unmaskText(b []byte, k Key) int { return unmaskWords(b, k) }
