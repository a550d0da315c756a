package fuzz

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"longwire.example/ws/frame"
)

// FuzzFrameUnmask: unmasking and checking text in one pass, in three pieces at
// any address, gives what a loop over the octets and unicode/utf8 give, and so
// does checking alone; nothing beside the text changes.
//
//req:test RFC6455-5.3-05 RFC6455-8.1-01
func FuzzFrameUnmask(f *testing.F) {
	for _, seed := range []string{
		"", "Hello", "κόσμε", "\xed\xa0\x80",
		strings.Repeat("ascii ", 60), strings.Repeat("天地玄黃", 20), strings.Repeat("😀", 33) + "\xf0\x9f",
		strings.Repeat("x", 31) + "é" + strings.Repeat("x", 127), strings.Repeat("é", 80) + "\xff" + strings.Repeat("é", 80),
		strings.Repeat("a", 126) + "\xe2\x82", strings.Repeat("語", 41) + "\x80" + strings.Repeat("b", 40),
	} {
		f.Add(uint32(0x3d21fa37), []byte(seed), uint16(len(seed)/3), uint16(len(seed)/4), byte(len(seed)))
	}
	f.Fuzz(func(t *testing.T, k uint32, b []byte, first, second uint16, at byte) {
		key, at := frame.Key(k), at%64
		page := make([]byte, int(at)+len(b)+64)
		in := page[at : int(at)+len(b)]
		for i := range b {
			in[i] = b[i] ^ byte(k>>(8*(i%4)))
		}
		i := min(int(first), len(b))
		j := min(i+int(second), len(b))
		want := firstImpossible(b)

		var unmasking, checking frame.UTF8
		unmasked, checked := -1, -1
		for _, cut := range [][2]int{{0, i}, {i, j}, {j, len(b)}} {
			if unmasked >= 0 {
				break
			}
			if bad := checking.CheckAt(b[cut[0]:cut[1]]); bad >= 0 {
				checked = cut[0] + bad
			}
			next, bad := unmasking.Unmask(in[cut[0]:cut[1]], key)
			if bad >= 0 {
				unmasked = cut[0] + bad
			}
			key = next
		}
		if unmasked != want || checked != want {
			t.Fatalf("% x cut at %d and %d: impossible at %d unmasked, at %d checked, want %d", b, i, j, unmasked, checked, want)
		}
		whole := want < 0 && utf8.Valid(b)
		if unmasking.Complete() != whole || checking.Complete() != whole {
			t.Fatalf("% x cut at %d and %d: complete %t unmasked, %t checked", b, i, j, unmasking.Complete(), checking.Complete())
		}
		end := len(b)
		if want >= 0 {
			end = want + 1
		}
		if !bytes.Equal(in[:end], b[:end]) {
			t.Fatalf("% x cut at %d and %d: unmasked % x", b, i, j, in)
		}
		clear(in)
		if !bytes.Equal(page, make([]byte, len(page))) {
			t.Fatalf("% x at %d: octets beside it have changed", b, at)
		}
	})
}
