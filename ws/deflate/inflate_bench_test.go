package deflate_test

import (
	"bytes"
	stdflate "compress/flate"
	"io"
	"strconv"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// deflated compresses each message for itself, without its final 00 00 FF FF.
func deflated(t testing.TB, messages [][]byte) (all [][]byte) {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, 6)
	require.NoError(t, err)
	for _, m := range messages {
		b.Reset()
		w.Reset(&b)
		_, err = w.Write(m)
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		all = append(all, bytes.TrimSuffix(bytes.Clone(b.Bytes()), []byte("\x00\x00\xff\xff")))
	}
	return all
}

// withEnds gives messages as a reader takes them that ends with a final block:
// with 00 00 FF FF and an empty one.
func withEnds(messages [][]byte) [][]byte {
	ended := make([][]byte, len(messages))
	for i, m := range messages {
		ended[i] = append(bytes.Clone(m), "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...)
	}
	return ended
}

// BenchmarkInflate: messages without context takeover, one after another, by
// this package and by the reader of klauspost/compress, which is reset for each
// message and gets it with an end appended, from memory. MB/s count what is
// written.
func BenchmarkInflate(b *testing.B) {
	for _, kind := range []string{"JSON", "chat", "random"} {
		for _, size := range []int{256, 4 << 10, 64 << 10} {
			plain := newCorpus(1).messages(kind, size, max(256<<10, 4*size))
			wire := deflated(b, plain)
			name := kind + "/" + strconv.Itoa(size) + "/"
			dst := make([]byte, size+64)
			b.Run(name+"longwire", func(b *testing.B) {
				var z deflate.Inflater
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					z.Start(15, nil)
					n, _, done, err := z.Inflate(dst, wire[i%len(wire)], true)
					if n != size || !done || err != nil {
						b.Fatal(n, done, err)
					}
				}
			})
			b.Run(name+"klauspost", func(b *testing.B) {
				ended := withEnds(wire)
				src := bytes.NewReader(nil)
				fr := flate.NewReader(src)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					src.Reset(ended[i%len(ended)])
					if err := fr.(flate.Resetter).Reset(src, nil); err != nil {
						b.Fatal(err)
					}
					if n, err := io.ReadFull(fr, dst); n != size {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}

// BenchmarkInflateTakeover: messages with context takeover, by this package and
// by the reader of klauspost/compress, which gets the 32 KiB before each message
// as its dictionary.
func BenchmarkInflateTakeover(b *testing.B) {
	for _, kind := range []string{"JSON", "chat"} {
		for _, size := range []int{256, 4 << 10} {
			plain := newCorpus(2).messages(kind, size, 256<<10)
			var wire [][]byte
			var buf bytes.Buffer
			w, err := flate.NewWriter(&buf, 6)
			require.NoError(b, err)
			for _, m := range plain {
				buf.Reset()
				_, err = w.Write(m)
				require.NoError(b, err)
				require.NoError(b, w.Flush())
				wire = append(wire, bytes.TrimSuffix(bytes.Clone(buf.Bytes()), []byte("\x00\x00\xff\xff")))
			}
			dst := make([]byte, size+64)
			name := kind + "/" + strconv.Itoa(size) + "/"
			b.Run(name+"longwire", func(b *testing.B) {
				var z deflate.Inflater
				w := deflate.NewWindow(15)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%len(wire) == 0 {
						w.Reset()
					}
					z.Start(15, w)
					n, _, done, err := z.Inflate(dst, wire[i%len(wire)], true)
					if n != size || !done || err != nil {
						b.Fatal(n, done, err)
					}
				}
			})
			b.Run(name+"klauspost", func(b *testing.B) {
				ended := withEnds(wire)
				before := bytes.Join(plain, nil)
				src := bytes.NewReader(nil)
				fr := flate.NewReader(src)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					at := i % len(ended) * size
					src.Reset(ended[i%len(ended)])
					if err := fr.(flate.Resetter).Reset(src, before[max(0, at-1<<15):at]); err != nil {
						b.Fatal(err)
					}
					if n, err := io.ReadFull(fr, dst); n != size {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}

// BenchmarkFlood: messages that cost much and give nothing: empty blocks of each
// type, with dynamic codes of one symbol and of all. MB/s count what is read.
func BenchmarkFlood(b *testing.B) {
	// Each symbol has a code, by repetitions: 226 of 8 bits and 60 of 9, 2 of 4
	// and 28 of 5.
	full := new(stream).dynamicHead(286, 30, map[int]int{16: 1, 4: 3, 5: 3, 8: 3, 9: 3})
	lengths := func(code, n int) {
		full.code(code, 3)
		for n--; n > 0; n -= min(n, 6) {
			full.code(0, 1).bits(min(n, 6)-3, 2)
		}
	}
	lengths(6, 226)
	lengths(7, 60)
	full.code(4, 3).code(4, 3)
	lengths(5, 28)
	// Symbol 256 is the 31st with 9 bits; those begin at twice 226.
	full.code(2*226+30, 9).stored(0, nil)
	blocks := map[string]*stream{
		"stored":  new(stream).stored(0, nil),
		"fixed":   fixedBlock(0).fixed(256).block(0, 1).fixed(256).block(0, 1).fixed(256).block(0, 1).fixed(256),
		"dynamic": new(stream).dynamicHead(257, 1, map[int]int{1: 1, 18: 1}).code(1, 1).bits(127, 7).code(1, 1).bits(107, 7).code(0, 1).code(0, 1).code(0, 1).stored(0, nil),
		"full":    full,
	}
	for name, block := range blocks {
		src := bytes.Repeat(block.b, 10000)
		b.Run(name, func(b *testing.B) {
			var z deflate.Inflater
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				z.Start(15, nil)
				if n, read, _, err := z.Inflate(nil, src, false); n != 0 || read != len(src) || err != nil {
					b.Fatal(n, read, err)
				}
			}
		})
	}
}

// BenchmarkMemory: what is allocated for a first message of 64 KiB, B/op: all
// that inflates, with its window.
func BenchmarkMemory(b *testing.B) {
	plain := newCorpus(3).message("JSON", 64<<10)
	wire := deflated(b, [][]byte{plain})[0]
	ended := append(bytes.Clone(wire), "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...)
	dst := make([]byte, len(plain)+1)
	b.Run("longwire Window", func(b *testing.B) {
		var z deflate.Inflater
		b.ReportAllocs()
		for b.Loop() {
			z.Start(15, deflate.NewWindow(15))
			if _, _, done, err := z.Inflate(dst, wire, true); !done {
				b.Fatal(err)
			}
		}
	})
	b.Run("longwire Inflater", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			z := new(deflate.Inflater)
			z.Start(15, nil)
			if _, _, done, err := z.Inflate(dst, wire, true); !done {
				b.Fatal(err)
			}
		}
	})
	for name, reader := range map[string]func(io.Reader) io.ReadCloser{"compress flate": stdflate.NewReader, "klauspost flate": flate.NewReader} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			src := bytes.NewReader(nil)
			for b.Loop() {
				src.Reset(ended)
				if n, err := io.ReadFull(reader(src), dst); n != len(plain) {
					b.Fatal(err)
				}
			}
		})
	}
}
