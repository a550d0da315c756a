package deflate_test

import (
	"bytes"
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
				ended := make([][]byte, len(wire))
				for i, m := range wire {
					ended[i] = append(bytes.Clone(m), "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...)
				}
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
