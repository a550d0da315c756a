package ws

import (
	"math/bits"
	"sync"
	"unsafe"
)

// bufferSize is the size of the buffers that connections borrow while they
// have octets to read or write: room for a frame of 16 KiB with its header,
// and the 32 KiB that W3 allows on top of what was received.
const bufferSize = 32 << 10

type buffer [bufferSize]byte

var buffers = sync.Pool{New: func() any { return new(buffer) }}

func getBuffer() *buffer  { return buffers.Get().(*buffer) }
func putBuffer(b *buffer) { buffers.Put(b) }

// A message that came in several pieces, or compressed, is put together in a
// buffer of its own. Those from 4 KiB to 16 MiB come from pools by powers of
// two, so that a connection that echoes large messages does not allocate each
// one anew and yet holds none of them while it waits.
const (
	minMessageShift = 12
	maxMessageShift = 24

	// firstInflated is what a compressed message is given first. Most need no
	// more, and one whose peer stops in the middle holds it for long.
	firstInflated = 1 << minMessageShift
)

var messageBuffers [maxMessageShift - minMessageShift + 1]sync.Pool

// messageClass gives the pool whose buffers hold n octets, or false when n is
// outside of what is pooled.
func messageClass(n int) (int, bool) {
	if n <= 1<<(minMessageShift-1) || n > 1<<maxMessageShift {
		return 0, false
	}
	return max(bits.Len(uint(n-1)), minMessageShift) - minMessageShift, true
}

// getMessageBuffer gives an empty slice with room for n octets.
func getMessageBuffer(n int) []byte {
	class, ok := messageClass(n)
	if !ok {
		return make([]byte, 0, n)
	}
	size := 1 << (class + minMessageShift)
	if p, _ := messageBuffers[class].Get().(*byte); p != nil {
		return unsafe.Slice(p, size)[:0] //nolint:gosec // p came from a slice of this capacity
	}
	return make([]byte, 0, size)
}

// putMessageBuffer takes back what getMessageBuffer gave; any other slice is
// left to the garbage collector. The pools hold pointers to the first octet,
// since a slice in an interface would be an allocation.
func putMessageBuffer(b []byte) {
	n := cap(b)
	if class, ok := messageClass(n); ok && n == 1<<(class+minMessageShift) {
		messageBuffers[class].Put(unsafe.SliceData(b)) //nolint:gosec // getMessageBuffer knows its length by the class
	}
}
