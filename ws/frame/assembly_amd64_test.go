//go:build amd64 && !purego

package frame_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// The three lookups find every pair of octets that no text holds, and no other
// but two continuation octets. Where the second octet begins a code point they
// don't say whether it may; that is left to its own pair with the next.
//
//req:test RFC6455-8.1-01
func TestUTF8Tables(t *testing.T) {
	m := newModel()
	// holds tells whether some text has the pair, behind at most three octets
	// of the code point that the first one belongs to.
	holds := func(first, second byte) bool {
		for _, before := range []string{"", "\xc3", "\xe1", "\xf1", "\xe1\x80", "\xf1\x80", "\xf1\x80\x80"} {
			if bad, _ := m.check(append([]byte(before), first, second)); bad < 0 {
				return true
			}
		}
		return false
	}
	continuation := func(c byte) bool { return c&0xC0 == 0x80 }
	for first := range 256 {
		for second := range 256 {
			first, second := byte(first), byte(second)
			wrong, continued := frame.Pair(first, second)
			if continued != (continuation(first) && continuation(second)) {
				t.Fatalf("%02x %02x: continued %t", first, second, continued)
			}
			if second >= 0xC0 {
				second = 0xC3
			}
			if holds(first, second) == wrong {
				t.Fatalf("%02x %02x: wrong %t", first, second, wrong)
			}
		}
	}
}

// A machine without AVX2 goes the portable way.
func TestWithoutAVX2(t *testing.T) {
	frame.WithoutAVX2(t)
	c := newChecker(t)
	for _, filler := range fillers {
		for n := range 200 {
			c.whole(fill(filler, n), 0)
			c.whole(append(fill(filler, n), 0xFF), 1)
		}
	}
	b := octets(300)
	assert.Equal(t, keyAfter(300), key.XOR(b))
	assert.Equal(t, masked(keyOctets, 0, octets(300)), b)
}

// What we make of CPUID and XGETBV is what Linux makes of them.
func TestHasAVX2(t *testing.T) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip("no /proc/cpuinfo")
	}
	_, flags, found := strings.Cut(string(info), "\nflags\t\t: ")
	require.True(t, found)
	flags, _, _ = strings.Cut(flags, "\n")
	assert.Equal(t, strings.Contains(" "+flags+" ", " avx2 "), frame.HasAVX2())
}
