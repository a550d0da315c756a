package deflate

// AppendWindow is [Encoder.Append] where the window is all that is kept between
// messages: w instead of a [Context], with four sevenths of the memory at 15
// bits. What a Context knows of where to look is found out anew for each piece,
// which takes about a tenth of the time of deflating as many octets as w holds.
func (e *Encoder) AppendWindow(dst []byte, w *Window, p []byte, last bool) []byte {
	e.out = dst
	if len(p) == 0 {
		return e.finish(last)
	}
	e.hold(w.held, p)
	w.read(e.buf, w.held)
	h := e.fresh(len(e.buf) + len(p))
	h.insert(e.buf, 0)
	e.deflateBehind(p, h, 0, w.size)
	w.Add(p)
	return e.finish(last)
}
