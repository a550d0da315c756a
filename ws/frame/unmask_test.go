package frame_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// fillers are texts whose code points take one, two, three, four and all
// numbers of octets.
var fillers = []string{"x", "ü", "語", "😀", "aü語😀", "ascii for a long while, and then é"}

// broken are octets that no text can hold, or not where text ends or ASCII
// follows; the last is fine.
var broken = []string{
	"\x80", "\xbf\xbf", "\xc0", "\xc1\x81", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
	"\xf5", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xe2\x82\x41", "\xc3\xa9\xa9", "\xf0\x9f\x98\x80\x80", "é",
}

// fill gives n octets of a filler, which may end in half a code point.
func fill(filler string, n int) []byte {
	return []byte(strings.Repeat(filler, n/len(filler)+1)[:n])
}

// checker compares every way to check a text with the model.
type checker struct {
	t    *testing.T
	m    *model
	page []byte
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	return &checker{t: t, m: newModel(), page: make([]byte, 4096)}
}

// whole checks b, in one piece, at an address that is at mod 64.
func (c *checker) whole(b []byte, at int) {
	c.t.Helper()
	want, complete := c.m.check(b)
	in := c.page[at : at+len(b)]
	copy(in, b)

	var u frame.UTF8
	if got := u.CheckAt(in); got != want || u.Complete() != complete {
		c.t.Fatalf("CheckAt(%q) at %d: %d, %t; want %d, %t", b, at, got, u.Complete(), want, complete)
	}
	c.promise("CheckText", frame.CheckText(in), b, want)
	c.promise("CheckWords", frame.CheckWords(in), b, want)
	if !bytes.Equal(in, b) {
		c.t.Fatalf("checking has changed the text")
	}

	c.mask(in, b)
	u.Reset()
	next, got := u.Unmask(in, key)
	if got != want || u.Complete() != complete {
		c.t.Fatalf("Unmask(%q) at %d: %d, %t; want %d, %t", b, at, got, u.Complete(), want, complete)
	}
	if want < 0 && next != keyAfter(len(b)) {
		c.t.Fatalf("Unmask of %d octets: the next key is %#x", len(b), next)
	}
	c.unmasked(in, b, want)
	for name, unmask := range map[string]func([]byte, frame.Key) int{"UnmaskText": frame.UnmaskText, "UnmaskWords": frame.UnmaskWords} {
		c.mask(in, b)
		c.promise(name, unmask(in, key), b, want)
		c.unmasked(in, b, want)
	}
	for _, o := range [][]byte{c.page[:at], c.page[at+len(b) : at+len(b)+64]} {
		if bytes.ContainsFunc(o, func(r rune) bool { return r != 0 }) {
			c.t.Fatalf("octets beside the text have changed")
		}
	}
	clear(in)
}

func (c *checker) mask(dst, src []byte) { copy(dst, masked(keyOctets, 0, src)) }

// unmasked looks at what Unmask has left: all up to the impossible octet is
// unmasked, and what is behind it is, or is not.
func (c *checker) unmasked(in, b []byte, bad int) {
	c.t.Helper()
	end := len(b)
	if bad >= 0 {
		end = bad + 1
	}
	if !bytes.Equal(in[:end], b[:end]) {
		c.t.Fatalf("not unmasked up to octet %d: %q instead of %q", end, in, b)
	}
	for i := end; i < len(b); i++ {
		if in[i] != b[i] && in[i] != b[i]^keyOctets[i%4] {
			c.t.Fatalf("octet %d is neither masked nor unmasked", i)
		}
	}
}

// promise holds an answer to what is promised of checkWords.
func (c *checker) promise(name string, good int, b []byte, bad int) {
	c.t.Helper()
	switch {
	case good < 0 || good > len(b) || !utf8.Valid(b[:good]):
		c.t.Fatalf("%s(%q): %d is no end of text", name, b, good)
	case bad < 0 && len(b)-good >= utf8.UTFMax:
		c.t.Fatalf("%s(%q): %d octets to be scanned", name, b, len(b)-good)
	case bad >= 0 && good > bad:
		c.t.Fatalf("%s(%q): %d, although octet %d is impossible", name, b, good, bad)
	}
}

// Text of every length at every address mod 64.
//
//req:test RFC6455-8.1-01
func TestUTF8_alignments(t *testing.T) {
	c := newChecker(t)
	for _, filler := range fillers {
		for n := range 300 {
			b := fill(filler, n)
			for at := range 64 {
				c.whole(b, at)
				if raced {
					break
				}
			}
		}
	}
}

