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

var sizes = []int{5, 16, 64, 125, 1024, 16 << 10, 1 << 20}

func BenchmarkXOR(b *testing.B) {
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			buf := make([]byte, n)
			key := frame.Key(0x3d21fa37)
			b.SetBytes(int64(n))
			for b.Loop() {
				key = key.XOR(buf)
			}
		})
	}
}

func BenchmarkXORCopy(b *testing.B) {
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dst, src := make([]byte, n), make([]byte, n)
			key := frame.Key(0x3d21fa37)
			b.SetBytes(int64(n))
			for b.Loop() {
				key = key.XORCopy(dst, src)
			}
		})
	}
}

// BenchmarkUTF8 compares with utf8.Valid, which sees a text whole.
func BenchmarkUTF8(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"ascii", "The quick brown fox jumps over the lazy dog. "},
		{"german", "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. "},
		{"greek", "Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία. "},
		{"japanese", "いろはにほへとちりぬるを"},
		{"emoji", "😀😃😄😁😆"},
	} {
		for _, n := range []int{16, 1024, 64 << 10} {
			text := []byte(strings.Repeat(c.text, n/len(c.text)+1))
			for n < len(text) && !utf8.RuneStart(text[n]) {
				n++
			}
			text = text[:n]
			b.Run(c.name+"/"+strconv.Itoa(n), func(b *testing.B) {
				var u frame.UTF8
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					if !u.Check(text) {
						b.Fatal("valid text refused")
					}
				}
			})
			b.Run(c.name+"/"+strconv.Itoa(n)+"/std", func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					if !utf8.Valid(text) {
						b.Fatal("valid text refused")
					}
				}
			})
		}
	}
}
