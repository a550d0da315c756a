//go:build amd64 && !purego

package frame

import "unicode/utf8"

// checkText is the part of [UTF8.CheckAt] that looks at many octets at a time;
// see [checkWords].
func checkText(b []byte) int {
	if len(b) < vectorMin || !hasAVX2 {
		return checkWords(b)
	}
	n := checkAVX2(&b[0], len(b), &tables)
	if n == len(b) && b[n-1] < utf8.RuneSelf {
		return n
	}
	return whole(b[:n])
}

// unmaskText is the part of [UTF8.Unmask] that looks at many octets at a time;
// see [unmaskWords].
func unmaskText(b []byte, k Key) int {
	if len(b) < vectorMin || !hasAVX2 {
		return unmaskWords(b, k)
	}
	n := unmaskAVX2(&b[0], len(b), uint32(k), &tables)
	if n == len(b) && b[n-1] < utf8.RuneSelf {
		return n
	}
	return whole(b[:n])
}

// checkAVX2 validates n octets, at least vectorMin, the first of which begins a
// code point. It gives n, or the index of the block of at most 128 octets in
// which one is impossible. The code point at the end of what it accepts may be
// cut in half, or its last octet may be one with which none begins: that shows
// in the octet after it.
//
//go:noescape
func checkAVX2(p *byte, n int, t *utf8Tables) (good int)

// unmaskAVX2 is checkAVX2 for what it unmasks, in place. All is unmasked up to
// the end of the block that it gives the index of.
//
//go:noescape
func unmaskAVX2(p *byte, n int, key uint32, t *utf8Tables) (good int)
