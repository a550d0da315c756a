package parser

import (
	"bytes"
	"fmt"
	"strings"
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

// textStream is llmStream with a few words that are not ASCII in each event.
func textStream(n int) []byte {
	words := []string{"\u4F60\u597D", " \u043C\u0438\u0440", "na\u00EFve", "\U0001F600", " caf\u00E9", "\u4E16\u754C"}
	var b []byte
	for i, event := range bytes.SplitAfter(llmStream(n), []byte("\n\n"))[:n] {
		b = append(b, bytes.Replace(event, []byte("token"), []byte(words[i%len(words)]), 1)...)
	}
	return b
}

// answerStream is n events of about 180 octets that are nothing but text.
func answerStream(n int) []byte {
	return bytes.Repeat([]byte("data: "+strings.Repeat("\u4F60\u597D\uFF0C\u4E16\u754C\u3002", 10)+"\n\n"), n)
}

func BenchmarkNext(b *testing.B) { benchmarkNext(b, llmStream(512)) }

func BenchmarkNextFull(b *testing.B) { benchmarkNext(b, fullStream(512)) }

func BenchmarkNextLines(b *testing.B) { benchmarkNext(b, linesStream(512)) }

func BenchmarkNextText(b *testing.B) { benchmarkNext(b, textStream(512)) }

func BenchmarkNextAnswer(b *testing.B) { benchmarkNext(b, answerStream(512)) }

func BenchmarkNextCRLF(b *testing.B) {
	benchmarkNext(b, bytes.ReplaceAll(fullStream(512), []byte{'\n'}, []byte("\r\n")))
}

// BenchmarkLineEnds is what nobody can do without: the search for each LF of the
// stream of BenchmarkNext, and nothing else.
func BenchmarkLineEnds(b *testing.B) {
	stream := llmStream(512)
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		lines := 0
		for rest := stream; len(rest) > 0; lines++ {
			rest = rest[bytes.IndexByte(rest, '\n')+1:]
		}
		if lines != 2*512 {
			b.Fatal(lines)
		}
	}
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

// BenchmarkAppendEvent writes into a buffer with room; MB/s counts the octets
// that are written.
func BenchmarkAppendEvent(b *testing.B) {
	data := string(llmStream(1)[6:170])
	for _, e := range []struct {
		name  string
		event Event
	}{
		{"data", Event{Data: data}},
		{"id", Event{ID: "5f2a-17", Data: data}},
		{"full", Event{Type: "chunk", ID: "5f2a-17", Data: data}},
		{"lines", Event{Data: data[:50] + "\n" + data[50:100] + "\n" + data[100:]}},
		{"text", Event{Data: data[:130] + "\u4F60\u597D, \u043C\u0438\u0440" + data[148:]}},
		{"16KiB", Event{Data: strings.Repeat(data, 100)[:16<<10]}},
	} {
		b.Run(e.name, func(b *testing.B) {
			dst, err := AppendEvent(nil, e.event)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = AppendEvent(dst[:0], e.event)
			}
		})
	}
}

// BenchmarkAppendEventNew writes into a buffer that has to be made.
func BenchmarkAppendEventNew(b *testing.B) {
	e := Event{Type: "chunk", ID: "5f2a-17", Data: string(llmStream(1)[6:170])}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := AppendEvent(nil, e); err != nil {
			b.Fatal(err)
		}
	}
}
