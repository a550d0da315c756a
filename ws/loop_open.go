package ws

import (
	"strings"

	"longwire.example/ws/handshake"
	"longwire.example/ws/protocol"
)

// opening is an opening handshake whose request has not come whole. It takes as
// much room as has come, or twice that.
type opening struct {
	head *handshake.Head
	b    []byte
}

// grow sees to it that there is room in b.
func (o *opening) grow() {
	if len(o.b) == cap(o.b) {
		b := append(getMessageBuffer(2*len(o.b)), o.b...)
		putMessageBuffer(o.b)
		o.b = b
	}
}

func (o *opening) release() {
	o.head.Reset()
	heads.Put(o.head)
	putMessageBuffer(o.b)
}

// open reads once and goes on with the opening handshake. Most requests come
// whole, and then nothing is kept but their text.
func (l *served) open() {
	lp := l.loop
	b, filled, head := lp.in, 0, lp.head
	if o := l.has().opening; o != nil {
		o.grow()
		b, filled, head = o.b[:cap(o.b)], len(o.b), o.head
	}
	n, err := l.fd.read(b[filled:])
	if !l.cameIn(n, len(b)-filled, err) {
		return
	}
	b = b[:filled+n]
	end, err := handshake.ParseRequest(b, head)
	switch {
	case err != nil:
		l.refuse(refusal(err, errInternal))
	case end > 0:
		l.answer(b, end, head)
	case l.has().opening != nil:
		l.seldom.opening.b = b
	default:
		l.more().opening = &opening{head: head, b: append(getMessageBuffer(len(b)), b...)}
		lp.head = heads.Get().(*handshake.Head)
	}
}

// answer judges a request that ends at end in b, and opens the connection.
//
//req:impl RFC6455-4.1-47
//req:impl RFC6455-4.2.2-17
func (l *served) answer(b []byte, end int, head *handshake.Head) {
	c, lp := l.c, l.loop
	set := c.set
	if lp.server.stopping() {
		l.refuse(&refused{answer: errStopped})
		return
	}
	in := head.Incoming(false)
	req := set.requestOf(&in, head, l.remote.addr)
	// Until the connection is in its group nobody else has it, nor out.
	answer, a, why := set.answer(lp.out.b, &in, req, nil)
	if why != nil {
		l.refuse(why)
		return
	}
	lp.out.b, lp.out.head = answer, len(answer)
	c.init(RoleServer, set, a.Deflate)
	l.request = head.Text()
	if a.Subprotocol != "" {
		at := strings.Index(l.request, a.Subprotocol)
		l.chosen = chosen{uint16(at), uint16(len(a.Subprotocol))} //nolint:gosec // G115: both are in a request of 16 KiB
	}
	// What came behind the request are frames (W13).
	if l.has().opening == nil {
		lp.r, lp.w = end, len(b)
	} else {
		lp.r, lp.w = 0, copy(lp.in, b[end:])
	}
	l.forgetRequest()
	l.lastRead = lp.now
	alive := protocol.NewKeepalive(int64(set.PingInterval), int64(set.PingTimeout), lp.now)
	l.mu.Lock()
	if a.Deflate != nil {
		l.more().deflate = a.Deflate
	}
	l.phase = phaseOpen
	l.opened = true
	l.keep(&alive)
	l.timely = true
	l.mu.Unlock()
	if set.Group != nil {
		set.Group.add(c) // before anything can end it
	}
	c.trace(Received, lp.in[lp.r:lp.w])
	if f := lp.server.OnOpen; f != nil {
		f(c)
	}
}

// refuse answers a request that is turned down, with an HTTP response after
// which the connection ends.
func (l *served) refuse(r *refused) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuseLocked(r)
}

func (l *served) refuseLocked(r *refused) {
	l.forgetRequest()
	l.c.set.logRefused(r, addrString(l.remote.addr()))
	l.putLast(handshake.AppendRefusal(nil, r.answer))
	l.conclude(lingerTime)
}

// forgetRequest gives back what the request was read with.
func (l *served) forgetRequest() {
	l.loop.head.Reset()
	if m := l.seldom; m != nil && m.opening != nil {
		m.opening.release()
		l.seldom = nil // it held nothing else
	}
}
