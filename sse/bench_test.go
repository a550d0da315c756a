package sse

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// llmStream is n events as a language model streams them, about 170 octets
// each.
func llmStream(n int) []byte {
	var b []byte
	for i := range n {
		b = fmt.Appendf(b, "data: {\"id\":\"chatcmpl-8f2a1c\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,"+
			"\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token %d\"},\"finish_reason\":null}]}\n\n", i)
	}
	return b
}

// chunks gives a stream at most size octets at a time.
type chunks struct {
	rest []byte
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest[:min(c.size, len(c.rest))])
	c.rest = c.rest[n:]
	return n, nil
}

func BenchmarkRead(b *testing.B) {
	stream := llmStream(512)
	for _, size := range []int{1, 8, 128, 4096, len(stream)} {
		name := fmt.Sprint(size)
		if size == len(stream) {
			name = "whole"
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			src := &chunks{}
			for b.Loop() {
				*src = chunks{stream, size}
				events := 0
				for _, err := range Read(src, nil) {
					if err != nil {
						b.Fatal(err)
					}
					events++
				}
				if events != 512 {
					b.Fatal(events)
				}
			}
		})
	}
}

// BenchmarkEvents is BenchmarkRead with what a Response adds: it looks at the
// context before each event.
func BenchmarkEvents(b *testing.B) {
	stream := llmStream(512)
	ctx, cancel := context.WithCancelCause(b.Context())
	defer cancel(nil)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		src := &chunks{stream, 4096}
		r := &Response{
			HTTP:   &http.Response{Body: io.NopCloser(src)},
			ctx:    ctx,
			cancel: func(error) {},
			in:     newReader(src, readerConfig{}),
		}
		events := 0
		for _, err := range r.Events() {
			if err != nil {
				b.Fatal(err)
			}
			events++
		}
		if events != 512 {
			b.Fatal(events)
		}
	}
}
