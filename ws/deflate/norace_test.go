//go:build !race

package deflate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/deflate"
)

// TestInflateAllocs: once it has its window, an Inflater allocates nothing.
func TestInflateAllocs(t *testing.T) {
	plain := newCorpus(5).messages("JSON", 5000, 10000)
	wire := deflated(t, plain)[0]
	dst := make([]byte, 6000)
	var z deflate.Inflater
	w := deflate.NewWindow(15)
	inflate := func(w *deflate.Window, dst, src []byte, last bool) {
		z.Start(12, w)
		for {
			n, read, done, err := z.Inflate(dst, src, last)
			src = src[read:]
			if done || err != nil || n < len(dst) {
				return
			}
		}
	}
	for name, f := range map[string]func(){
		"whole":            func() { inflate(nil, dst, wire, true) },
		"in pieces":        func() { inflate(nil, dst[:100], wire, true) },
		"context takeover": func() { inflate(w, dst, wire, true) },
		"invalid":          func() { inflate(nil, dst, invalid["distance one too far"].src, true) },
		"unfinished":       func() { inflate(nil, dst, wire[:100], true) },
		"cut short":        func() { inflate(w, dst, wire[:100], false) },
	} {
		// The window grows to its size first.
		for range 20 {
			f()
		}
		assert.Zero(t, testing.AllocsPerRun(100, f), name)
	}
}
