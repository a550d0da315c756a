package deflate_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/klauspost/compress/flate"

	"longwire.example/ws/deflate"
)

var sizes = map[string]int{"64": 64, "256": 256, "4KiB": 4 << 10, "64KiB": 64 << 10}

// deflaters are what is compared. Each func begins a connection and gives what
// deflates one message after another.
var deflaters = []struct {
	name  string
	begin func(b testing.TB) func(dst, p []byte) []byte
}{
	{"Coder,level1", func(b testing.TB) func(dst, p []byte) []byte { return coder(b, 1, 15) }},
	{"Coder,level6", func(b testing.TB) func(dst, p []byte) []byte { return coder(b, 6, 15) }},
	{"Coder,bits12", func(b testing.TB) func(dst, p []byte) []byte { return coder(b, 1, 12) }},
	{"ResetDict,level1", func(b testing.TB) func(dst, p []byte) []byte { return resetDict(b, 1) }},
	{"Encoder,bits15", func(testing.TB) func(dst, p []byte) []byte { return encoder(15) }},
	{"Encoder,bits12", func(testing.TB) func(dst, p []byte) []byte { return encoder(12) }},
	{"Encoder,window", func(testing.TB) func(dst, p []byte) []byte {
		var e deflate.Encoder
		w := deflate.NewWindow(15)
		return func(dst, p []byte) []byte { return e.AppendWindow(dst, w, p, true) }
	}},
	{"Encoder,alone", func(testing.TB) func(dst, p []byte) []byte {
		var e deflate.Encoder
		return func(dst, p []byte) []byte { return e.AppendAlone(dst, 15, p, true) }
	}},
	{"Coder,level1,alone", func(b testing.TB) func(dst, p []byte) []byte {
		c, err := deflate.NewCoder(1, 15)
		if err != nil {
			b.Fatal(err)
		}
		return func(dst, p []byte) []byte {
			c.Reset()
			return c.Append(dst, p, true)
		}
	}},
}

func coder(b testing.TB, level, bits int) func(dst, p []byte) []byte {
	b.Helper()
	c, err := deflate.NewCoder(level, bits)
	if err != nil {
		b.Fatal(err)
	}
	return func(dst, p []byte) []byte { return c.Append(dst, p, true) }
}

// BenchmarkDeflate deflates the messages of a connection, over and over. "%"
// is the octets of the compressed messages for each 100 of the plain ones.
func BenchmarkDeflate(b *testing.B) {
	for _, kind := range []string{"JSON", "chat", "log", "random"} {
		for _, size := range []string{"64", "256", "4KiB", "64KiB"} {
			all := newCorpus(1).messages(kind, sizes[size], 1<<20)
			for _, d := range deflaters {
				b.Run(fmt.Sprintf("%s/%s/%s", kind, size, d.name), func(b *testing.B) {
					deflate := d.begin(b)
					var dst []byte
					deflated := 0
					for _, m := range all {
						dst = deflate(dst[:0], m)
						deflated += len(dst)
					}
					b.SetBytes(int64(len(all[0])))
					b.ReportAllocs()
					b.ResetTimer()
					for i := range b.N {
						dst = deflate(dst[:0], all[i%len(all)])
					}
					b.ReportMetric(100*float64(deflated)/float64(len(all)*len(all[0])), "%")
				})
			}
		}
	}
}

// resetDict keeps only the window: a pooled writer of klauspost/compress is
// primed with it for each message.
func resetDict(b testing.TB, level int) func(dst, p []byte) []byte {
	b.Helper()
	w, err := flate.NewWriter(io.Discard, level)
	if err != nil {
		b.Fatal(err)
	}
	var buf bytes.Buffer
	var window []byte
	return func(dst, p []byte) []byte {
		buf.Reset()
		w.ResetDict(&buf, window)
		_, _ = w.Write(p)
		_ = w.Flush()
		// The window slides.
		switch {
		case len(p) >= 1<<15:
			window = append(window[:0], p[len(p)-1<<15:]...)
		case len(window)+len(p) > 1<<15:
			n := copy(window, window[len(window)+len(p)-1<<15:])
			window = append(window[:n], p...)
		default:
			window = append(window, p...)
		}
		return append(dst, buf.Bytes()[:buf.Len()-4]...)
	}
}

func encoder(bits int) func(dst, p []byte) []byte {
	var e deflate.Encoder
	x := deflate.NewContext(bits)
	return func(dst, p []byte) []byte { return e.Append(dst, x, p, true) }
}

// BenchmarkDeflateMemory measures what each connection keeps between messages,
// after JSON of 300 octets a message, 120,000 in all. -benchtime 1x is enough.
func BenchmarkDeflateMemory(b *testing.B) {
	all := newCorpus(1).messages("JSON", 300, 120_000)
	measure := func(name string, begin func() (func(p []byte), any)) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				kept := make([]any, 16)
				before := heap()
				for i := range kept {
					var send func(p []byte)
					send, kept[i] = begin()
					for _, m := range all {
						send(m)
					}
				}
				b.ReportMetric(float64(heap()-before)/float64(len(kept)), "B/connection")
				runtime.KeepAlive(kept)
			}
		})
	}
	dst := make([]byte, 0, 1000)
	for level := 1; level <= 9; level++ {
		measure(fmt.Sprintf("Coder,level%d", level), func() (func(p []byte), any) {
			c, err := deflate.NewCoder(level, 15)
			if err != nil {
				b.Fatal(err)
			}
			return func(p []byte) { c.Append(dst, p, true) }, c
		})
	}
	for bits := 8; bits <= 14; bits++ {
		measure(fmt.Sprintf("Coder,bits%d", bits), func() (func(p []byte), any) {
			c, err := deflate.NewCoder(1, bits)
			if err != nil {
				b.Fatal(err)
			}
			return func(p []byte) { c.Append(dst, p, true) }, c
		})
	}
	var e deflate.Encoder
	for bits := 8; bits <= 15; bits++ {
		measure(fmt.Sprintf("Context,bits%d", bits), func() (func(p []byte), any) {
			x := deflate.NewContext(bits)
			return func(p []byte) { e.Append(dst, x, p, true) }, x
		})
	}
}

// heap gives the octets in use after a collection.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
