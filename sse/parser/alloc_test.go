//go:build !race

package parser

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Nothing is allocated for an event, in one piece or in chunks.
func TestAllocs(t *testing.T) {
	for name, stream := range map[string][]byte{
		"data alone":   llmStream(512),
		"id and event": fullStream(512),
		"data lines":   linesStream(512),
		"text":         textStream(512),
		"CRLF":         bytes.ReplaceAll(fullStream(512), []byte{'\n'}, []byte("\r\n")),
	} {
		for _, size := range []int{1, 8, 128, 4096, len(stream)} {
			p := New(Config{})
			events := 0
			assert.Zero(t, testing.AllocsPerRun(5, func() { events = countEvents(p, stream, size) }), "%s in chunks of %d", name, size)
			assert.Equal(t, 512, events, fmt.Sprint(name, size))
		}
	}
}

// Nor does a dst with room need anything, for what is UTF-8.
func TestAllocsEncode(t *testing.T) {
	dst := make([]byte, 0, 1024)
	long := strings.Repeat("0123456789\u20AC\r\n0123456789\t0123456789\n", 10)
	for name, f := range map[string]func(){
		"AppendEvent": func() {
			dst, _ = AppendEvent(dst[:0], Event{Type: "x", Data: "a\nb\r\nc\u20AC", ID: "7", Retry: 1e9})
		},
		"AppendEvent, long":  func() { dst, _ = AppendEvent(dst[:0], Event{Type: long[:10], Data: long, ID: "e1-7"}) },
		"AppendEvent, reset": func() { dst, _ = AppendEvent(dst[:0], Event{Data: "a", ResetID: true}) },
		"AppendComment":      func() { dst = AppendComment(dst[:0], long) },
		"AppendRetry":        func() { dst, _ = AppendRetry(dst[:0], 1e9) },
		"AppendID":           func() { dst, _ = AppendID(dst[:0], "e1-7") },
		"CheckID":            func() { _ = CheckID("e1-7") },
	} {
		assert.Zero(t, testing.AllocsPerRun(100, f), name)
		assert.LessOrEqual(t, cap(dst), 1024)
	}
}
