package parser

import (
	"fmt"
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

func BenchmarkNext(b *testing.B) {
	stream := llmStream(512)
	for _, size := range []int{1, 8, 128, 4096, len(stream)} {
		name := fmt.Sprint(size)
		if size == len(stream) {
			name = "whole"
		}
		b.Run(name, func(b *testing.B) {
			p := New(Config{})
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			for b.Loop() {
				events := 0
				for i := 0; i < len(stream); i += size {
					chunk := stream[i:min(i+size, len(stream))]
					for {
						tok, n, ok, err := p.Next(chunk)
						if err != nil {
							b.Fatal(err)
						}
						if !ok {
							break
						}
						if tok.Kind == KindEvent {
							events++
						}
						chunk = chunk[n:]
					}
				}
				if events != 512 {
					b.Fatal(events)
				}
			}
		})
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	data := string(llmStream(1)[6:170])
	var dst []byte
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = AppendEvent(dst[:0], Event{ID: "5f2a-17", Data: data})
	}
}
