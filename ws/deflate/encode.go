package deflate

import (
	"math/bits"
	"slices"
)

const (
	maxPiece     = 65535   // octets that are searched at a time: the longest stored block
	maxSequences = 1 << 13 // of a block
)

// Encoder deflates, with the window of a [Context] or alone. It is the working
// memory of that, so it can be pooled and is used by one goroutine at a time.
// The zero value is ready. Its memory grows with the messages: 12 KiB are enough
// for small ones, 190 KiB for any.
type Encoder struct {
	bitWriter
	sequences []sequence // of the block
	buf       []byte     // history, and the beginning of what is deflated behind it
	hashes    hashes     // of a message without a Context
	dynamic   dynamicCodes

	// How often the block needs each literal/length and distance code.
	literalFrequencies  [maxDynamicLiterals]uint32
	distanceFrequencies [maxDynamicDistances]uint32
}

// Append deflates p and appends the result to dst, which must not overlap p.
// What dst has of capacity behind the result is overwritten. The result ends
// with an empty stored block, so that all of p can be inflated. A message may
// come in any number of pieces; with the last of them, last is true and the final
// 00 00 FF FF is left out. An empty message is the octet 00.
//
// References go back into the window of x, which then goes on behind p.
func (e *Encoder) Append(dst []byte, x *Context, p []byte, last bool) []byte {
	e.out = dst
	switch {
	case len(p) == 0:
	case len(p) <= x.slack():
		x.put(p)
		e.deflate(x.history, len(x.history)-len(p), x.hashes, x.position, x.window)
	default:
		x.grow(min(len(x.history)+len(p), x.window+x.slack()))
		searched := e.appendLong(x, p)
		x.put(p)
		if !searched {
			x.insert(0)
		}
	}
	return e.finish(last)
}

// appendLong deflates what is too long to be put into the Context first. It
// tells whether the hashes of the Context know of p.
func (e *Encoder) appendLong(x *Context, p []byte) bool {
	from := max(0, len(x.history)-x.window)
	e.hold(len(x.history)-from, p)
	copy(e.buf, x.history[from:])
	h, position := x.hashes, x.position+uint16(from)
	own := len(p) <= x.window || len(x.hashes.table) == maxHashes
	if !own {
		// The table of a small window is small. For so much, a larger one pays.
		h = e.fresh(len(e.buf) + len(p))
		h.insert(e.buf, position)
	}
	e.deflateBehind(p, h, position, x.window)
	return own
}

// hold makes buf as long as n octets of history, with room for the beginning of
// p behind them.
func (e *Encoder) hold(n int, p []byte) {
	e.buf = slices.Grow(e.buf[:0], n+min(len(p), maxPiece))[:n]
}

// deflateBehind writes blocks for p, whose history is in buf; position is that of
// buf[0].
func (e *Encoder) deflateBehind(p []byte, h hashes, position uint16, window int) {
	n, head := len(e.buf), p[:min(len(p), maxPiece)]
	e.buf = append(e.buf, head...)
	e.deflate(e.buf, n, h, position, window)
	// What follows has its whole window in p.
	e.deflate(p, len(head), h, position+uint16(n), window)
}

// AppendAlone is [Encoder.Append] without a Context: references stay within p
// and go back up to 1<<bits octets. bits out of range are taken for the nearest
// in range.
func (e *Encoder) AppendAlone(dst []byte, bits int, p []byte, last bool) []byte {
	e.out = dst
	e.deflate(p, 0, e.fresh(len(p)), 0, windowSize(bits))
	return e.finish(last)
}

// fresh gives an empty hash table that is as large as a message of n octets
// needs.
func (e *Encoder) fresh(n int) hashes {
	e.hashes = newHashes(e.hashes.table, min(max(2*n, minHashes), 2*maxHashes))
	return e.hashes
}

// deflate writes blocks for b[begin:]. What is before begin is history; position
// is that of b[0].
func (e *Encoder) deflate(b []byte, begin int, h hashes, position uint16, window int) {
	for begin < len(b) {
		piece := b[:min(len(b), begin+maxPiece)]
		// A sequence is at least minMatch octets, but for the last.
		if n := min(maxSequences, (len(piece)-begin)/minMatch+1); n > cap(e.sequences) {
			e.sequences = make([]sequence, 0, 1<<bits.Len(uint(n-1)))
		}
		end := e.find(piece, begin, h, position, window)
		e.block(b[begin:end])
		begin = end
	}
}

// finish ends the piece and gives it.
//
//req:impl RFC7692-6.1-01 RFC7692-7.2.1-05 RFC7692-7.2.1-06
func (e *Encoder) finish(last bool) []byte {
	e.beginStored(0)
	out := e.out
	e.out = nil
	return cut(out, last)
}
