//go:build !race

package sse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
)

// An event costs one allocation, its data, also when it has an ID of its own.
// (sync.Pool drops items under the race detector, so this file is not built
// there.)
func TestOneAllocationForAnEvent(t *testing.T) {
	const events = 512
	var typed, withIDs, alternating []byte
	for i := range events {
		typed = fmt.Appendf(typed, "event: delta\ndata: %d and so on\n\n", i)
		withIDs = fmt.Appendf(withIDs, "id: %d\ndata: line\ndata: line\n\n", i)
		alternating = fmt.Appendf(alternating, "event: %c\nid: 7\ndata: %d and so on\n\n", 'a'+i%4, i)
	}
	for name, stream := range map[string][]byte{
		"language model": llmStream(events), "one type": typed, "IDs": withIDs, "some types": alternating,
	} {
		for _, size := range []int{1, 128, 4096, len(stream)} {
			src := &chunks{}
			n := testing.AllocsPerRun(10, func() {
				*src = chunks{stream, size}
				n := 0
				for _, err := range Read(src, nil) {
					if err != nil {
						t.Fatal(err)
					}
					n++
				}
				if n != events {
					t.Fatal(n)
				}
			})
			// The stream itself costs a few: the reader, the parser and its
			// buffers.
			assert.LessOrEqual(t, n, float64(events+24), "%s, %d octets at a time", name, size)
		}
	}
}

// A stream with nothing but comments, retry and its own ID again costs what a
// stream costs, and no more for what is in it.
func TestNoAllocationForWhatIsNoEvent(t *testing.T) {
	idle := bytes.Repeat([]byte(":\n: still here\nretry: 1000\nid: 7\n\n"), 1000)
	src := &chunks{}
	n := testing.AllocsPerRun(10, func() {
		*src = chunks{idle, 100}
		for _, err := range Read(src, &ReadOptions{LastEventID: "7"}) {
			t.Fatal(err)
		}
	})
	assert.LessOrEqual(t, n, 24.0)

	r := newReader(nil, readerConfig{})
	n = testing.AllocsPerRun(10, func() {
		*src = chunks{idle, 100}
		r.reset(src, "7")
		if _, err := r.next(); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		r.release()
	})
	assert.Zero(t, n)
}
