package deflate

import "encoding/binary"

// MinWindowBits and MaxWindowBits bound the sizes of an LZ77 sliding window,
// which are powers of two (RFC 7692 sections 7.1.2.1 and 7.1.2.2).
const (
	MinWindowBits = 8
	MaxWindowBits = 15
)

// Window is the LZ77 sliding window: the last octets of what came before, which
// the next ones may refer to. It is what context takeover keeps from one
// message to the next (RFC 7692 section 7.2.2), and all that an idle connection
// has to keep of its inflater; of its deflater it may be all as well. A Window
// belongs to one message at a time.
type Window struct {
	// buf is a ring once it has its full size; before, it is filled from its
	// beginning and held and next are the same.
	buf  []byte
	next int // where the next octet goes
	held int
	size int // 1<<bits
}

// NewWindow gives an empty window of 1<<bits octets; bits out of range are
// taken for the nearest in range. Its memory grows in powers of two with what
// it holds, up to its size.
func NewWindow(bits int) *Window {
	w := new(Window)
	w.start(bits)
	return w
}

// windowSize is the size of a window of so many bits.
//
//req:impl RFC7692-7.2.1-07
func windowSize(bits int) int {
	return 1 << min(max(bits, MinWindowBits), MaxWindowBits)
}

// start makes w an empty window of 1<<bits octets. It keeps its memory if that
// is not more.
func (w *Window) start(bits int) {
	w.size = windowSize(bits)
	if len(w.buf) > w.size {
		w.buf = nil
	}
	w.Reset()
}

// Len gives the octets that w holds: those that a distance can reach.
func (w *Window) Len() int { return w.held }

// Cap gives the octets of memory that w has for them.
func (w *Window) Cap() int { return len(w.buf) }

// Reset empties w and keeps its memory.
func (w *Window) Reset() { w.next, w.held = 0, 0 }

// Add puts p behind what w holds and forgets what is then out of reach. An
// Inflater and an Encoder do that themselves; it is for octets that the peer has
// got in another way, such as a message that was deflated once for many.
func (w *Window) Add(p []byte) {
	p = p[max(0, len(p)-w.size):]
	w.grow(len(p))
	n := copy(w.buf[w.next:], p)
	if n < len(p) {
		n = copy(w.buf, p[n:])
		w.next = 0
	}
	w.next = (w.next + n) & (w.size - 1)
	w.held = min(w.held+len(p), w.size)
}

// grow makes room for n more octets, or as many as can be.
func (w *Window) grow(n int) {
	need := min(w.held+n, w.size)
	if need <= len(w.buf) {
		return
	}
	size := max(len(w.buf), 1<<MinWindowBits)
	for size < need {
		size *= 2
	}
	// It was no ring yet: what it holds stands at the beginning, in order.
	buf := make([]byte, size)
	copy(buf, w.buf[:w.held])
	w.buf, w.next = buf, w.held&(w.size-1)
}

// read copies octets to dst, beginning with the one that is back octets before
// the end of w, and gives how many: as many as dst takes or w has. back is at
// most w.held.
func (w *Window) read(dst []byte, back int) int {
	dst = dst[:min(len(dst), back)]
	from := w.next - back
	if from >= 0 {
		return copy(dst, w.buf[from:])
	}
	n := copy(dst, w.buf[from+w.size:])
	return n + copy(dst[n:], w.buf)
}

// readShort is read of n octets where dst and the ring have 16 more to spare: it
// copies 8 at a time. Otherwise, or if w has not so many, it reports false and
// does nothing.
func (w *Window) readShort(dst []byte, back, n int) bool {
	from := w.next - back
	if from < 0 {
		from += w.size
	}
	if n > back || n+16 > len(dst) || from+n+16 > len(w.buf) {
		return false
	}
	src := w.buf[from:]
	binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src))
	binary.LittleEndian.PutUint64(dst[8:], binary.LittleEndian.Uint64(src[8:]))
	for i := 16; i < n; i += 8 {
		binary.LittleEndian.PutUint64(dst[i:], binary.LittleEndian.Uint64(src[i:]))
	}
	return true
}
