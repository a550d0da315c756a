package sse

import "sync"

// maxPooledFrame is the size above which a buffer is left to the garbage
// collector.
const maxPooledFrame = 64 << 10

// frameBuffer holds octets that are about to be sent. Whoever takes one begins
// at its start and sends only what it has put there.
type frameBuffer struct{ b []byte }

var frameBuffers = sync.Pool{New: func() any { return &frameBuffer{b: make([]byte, 0, 512)} }}

func getFrame() *frameBuffer { return frameBuffers.Get().(*frameBuffer) }

func (f *frameBuffer) put() {
	if cap(f.b) > maxPooledFrame {
		return
	}
	f.b = f.b[:0]
	frameBuffers.Put(f)
}

// endsWithBlankLine tells whether frame ends with the end of a line and a blank
// line; CRLF is the end of one.
func endsWithBlankLine(frame []byte) bool {
	lineEnd := func(n int) bool { return n > 0 && (frame[n-1] == '\n' || frame[n-1] == '\r') }
	n := len(frame)
	if !lineEnd(n) {
		return false
	}
	if n >= 2 && frame[n-1] == '\n' && frame[n-2] == '\r' {
		n--
	}
	return lineEnd(n - 1)
}
