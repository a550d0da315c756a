package frame_test

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// model is the naive second opinion: a tree of the encodings of all code
// points, made with utf8.AppendRune. An octet is impossible where the tree has
// no branch for it.
type model struct{ nodes [][256]int32 }

const leaf = -1

func newModel() *model {
	m := &model{nodes: make([][256]int32, 1)}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		b := utf8.AppendRune(nil, r)
		at := int32(0)
		for _, c := range b[:len(b)-1] {
			next := m.nodes[at][c]
			if next == 0 {
				next = int32(len(m.nodes))
				m.nodes = append(m.nodes, [256]int32{})
				m.nodes[at][c] = next
			}
			at = next
		}
		m.nodes[at][b[len(b)-1]] = leaf
	}
	return m
}

// check gives the index of the first impossible octet or -1, and whether the
// text may end there.
func (m *model) check(b []byte) (int, bool) {
	at := int32(0)
	for i, c := range b {
		switch at = m.nodes[at][c]; at {
		case 0:
			return i, false
		case leaf:
			at = 0
		}
	}
	return -1, at == 0
}

// cutCheck feeds b in pieces that end where the bits of cuts are set.
func cutCheck(b []byte, cuts int) (int, bool) {
	var u frame.UTF8
	begin := 0
	for i := range b {
		if cuts>>i&1 == 0 && i < len(b)-1 {
			continue
		}
		if at := u.CheckAt(b[begin : i+1]); at >= 0 {
			return begin + at, u.Complete()
		}
		begin = i + 1
	}
	return -1, u.Complete()
}

// borders has both sides of every border in the table of RFC 3629
// section 4.
var borders = []byte{
	0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
	0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
}

// W14: all strings of one, two and three octets, and those of four that are
// made of border octets, cut at every place.
//
//req:test RFC6455-8.1-01
func TestW14_UTF8Exhaustive(t *testing.T) {
	m := newModel()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	third := every
	if raced {
		third = borders
	}
	check := func(b []byte, cuts int) {
		at, complete := cutCheck(b, cuts)
		wantAt, wantComplete := m.check(b)
		if at != wantAt || complete != wantComplete {
			t.Fatalf("% x, cuts %b: impossible at %d, complete %t; want %d, %t", b, cuts, at, complete, wantAt, wantComplete)
		}
		if valid := at < 0 && complete; valid != utf8.Valid(b) {
			t.Fatalf("% x: valid %t", b, valid)
		}
	}
	var b [4]byte
	for _, b[0] = range every {
		check(b[:1], 0)
		for _, b[1] = range every {
			check(b[:2], 0)
			check(b[:2], 1)
			for _, b[2] = range third {
				check(b[:3], 0)
			}
			for _, b[2] = range borders {
				for cuts := 1; cuts < 4; cuts++ {
					check(b[:3], cuts)
				}
			}
		}
	}
	for _, b[0] = range borders {
		for _, b[1] = range borders {
			for _, b[2] = range borders {
				for _, b[3] = range borders {
					for cuts := range 8 {
						check(b[:4], cuts)
					}
				}
			}
		}
	}
}

// What is impossible is found behind any number of good octets, so also where
// whole words are skipped, and in front of any.
func TestUTF8_anywhere(t *testing.T) {
	m := newModel()
	for _, filler := range []string{"x", "ü", "語", "😀"} {
		for before := range 40 {
			for _, bad := range []string{
				"\x80", "\xc1\x81", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5", "\xff",
				"\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xe2\x82\x41", "",
			} {
				for _, after := range []int{0, 1, 30} {
					b := bytes.Repeat([]byte(filler), before)
					b = append(b, bad...)
					b = append(b, bytes.Repeat([]byte("y"), after)...)
					want, wantComplete := m.check(b)
					for cut := range len(b) + 1 {
						var u frame.UTF8
						at := u.CheckAt(b[:cut])
						if at < 0 {
							if at = u.CheckAt(b[cut:]); at >= 0 {
								at += cut
							}
						}
						if at != want || u.Complete() != wantComplete {
							t.Fatalf("%q cut at %d: %d, %t; want %d, %t", b, cut, at, u.Complete(), want, wantComplete)
						}
					}
				}
			}
		}
	}
}

// Every code point in one text, in pieces of every small size.
func TestUTF8_everyCodePoint(t *testing.T) {
	var text []byte
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if utf8.ValidRune(r) {
			text = utf8.AppendRune(text, r)
		}
	}
	for _, size := range []int{1, 2, 3, 5, 7, 64, 1000, len(text)} {
		var u frame.UTF8
		for piece := range slices.Chunk(text, size) {
			if !u.Check(piece) {
				t.Fatalf("refused in pieces of %d", size)
			}
		}
		assert.True(t, u.Complete())
	}
}

// After an impossible octet nothing is possible until Reset.
func TestUTF8_sticky(t *testing.T) {
	var u frame.UTF8
	require.False(t, u.Check([]byte("ab\xff")))
	assert.False(t, u.Complete())
	assert.True(t, u.Check(nil), "no octet, nothing impossible")
	for range 3 {
		assert.Equal(t, 0, u.CheckAt([]byte("fine")))
		assert.False(t, u.Complete())
	}
	u.Reset()
	assert.True(t, u.Complete())
	assert.True(t, u.Check([]byte("fine")))
}
