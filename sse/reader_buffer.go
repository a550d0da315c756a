package sse

import "sync"

// readBuffer is what a reader reads into. It begins with 4 KiB, is four times
// as large after a read that filled it, up to 64 KiB, and goes back after
// calmReads reads in a row for which the size below would have been ample: a
// stream that replays a backlog is fast, and one that is idle afterwards is
// small. The zero value holds nothing.
type readBuffer struct {
	b     []byte
	box   *[]byte // b as the pools know it
	class int     // b has bufferSize(class) octets
	calm  int     // reads in a row that a smaller buffer would have held twice
}

const (
	bufferClasses = 3
	calmReads     = 32
)

func bufferSize(class int) int { return 4 << 10 << (2 * class) }

// bufferPools hold buffers between two streams. What a buffer held is never
// seen again: only octets that a Read has just given are looked at, and events
// are copies.
var bufferPools [bufferClasses]sync.Pool

// next gives the buffer for the next read; last is what the last one gave.
func (b *readBuffer) next(last int) []byte {
	switch {
	case b.b == nil:
		b.hold(0)
	case last == len(b.b):
		b.calm = 0
		if b.class < bufferClasses-1 {
			b.hold(b.class + 1)
		}
	case b.class > 0 && last <= bufferSize(b.class-1)/2:
		if b.calm++; b.calm >= calmReads {
			b.hold(b.class - 1)
		}
	default:
		b.calm = 0
	}
	return b.b
}

// hold takes a buffer of another size.
func (b *readBuffer) hold(class int) {
	b.release()
	box, _ := bufferPools[class].Get().(*[]byte)
	if box == nil {
		p := make([]byte, bufferSize(class))
		box = &p
	}
	b.b, b.box, b.class = *box, box, class
}

// release gives the buffer back.
func (b *readBuffer) release() {
	if b.box != nil {
		bufferPools[b.class].Put(b.box)
	}
	*b = readBuffer{}
}
