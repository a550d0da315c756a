package frame_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"longwire.example/ws/frame"
)

func BenchmarkParse(b *testing.B) {
	key := frame.Key(0x3d21fa37)
	for _, c := range []struct {
		name string
		h    frame.Header
	}{
		{"short", frame.NewHeader(true, 0, frame.OpText, 100)},
		{"short-masked", frame.NewHeader(true, 0, frame.OpText, 100).WithKey(key)},
		{"16-masked", frame.NewHeader(true, 0, frame.OpText, 1024).WithKey(key)},
		{"64-masked", frame.NewHeader(true, 0, frame.OpText, 1<<20).WithKey(key)},
	} {
		b.Run(c.name, func(b *testing.B) {
			buf := c.h.Append(nil)
			b.ReportAllocs()
			for b.Loop() {
				_, n, err := frame.Parse(buf)
				if n != len(buf) || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	buf := make([]byte, 0, frame.MaxHeader)
	h := frame.NewHeader(true, 0, frame.OpText, 1024).WithKey(0x3d21fa37)
	b.ReportAllocs()
	for b.Loop() {
		buf = h.Append(buf[:0])
	}
}

func BenchmarkPutBefore(b *testing.B) {
	buf := make([]byte, frame.MaxHeader)
	h := frame.NewHeader(true, 0, frame.OpText, 1024)
	b.ReportAllocs()
	for b.Loop() {
		h.PutBefore(buf, frame.MaxHeader)
	}
}

var sizes = []int{16, 32, 64, 125, 256, 1024, 4096, 16 << 10, 64 << 10, 256 << 10, 1 << 20}

// BenchmarkMask: what a server does with what it receives (in place), and a
// client with what it sends (a copy); the portable twin beside what is in use.
func BenchmarkMask(b *testing.B) {
	const key = frame.Key(0x3d21fa37)
	for _, n := range sizes {
		buf, src := make([]byte, n), make([]byte, n)
		for _, c := range []struct {
			name string
			mask func()
		}{
			{"in-place", func() { key.XOR(buf) }},
			{"in-place/portable", func() { frame.MaskWords(buf, buf, uint32(key)) }},
			{"copy", func() { key.XORCopy(buf, src) }},
			{"copy/portable", func() { frame.MaskWords(buf, src, uint32(key)) }},
		} {
			b.Run(strconv.Itoa(n)+"/"+c.name, func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					c.mask()
				}
			})
		}
	}
}

var languages = []struct{ name, text string }{
	{"ascii", "The quick brown fox jumps over the lazy dog. "},
	{"mixed", "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich: Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία. 😀 "},
	{"chinese", "天地玄黃，宇宙洪荒。日月盈昃，辰宿列張。寒來暑往，秋收冬藏。"},
}

// BenchmarkUTF8: checking what is not masked, and both in one pass, with the
// portable twin and utf8.Valid, which neither unmasks nor takes pieces.
func BenchmarkUTF8(b *testing.B) {
	for _, c := range languages {
		for _, n := range sizes {
			size := strconv.Itoa(n)
			text := []byte(strings.Repeat(c.text, n/len(c.text)+1))
			for n > 0 && !utf8.RuneStart(text[n]) {
				n--
			}
			text = text[:n]
			var u frame.UTF8
			for _, w := range []struct {
				name string
				fine func() bool
			}{
				{"check", func() bool { return u.Check(text) }},
				{"check/portable", func() bool { return frame.CheckWords(text) == n }},
				// A key of zeros leaves the text as it is, so that it can be
				// unmasked again, and spares no work.
				{"unmask", func() bool { _, bad := u.Unmask(text, 0); return bad < 0 }},
				{"unmask/portable", func() bool { return frame.UnmaskWords(text, 0) == n }},
				{"valid", func() bool { return utf8.Valid(text) }},
			} {
				b.Run(c.name+"/"+size+"/"+w.name, func(b *testing.B) {
					b.SetBytes(int64(n))
					for b.Loop() {
						if !w.fine() {
							b.Fatal("valid text refused")
						}
					}
				})
			}
		}
	}
}
