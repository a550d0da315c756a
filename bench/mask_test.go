package bench

import (
	"fmt"
	"slices"
	"testing"

	gobwas "github.com/gobwas/ws"
	"github.com/stretchr/testify/assert"
)

// maskLengths are lengths of payloads, in octets.
var maskLengths = []int{16, 32, 64, 128, 512, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20}

// maskers mask a payload by aKey. What gorilla, coder and gws use for it can't
// be called from outside: their masking shows in BenchmarkEcho.
var maskers = []struct {
	choice, name string
	mask         func(dst, src []byte)
}{
	// Octets that were received are unmasked where they are.
	{"in-place", "longwire", func(dst, _ []byte) { aKey.XOR(dst) }},
	{"in-place", "gobwas", func(dst, _ []byte) { gobwas.Cipher(dst, aMask, 0) }},
	// A client that sends must leave the application's octets as they are.
	{"copy", "longwire", func(dst, src []byte) { aKey.XORCopy(dst, src) }},
	{"copy", "gobwas", func(dst, src []byte) { gobwas.Cipher(dst[:copy(dst, src)], aMask, 0) }},
	{"copy", "copy-alone", func(dst, src []byte) { copy(dst, src) }}, // the reference
}

// Each masks as section 5.3 says, at every length and wherever the payload
// begins.
func TestMaskers(t *testing.T) {
	for _, m := range maskers {
		t.Run(m.choice+"/"+m.name, func(t *testing.T) {
			for _, n := range append(slices.Clone(maskLengths), 0, 1, 3, 5, 7, 33, 125, 1000) {
				src := newGenerator("mask").random(n + 3)[3:]
				want := slices.Clone(src)
				if m.name != "copy-alone" {
					for i := range want {
						want[i] ^= aMask[i%4]
					}
				}
				dst := make([]byte, n)
				if m.choice == "in-place" {
					copy(dst, src)
				}
				m.mask(dst, src)
				assert.True(t, slices.Equal(want, dst), "%d octets", n)
			}
		})
	}
}

// BenchmarkMask masks a payload that lies behind a header of a client's short
// frame, so not where a word begins.
func BenchmarkMask(b *testing.B) {
	const behind = 6
	for _, choice := range []string{"in-place", "copy"} {
		for _, n := range maskLengths {
			dst, src := make([]byte, behind+n)[behind:], make([]byte, behind+n)[behind:]
			for _, m := range maskers {
				if m.choice != choice {
					continue
				}
				b.Run(fmt.Sprintf("%s/%d/%s", choice, n, m.name), func(b *testing.B) {
					b.SetBytes(int64(n))
					for b.Loop() {
						m.mask(dst, src)
					}
				})
			}
		}
	}
}
