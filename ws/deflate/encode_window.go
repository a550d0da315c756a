package deflate

import "slices"

// AppendWindow is [Encoder.Append] where the window is all that is kept between
// messages: w instead of a [Context], with four sevenths of the memory at 15
// bits. What a Context knows of where to look is found out anew for each piece,
// which takes as long as deflating about the same number of octets.
func (e *Encoder) AppendWindow(dst []byte, w *Window, p []byte, last bool) []byte {
	e.out = dst
	if len(p) == 0 {
		return e.finish(last)
	}
	n := w.Len()
	head := p[:min(len(p), maxPiece)]
	e.buf = slices.Grow(e.buf[:0], n+len(head))[:n]
	w.read(e.buf, n)
	x := Context{window: w.size, history: e.buf, hashes: e.fresh(n + len(p))}
	x.insert(0)
	e.buf = append(e.buf, head...)
	e.deflate(e.buf, n, x.hashes, 0, w.size)
	// What follows has its whole window in p.
	e.deflate(p, len(head), x.hashes, uint16(n), w.size)
	w.Add(p)
	return e.finish(last)
}
