package ws

import (
	"fmt"
	"sync"

	"longwire.example/ws/deflate"
	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// inflaters are held only while a compressed message is being received.
var inflaters = sync.Pool{New: func() any { return new(deflate.Inflater) }}

// inflation inflates the messages that the peer has compressed (RFC 7692
// section 7.2.2), one piece after the other as they come: neither form of a
// message is ever collected here.
type inflation struct {
	window   *deflate.Window // with context takeover: what the messages before left
	bits     int
	maxRatio int64

	// The message that is being received.
	z    *deflate.Inflater
	src  []byte // a piece of it that is not inflated yet: a view of the connection's buffer
	last bool   // src is its last piece
	utf8 frame.UTF8
	one  [1]byte // room to find out whether a message goes on
}

// take takes the next piece of a compressed message.
//
//req:impl RFC7692-6.2-01
//req:impl RFC7692-7.2.2-02 RFC7692-7.2.2-04 RFC7692-7.2.2-05
func (in *inflation) take(ev protocol.Event) {
	if ev.Flags&protocol.First != 0 {
		if in.z == nil {
			in.z = inflaters.Get().(*deflate.Inflater)
		}
		in.z.Start(in.bits, in.window)
		in.utf8 = frame.UTF8{}
	}
	in.src, in.last = ev.Payload, ev.Flags&protocol.Fin != 0
}

// release gives back what is needed for one message only.
func (in *inflation) release() {
	inflaters.Put(in.z)
	in.z, in.src, in.last = nil, nil, false
}

// next writes octets of the message to p, which is not empty: as many as what
// was taken gives. 0 octets and not done means that the next piece is needed.
// An error is a violation by the peer; which one it is does not depend on how
// the message was cut, nor on p.
//
//req:impl RFC7692-7.2.2-11
func (in *inflation) next(p []byte, text bool, limit int64) (n int, done bool, err error) {
	if left := limit - in.z.OutputOffset(); limit > 0 && left < int64(len(p)) {
		// One octet more than the message may have is enough to know.
		p = p[:left+1]
	}
	if in.maxRatio > 0 {
		// The ratio is judged where every cut of the message has to stop.
		p = p[:min(int64(len(p)), ratioStep-in.z.OutputOffset()%ratioStep)]
	}
	n, read, done, err := in.z.Inflate(p, in.src, in.last)
	in.src = in.src[read:]
	switch written := in.z.OutputOffset(); {
	// Text is judged in its inflated form, in the order of its octets: one that
	// is impossible comes before whatever is wrong behind it.
	//req:impl RFC7692-6.1-06
	case text && !in.utf8.Check(p[:n]):
		return 0, false, frame.ErrInvalidUTF8
	case limit > 0 && written > limit:
		return 0, false, frame.ErrMessageTooBig
	case in.maxRatio > 0 && written > ratioStep && (done || written%ratioStep == 0) && (written-1)/in.maxRatio >= in.z.InputOffset():
		return 0, false, frame.ErrInflateRatio
	case err != nil:
		return 0, false, fmt.Errorf("%w: %w", frame.ErrInflate, err)
	case done && text && !in.utf8.Complete():
		return 0, false, frame.ErrInvalidUTF8
	}
	return n, done, nil
}

// inflateSome reads octets of the compressed message that is being received
// into p, which is not empty. It gives 0 only at the end of the message.
func (c *Conn) inflateSome(p []byte) (int, error) {
	in := &c.deflate.in
	for {
		n, done, err := in.next(p, c.in.typ == Text && !c.set.InsecureSkipUTF8, c.set.MaxMessage)
		if err != nil {
			return 0, c.fail(err)
		}
		if done {
			in.release()
			c.in.fin = true
		}
		if n > 0 || done {
			return n, nil
		}
		if _, err := c.dataEvent(); err != nil {
			return 0, err
		}
	}
}

// inflateInto appends what is left of a compressed message to dst, of which
// dst[base:] was received.
func (c *Conn) inflateInto(dst []byte, base int, grow growFunc) ([]byte, error) {
	for !c.in.fin {
		if len(dst) < cap(dst) {
			n, err := c.inflateSome(dst[len(dst):cap(dst)])
			dst = dst[:len(dst)+n]
			if err != nil {
				return dst, err
			}
			continue
		}
		// A slice that is full may be just long enough, and one that is as long
		// as a message may be never has to grow.
		one := &c.deflate.in.one
		n, err := c.inflateSome(one[:])
		if n > 0 {
			dst = append(grow(dst, 1, max(min(len(dst)-base, 1<<30), bufferSize)), one[0])
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// inflateWhole is inflateInto where dst has no room: the message is put
// together elsewhere, so that the slice that it ends in is not longer than it.
func (c *Conn) inflateWhole(dst []byte, grow growFunc) ([]byte, error) {
	whole, err := c.inflateInto(getMessageBuffer(firstInflated), 0, growPooled)
	if len(whole) > 0 {
		dst = append(grow(dst, len(whole), 0), whole...)
	}
	putMessageBuffer(whole)
	return dst, err
}

// skipCompressed discards what is left of a compressed message. It has to be
// inflated all the same: later ones may refer to it.
func (c *Conn) skipCompressed() error {
	scratch := getBuffer()
	defer putBuffer(scratch)
	for !c.in.fin {
		if _, err := c.inflateSome(scratch[:]); err != nil {
			return err
		}
	}
	return nil
}
