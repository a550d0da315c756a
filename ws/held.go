package ws

import "context"

// held are frames that are made and held back, so that they go out in one write
// with those that follow at once. They belong to whoever holds the socket.
type held struct {
	buf *buffer // nil when there are none
	n   int
}

// hold makes the frame of a message behind those that are held back already,
// and returns without writing anything. Whatever is written later, by anybody,
// goes behind it; writeHeld or kick lets it go. It gives false when it can't:
// somebody is writing, something is to go first, or there is no room.
func (c *Conn) hold(t MessageType, p []byte) (ok bool, err error) {
	o := &c.out
	if s := o.state.Load(); s&^framesHeld != 0 || !o.state.CompareAndSwap(s, s|socketHeld) {
		return false, nil
	}
	f := c.message(t, p)
	if e := c.result.Load(); e != nil {
		err = e
	} else if ok = o.held.n+f.room() <= bufferSize; ok {
		if o.held.buf == nil {
			o.held.buf = getBuffer()
		}
		var b []byte
		b, err = c.appendFrame(o.held.buf[:o.held.n], &f)
		o.held.n = len(b)
	}
	c.freeHolding()
	return ok && err == nil, err
}

// freeHolding frees the socket and lets held frames be, unless somebody wants
// it.
func (c *Conn) freeHolding() {
	o := &c.out
	if o.held.n == 0 {
		c.free()
		return
	}
	if s := o.state.Load(); s&socketWanted != 0 || !o.state.CompareAndSwap(s, framesHeld) {
		c.free()
	}
}

// writeHeld writes the frames that are held back, if there are any and nobody
// else is about to. When ctx ends before the first octet is out, they go out
// without waiting for it.
func (c *Conn) writeHeld(ctx context.Context) error {
	o := &c.out
	if !o.state.CompareAndSwap(framesHeld, framesHeld|socketHeld) {
		return nil
	}
	w := writing{c: c, ctx: ctx}
	err := c.writeHeldBy(&w)
	interrupted := w.leave()
	if err != nil {
		err = c.writeFailed(ctx, err, interrupted, w.begun)
	}
	if o.held.n > 0 || !o.state.CompareAndSwap(framesHeld|socketHeld, 0) {
		c.free()
	}
	return err
}

// writeHeldBy writes the frames that are held back. The socket is held.
func (c *Conn) writeHeldBy(w *writing) error {
	h := &c.out.held
	if h.buf == nil {
		return nil
	}
	n, err := w.write(h.buf[:h.n])
	if err == nil || n > 0 {
		putBuffer(h.buf)
		*h = held{}
	}
	return err
}
