package parser

import (
	"bytes"
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

// fullStream is llmStream with an event type and an ID in each event.
func fullStream(n int) []byte {
	var b []byte
	for i, data := range bytes.SplitAfter(llmStream(n), []byte("\n\n"))[:n] {
		b = fmt.Appendf(b, "event: chunk\nid: %d\n%s", i, data)
	}
	return b
}

// linesStream is n events whose data has three lines, with a comment between.
func linesStream(n int) []byte {
	var b []byte
	for i := range n {
		b = fmt.Appendf(b, ": %d\ndata: {\"object\":\"chat.completion.chunk\",\ndata:  \"index\":0,\"delta\":{\"content\":\" token %d\"},\n"+
			"data:  \"finish_reason\":null}\n\n", i, i)
	}
	return b
}

func BenchmarkNext(b *testing.B) { benchmarkNext(b, llmStream(512)) }

func BenchmarkNextFull(b *testing.B) { benchmarkNext(b, fullStream(512)) }

func BenchmarkNextLines(b *testing.B) { benchmarkNext(b, linesStream(512)) }

func BenchmarkNextCRLF(b *testing.B) {
	benchmarkNext(b, bytes.ReplaceAll(fullStream(512), []byte{'\n'}, []byte("\r\n")))
}

// benchmarkNext feeds a stream of 512 events in chunks of several sizes.
func benchmarkNext(b *testing.B, stream []byte) {
	b.Helper()
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
				if n := countEvents(p, stream, size); n != 512 {
					b.Fatal(n)
				}
			}
		})
	}
}

// countEvents feeds stream in chunks of size octets and gives the number of
// events, or -1 after an error.
func countEvents(p *Parser, stream []byte, size int) int {
	events := 0
	for i := 0; i < len(stream); i += size {
		chunk := stream[i:min(i+size, len(stream))]
		for {
			tok, n, ok, err := p.Next(chunk)
			if err != nil {
				return -1
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
	return events
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
