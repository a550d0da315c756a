package main

import (
	"longwire.example/ws/deflate"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// inflateAs has both directions inflated as was agreed. The connection inflates
// on its own: what is shown is what is on the wire, also where that is wrong.
func (t *tap) inflateAs(p *handshake.DeflateParams) {
	if p == nil {
		return
	}
	s := p.Side(false)
	t.received.Deflate, t.received.Inflater = true, newInflater(s.ReceiveWindowBits, s.ReceiveContextTakeover, t.limit)
	t.sent.Deflate, t.sent.Inflater = true, newInflater(s.SendWindowBits, s.SendContextTakeover, t.limit)
}

// inflater is the frame.Inflater of one direction.
type inflater struct {
	deflate.Inflater
	bits   int
	window *deflate.Window // nil without context takeover
	limit  int64
}

func newInflater(bits int, takeover bool, limit int64) *inflater {
	z := &inflater{bits: bits, limit: limit}
	if takeover {
		z.window = deflate.NewWindow(bits)
	}
	return z
}

func (z *inflater) Start() { z.Inflater.Start(z.bits, z.window) }

// Inflate stops where the connection has to.
func (z *inflater) Inflate(dst, src []byte, last bool) (written, read int, done bool, err error) {
	written, read, done, err = z.Inflater.Inflate(dst, src, last)
	if err == nil && z.OutputOffset() > z.limit {
		err = frame.ErrMessageTooBig
	}
	return written, read, done, err
}
