package ws

import (
	"io"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// directSize is from how many octets of a frame that are still to come on they
// are read straight into the message and not into the loop's buffer.
const directSize = bufferSize

// firstPiece is how much room the first piece of a message is given at least.
const firstPiece = 1 << minMessageShift

// receive reads what has come and hands the messages out, until the socket has
// no more, the connection has had its share, or something says stop.
func (l *served) receive() {
	lp := l.loop
	for {
		if lp.r < lp.w {
			l.take()
		}
		switch {
		case l.halt.Load():
			return
		case lp.kept != nil:
			lp.nextKept()
		case lp.drained || lp.budget <= 0:
			return
		default:
			l.read()
		}
	}
}

// read reads once.
func (l *served) read() {
	c, lp := l.c, l.loop
	if lp.r == lp.w {
		lp.r, lp.w = 0, 0
		// What is to be inflated, or discarded, goes through the buffer.
		if pending := c.recv.Pending(); pending >= directSize && !c.in.packed && !c.closing.Load() {
			l.readDirect(pending)
			return
		}
	} else if lp.r > 0 {
		lp.w = copy(lp.in, lp.in[lp.r:lp.w])
		lp.r = 0
	}
	room := lp.in[lp.w:]
	n, err := l.fd.read(room)
	if !l.cameIn(n, len(room), err) {
		return
	}
	c.trace(Received, room[:n])
	lp.w += n
}

// readDirect reads payload of the current frame straight into the message.
func (l *served) readDirect(pending int64) {
	c := l.c
	c.in.rest = growPooled(c.in.rest, 1, int(min(pending, int64(max(len(c.in.rest), bufferSize)))))
	p := c.in.rest
	room := p[len(p):cap(p)]
	room = room[:min(int64(len(room)), pending)]
	n, err := l.fd.read(room)
	if !l.cameIn(n, len(room), err) {
		return
	}
	c.trace(Received, room[:n])
	ev, err := c.recv.Direct(room[:n])
	if err != nil {
		l.fail(err)
		return
	}
	c.in.rest = p[:len(p)+n]
	c.in.note(ev)
	if c.in.fin {
		l.deliverRest()
	}
}

// cameIn takes the result of a read with so much room, and tells whether any
// octets came.
func (l *served) cameIn(n, room int, err error) bool {
	lp := l.loop
	lp.drained = n < room
	if err != nil {
		if err == io.EOF { //nolint:errorlint // socket.read gives it bare
			l.endOfStream()
		} else {
			l.lose(err)
		}
		return false
	}
	lp.budget -= n
	if n > 0 {
		l.lastRead = lp.now
	}
	return n > 0
}

// take takes what the loop's buffer holds.
//
//req:impl RFC6455-6.2-01
//req:impl RFC6455-6.2-02
func (l *served) take() {
	c, lp := l.c, l.loop
	for !l.halt.Load() {
		ev, n, err := c.recv.Next(lp.in[lp.r:lp.w])
		lp.r += n
		switch {
		case err != nil:
			l.fail(err)
		case ev.Kind == protocol.KindData:
			l.data(ev)
		case ev.Kind == protocol.KindNone:
			return
		default:
			l.onControl(ev)
		}
	}
}

// data takes a piece of a message, which may be all of it.
func (l *served) data(ev protocol.Event) {
	c := l.c
	if c.closing.Load() {
		c.in.note(ev)
		l.dropMessage()
		return
	}
	if ev.Flags == protocol.First|protocol.Fin {
		l.deliver(Message{Type: MessageType(ev.Op), Data: ev.Payload, headed: true, conn: c})
		return
	}
	c.in.note(ev)
	if c.in.packed {
		l.inflate(ev)
		return
	}
	// Room for what is to come of the frame, but no more than what has come of
	// the message, or 32 KiB (W3).
	want := int64(len(ev.Payload)) + min(c.recv.Pending(), int64(max(len(c.in.rest), bufferSize)))
	c.in.rest = append(growPooled(c.in.rest, len(ev.Payload), int(max(want, firstPiece))), ev.Payload...)
	if c.in.fin {
		l.deliverRest()
	}
}

// inflate takes a piece of a compressed message.
func (l *served) inflate(ev protocol.Event) {
	c := l.c
	in := &c.deflate.in
	in.take(ev)
	if c.in.rest == nil {
		c.in.rest = getMessageBuffer(firstInflated)
	}
	for {
		p := growPooled(c.in.rest, 1, max(min(len(c.in.rest), 1<<30), bufferSize))
		n, done, err := in.next(p[len(p):cap(p)], c.in.typ == Text && !c.set.InsecureSkipUTF8, c.set.MaxMessage)
		c.in.rest = p[:len(p)+n]
		switch {
		case err != nil:
			l.fail(err)
			return
		case done:
			in.release()
			l.deliverRest()
			return
		case n == 0:
			return
		}
	}
}

// deliverRest hands out the message that was put together.
func (l *served) deliverRest() {
	m := l.c.in
	l.c.in = inbound{}
	l.deliver(Message{Type: m.typ, Data: m.rest, conn: l.c})
	putMessageBuffer(m.rest)
}

func (l *served) deliver(m Message) {
	if f := l.loop.server.OnMessage; f != nil {
		f(l.c, m)
	}
}

// dropMessage forgets what has come of a message that nobody will get.
func (l *served) dropMessage() {
	in := &l.c.in
	putMessageBuffer(in.rest)
	in.rest = nil
	if in.packed && l.c.deflate.in.z != nil {
		l.c.deflate.in.release()
	}
}

// onControl handles a control frame.
func (l *served) onControl(ev protocol.Event) {
	c := l.c
	if !c.allowControl(l.loop.now) {
		l.fail(frame.ErrControlFlood)
		return
	}
	switch ev.Kind {
	case protocol.KindPing:
		if f := c.set.Hooks.Ping; f != nil {
			f(c, ev.Payload)
		}
		l.answerPing(ev)
	case protocol.KindPong:
		if f := c.set.Hooks.Pong; f != nil {
			f(c, ev.Payload)
		}
	case protocol.KindClose:
		l.peerClosed(ev)
	case protocol.KindNone, protocol.KindData: // take's business
	}
}
