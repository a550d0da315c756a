package sse

import (
	"compress/gzip"
	"sync"
)

// compressor compresses one stream. What it makes of a frame is collected, so
// that it is one write.
type compressor struct {
	zw  *gzip.Writer
	out []byte
}

var compressors = sync.Pool{New: func() any {
	z := &compressor{}
	z.zw = gzip.NewWriter(z)
	return z
}}

func getCompressor() *compressor {
	z := compressors.Get().(*compressor)
	z.zw.Reset(z)
	return z
}

// putCompressor gives z back for another stream, which begins anew.
func putCompressor(z *compressor) {
	z.out = nil
	compressors.Put(z)
}

// Write is for the gzip.Writer.
func (z *compressor) Write(p []byte) (int, error) {
	z.out = append(z.out, p...)
	return len(p), nil
}

// frame appends frame, compressed and flushed: a client can decompress all of
// it with what it has.
//
//req:impl SSE-9.2.5-05
func (z *compressor) frame(dst, frame []byte) ([]byte, error) {
	z.out = dst
	_, err := z.zw.Write(frame)
	if err == nil {
		err = z.zw.Flush()
	}
	return z.take(), err
}

// end appends what ends the compressed stream.
func (z *compressor) end(dst []byte) ([]byte, error) {
	z.out = dst
	err := z.zw.Close()
	return z.take(), err
}

func (z *compressor) take() []byte {
	out := z.out
	z.out = nil
	return out
}