// What is impossible is found at every place of blocks of every kind.
//
//req:test RFC6455-8.1-01
func TestUTF8_everywhere(t *testing.T) {
	c := newChecker(t)
	for _, filler := range fillers {
		for _, n := range []int{31, 32, 33, 62, 63, 64, 65, 95, 127, 128, 129, 158, 159, 160, 255, 256, 257, 300} {
			if raced && n != 63 && n != 159 {
				continue
			}
			text := fill(filler, n)
			for _, bad := range broken {
				for at := range n {
					b := slices.Clone(text)
					copy(b[at:], bad)
					c.whole(b, at%64)
				}
			}
		}
	}
}

// All pairs of octets, and all runs of four octets from both sides of every
// border, where one vector ends and the next begins, in a whole one and in the
// last.
//
//req:test RFC6455-8.1-01
func TestUTF8_seams(t *testing.T) {
	c := newChecker(t)
	for _, n := range []int{128, 63} {
		text := fill("語", n)
		try := func(octets ...byte) {
			for at := 33 - len(octets); at <= 32; at++ {
				b := slices.Clone(text)
				copy(b[at:], octets)
				var u frame.UTF8
				want, _ := c.m.check(b)
				if got := u.CheckAt(b); got != want {
					t.Fatalf("CheckAt(%q): %d, want %d", b, got, want)
				}
			}
		}
		for first := range 256 {
			for second := range 256 {
				try(byte(first), byte(second))
			}
			if raced {
				break
			}
		}
		for _, first := range borders {
			for _, second := range borders {
				for _, third := range borders {
					for _, fourth := range borders {
						try(first, second, third, fourth)
					}
				}
			}
			if raced || testing.Short() {
				break
			}
		}
	}
}

// A text in two pieces, cut anywhere, is unmasked and judged like the whole.
//
//req:test RFC6455-5.3-05 RFC6455-8.1-01
func TestUTF8_Unmask_pieces(t *testing.T) {
	m := newModel()
	for _, filler := range fillers {
		for _, bad := range broken {
			b := fill(filler, 140)
			b = append(b, bad...)
			b = append(b, fill(filler, 40)...)
			want, complete := m.check(b)
			for cut := range len(b) + 1 {
				in := masked(keyOctets, 0, b)
				var u frame.UTF8
				next, got := u.Unmask(in[:cut], key)
				if got < 0 {
					require.Equal(t, keyAfter(cut), next)
					if _, got = u.Unmask(in[cut:], next); got >= 0 {
						got += cut
					}
				}
				if got != want || u.Complete() != complete {
					t.Fatalf("%q cut at %d: %d, %t; want %d, %t", b, cut, got, u.Complete(), want, complete)
				}
				if want < 0 {
					require.Equal(t, string(b), string(in))
				}
			}
		}
	}
}

// Longer than what the portable twin takes in one pass, with a code point cut
// in half by its end.
func TestUTF8_Unmask_large(t *testing.T) {
	for skew := range 4 {
		b := append(fill("x", skew), fill("語😀", 100_002)...)
		for !utf8.Valid(b) {
			b = b[:len(b)-1]
		}
		for name, unmask := range map[string]func([]byte, frame.Key) int{"in use": frame.UnmaskText, "portable": frame.UnmaskWords} {
			in := masked(keyOctets, 0, b)
			assert.Equal(t, len(b), unmask(in, key), name)
			assert.True(t, bytes.Equal(b, in), name)

			b := slices.Clone(b)
			b[90_000] = 0xFF
			in = masked(keyOctets, 0, b)
			good := unmask(in, key)
			assert.Less(t, good, 90_001, name)
			assert.Equal(t, string(b[:90_001]), string(in[:90_001]), name)
		}
	}
}

// After an impossible octet nothing is possible, whatever it is masked with.
func TestUTF8_Unmask_sticky(t *testing.T) {
	var u frame.UTF8
	_, bad := u.Unmask(masked(keyOctets, 0, []byte("ab\xff")), key)
	require.Equal(t, 2, bad)
	_, bad = u.Unmask(nil, key)
	assert.Equal(t, -1, bad, "no octet, nothing impossible")
	_, bad = u.Unmask(masked(keyOctets, 0, []byte(strings.Repeat("fine", 30))), key)
	assert.Equal(t, 0, bad)
	assert.False(t, u.Complete())
}
