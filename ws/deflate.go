package ws

import (
	"sync"

	"longwire.example/ws/deflate"
	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// What compresses is held only while a message is being compressed, except for
// what context takeover keeps.
var (
	encoders = sync.Pool{New: func() any { return new(deflate.Encoder) }}
	contexts [deflate.MaxWindowBits + 1]sync.Pool     // by window bits
	coders   [10][deflate.MaxWindowBits + 1]sync.Pool // by level and window bits
)

func getContext(bits int) *deflate.Context {
	if x, _ := contexts[bits].Get().(*deflate.Context); x != nil {
		x.Reset()
		return x
	}
	return deflate.NewContext(bits)
}

func getCoder(level, bits int) *deflate.Coder {
	if c, _ := coders[level][bits].Get().(*deflate.Coder); c != nil {
		c.Reset()
		return c
	}
	c, err := deflate.NewCoder(level, bits)
	if err != nil {
		panic(err) // both were checked when the connection was made
	}
	return c
}

func putCoder(c *deflate.Coder, level, bits int) { coders[level][bits].Put(c) }

// deflation compresses the messages of one connection (RFC 7692 section
// 7.2.1). It belongs to whoever holds the socket: what is compressed has to go
// out in the same order.
type deflation struct {
	level      int
	bits       int
	takeover   bool
	windowOnly bool
	threshold  int

	// What refers back, at level 0 (one or the other) and at the others: kept
	// with takeover, otherwise held from the first to the last fragment of a
	// message.
	context *deflate.Context
	window  *deflate.Window
	coder   *deflate.Coder
	within  bool // a message in fragments is not complete
	stale   bool // the peer's window is not what was compressed here: begin with an empty one
}

// append appends to dst the compressed form of the next octets of a message,
// which ends with them if last.
//
//req:impl RFC7692-6.1-01
//req:impl RFC7692-7.2.1-08 RFC7692-7.2.1-11
func (d *deflation) append(dst, p []byte, last bool) []byte {
	if d.level == 0 {
		return d.appendEncoded(dst, p, last)
	}
	switch {
	case d.coder == nil:
		d.coder = getCoder(d.level, d.bits)
	case d.stale && !d.within:
		d.coder.Reset()
	}
	dst = d.coder.Append(dst, p, last)
	d.within, d.stale = !last, false
	if last && !d.takeover {
		putCoder(d.coder, d.level, d.bits)
		d.coder = nil
	}
	return dst
}

func (d *deflation) appendEncoded(dst, p []byte, last bool) []byte {
	e := encoders.Get().(*deflate.Encoder)
	defer encoders.Put(e)
	if d.takeover && d.windowOnly {
		switch {
		case d.window == nil:
			d.window = deflate.NewWindow(d.bits)
		case d.stale && !d.within:
			d.window.Reset()
		}
		d.within, d.stale = !last, false
		return e.AppendWindow(dst, d.window, p, last)
	}
	switch {
	case d.context == nil && d.takeover:
		d.context = deflate.NewContext(d.bits)
	case d.context == nil && last:
		return e.AppendAlone(dst, d.bits, p, true)
	case d.context == nil:
		d.context = getContext(d.bits)
	case d.stale && !d.within:
		d.context.Reset()
	}
	dst = e.Append(dst, d.context, p, last)
	d.within, d.stale = !last, false
	if last && !d.takeover {
		contexts[d.bits].Put(d.context)
		d.context = nil
	}
	return dst
}

// shared is for a message that was compressed elsewhere and sent here: the
// peer's window now ends with its plaintext p.
func (d *deflation) shared(p []byte) {
	switch {
	case !d.takeover:
	case d.context != nil && !d.stale:
		d.context.Add(p)
	case d.window != nil && !d.stale:
		d.window.Add(p)
	default:
		d.stale = true
	}
}

// compresses tells whether a message of n octets is to be sent compressed.
func (c *Conn) compresses(t MessageType, n int) bool {
	return c.deflate != nil && t&plainBit == 0 && n >= c.deflate.out.threshold
}

// packBuffer gives a buffer for the compressed form of n octets: those that
// can't get shorter get a little longer, by the heads of stored blocks.
func packBuffer(n int) []byte { return getMessageBuffer(max(maxPacked(n), bufferSize)) }

// maxPacked is how long the compressed form of n octets gets at most, as far as
// anybody counts on it.
func maxPacked(n int) int { return n + n>>10 + 64 }

// pack gives the compressed form of a whole message in a buffer that is to be
// given back, and whether to send it so.
func (d *deflation) pack(p []byte) (packed []byte, worth bool) {
	packed = d.append(packBuffer(len(p)), p, true)
	return packed, d.worth(packed, p)
}

// worth tells whether to send the compressed form of a whole message: if it is
// shorter, or if the next one may refer to it.
//
//req:impl RFC7692-6.1-03
func (d *deflation) worth(packed, p []byte) bool { return d.takeover || len(packed) < len(p) }

// compressed compresses p, which is a message or a fragment of one, makes
// a frame of it and writes it. Only the first frame of a message has RSV1.
//
//req:impl RFC7692-6.1-02
//req:impl RFC7692-7.2.1-05
func (w *writing) compressed(scratch *buffer, f *draft) error {
	d, flags := &w.c.deflate.out, f.flags
	last := flags&protocol.Fin != 0
	packed := d.append(packBuffer(len(f.p)), f.p, last)
	payload := packed
	switch {
	case f.op == frame.OpContinuation:
		flags &^= protocol.Compressed
	case last && !d.worth(packed, f.p):
		payload = f.p
		flags &^= protocol.Compressed
	}
	err := w.payload(scratch, f.op, flags, payload, nil)
	putMessageBuffer(packed)
	return err
}
