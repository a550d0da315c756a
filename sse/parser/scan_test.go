package parser

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkEnd compares the searches in b with one octet by octet.
func checkEnd(t testing.TB, b []byte) {
	want := bytes.IndexAny(b, "\r\n")
	if want < 0 {
		want = len(b)
	}
	n, valid := lineEnd(b, true)
	m, sure := lineEnd(b, false)
	if n != want || m != want || anyEnd(b) != want {
		t.Helper()
		require.Fail(t, "another end", "%q: %d and %d, not %d", b, n, m, want)
	}
	// Of the last 7 octets it is only said whether they are ASCII.
	is := utf8.Valid(b[:n])
	if valid && !is || sure && !is || is && !valid && len(b)-n >= 8 {
		t.Helper()
		require.Fail(t, "UTF-8", "%q: %t, with check %t, without %t", b, is, valid, sure)
	}
}

// Each octet is found, or not, at each place of each length.
func TestLineEnd(t *testing.T) {
	for size := range 80 {
		b := bytes.Repeat([]byte{'~'}, size)
		checkEnd(t, b)
		for at := range b {
			for c := range 256 {
				b[at] = byte(c)
				checkEnd(t, b)
			}
			b[at] = ' '
		}
	}
}

// Every string of up to 4 critical octets, behind text of several lengths and
// scripts, with the end of the line and more text behind it, or nothing.
func TestLineEndUTF8(t *testing.T) {
	before := []string{"", "a", "1234567", "\u20AC", "\u20AC\u20AC\u20AC", "\u00E9", "\u00E9\u00E9\u00E9\u00E9\u00E9", "\t", strings.Repeat("x", 40)}
	after := []string{"", "\n", "\n" + strings.Repeat("y", 40), strings.Repeat("z", 9) + "\r\n\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}
	var b []byte
	for n := range 5 {
		eachString(n, func(some []byte) {
			for i, pre := range before {
				if n == 4 && i%4 != 0 {
					continue // enough is enough
				}
				for _, post := range after {
					b = append(append(append(b[:0], pre...), some...), post...)
					checkEnd(t, b)
				}
			}
		})
	}
}

// Long lines with one thing in them that isn't plain, at each place of the 32
// octets that are looked at together, cut once anywhere.
//
//req:test SSE-9.2.6-01 SSE-9.2.6-02
func TestLongLines(t *testing.T) {
	for _, thing := range []string{
		"\n", "\r", "\r\n", "\n\n", "\t", "\x00", "\x7F", "\u00E9", "\u20AC", "\u4F60\u597D\u4E16\u754C", "\u043F\u0440\u0438\u0432\u0435\u0442",
		"\U0001F600", "\xFF", "\xE2\x82", "\xED\xA0\x80", "\xC0\x80", "\ndata: \u20AC\n", "\n:\n", "\nid: 1\n\n",
	} {
		for at := range 34 {
			text := strings.Repeat("0123456789", 8)
			stream := "data: " + text[:34+at] + thing + text[:70-at] + "\ndata:" + thing + "\n\n"
			for _, c := range configs {
				want := model(stream, c)
				for cut := range stream {
					if got := run(t, c, stream, cut); !same(want, got) {
						require.Equal(t, want, got, "%q cut at %d", stream, cut)
					}
				}
			}
		}
	}
}

// FuzzLineEnd compares the searches with one octet by octet, at all alignments
// of the 8 octets that are looked at together.
func FuzzLineEnd(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		for i := range min(len(b), 8) {
			checkEnd(t, b[i:])
		}
		for i := range min(len(b), 8) {
			checkEnd(t, b[:len(b)-i])
		}
	})
}

// What the patterns for two and three octets take is what utf8 takes.
func TestPatterns(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			b := [8]byte{byte(first), byte(second), 0x80, byte(first), byte(second), 0xBF, 'x', 'x'}
			w := word(b[:])
			two := utf8.Valid(b[:2]) && utf8.RuneCount(b[:2]) == 1
			three := utf8.Valid(b[:3]) && utf8.RuneCount(b[:3]) == 1
			if isTwo(w) != two || isThree(w) != three || isThree(w>>24) != three {
				assert.Equal(t, fmt.Sprint(two, three), fmt.Sprint(isTwo(w), isThree(w)), "%x", b[:3])
			}
			for lane := range 4 {
				fours := []byte("\u00E9\u00E9\u00E9\u00E9")
				fours[2*lane], fours[2*lane+1] = byte(first), byte(second)
				if areTwos(word(fours)) != two {
					assert.Equal(t, two, areTwos(word(fours)), "%x", fours)
				}
			}
		}
	}
}
