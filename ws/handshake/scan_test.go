package handshake

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every octet at every place of every short text, with tabs and octets over
// 0x7f before and behind it, is found as one look at each octet finds it.
func TestFirstControl(t *testing.T) {
	naive := func(b []byte) int {
		for i, c := range b {
			if c < ' ' && c != '\t' || c == 0x7f {
				return i
			}
		}
		return len(b)
	}
	for n := 0; n <= 40; n++ {
		for _, fill := range []string{"a", " ", "\t", "\x80", "\xff", "~", "\r", "\x7f"} {
			b := []byte(strings.Repeat(fill, n))
			assert.Equal(t, naive(b), firstControl(b), "%q", b)
			for i := range b {
				old := b[i]
				for c := range 256 {
					if b[i] = byte(c); firstControl(b) != naive(b) {
						t.Fatalf("%q: %d", b, firstControl(b))
					}
				}
				b[i] = old
			}
		}
	}
	r := rand.NewChaCha8([32]byte{1})
	b := make([]byte, 64)
	for range 100_000 {
		_, _ = r.Read(b)
		for i := range b {
			if b[i]&0x60 == 0 && i%16 != 0 {
				b[i] |= 0x20 // few controls, so that they stand far into it
			}
		}
		if firstControl(b) != naive(b) {
			t.Fatalf("%q: %d", b, firstControl(b))
		}
	}
}

func TestTokenLength(t *testing.T) {
	for n := 0; n <= 12; n++ {
		b := []byte(strings.Repeat("x", n))
		assert.Equal(t, n, tokenLength(b))
		for i := range b {
			for c := range 256 {
				b[i] = byte(c)
				want := i
				if isToken(string(rune(c))) {
					want = n
				}
				if tokenLength(b) != want {
					t.Fatalf("%q: %d", b, tokenLength(b))
				}
			}
			b[i] = 'x'
		}
	}
}
