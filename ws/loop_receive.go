package ws

import (
	"io"

	"longwire.example/ws/protocol"
)

// directSize is from how many octets of a frame that are still to come on they
// are read straight into the message and not into the loop's buffer.
const directSize = bufferSize

// receive reads what has come and hands the messages out, until the socket has
// no more, the connection has had its share, or something says stop.
func (l *served) receive() {
	lp := l.loop
	for {
		if lp.r < lp.w {
			l.take()
		}
		switch {
		case l.halt.Load() || lp.work <= 0:
			return
		case lp.kept != nil:
			lp.nextKept()
		case l.ready&readyRead == 0 || lp.budget <= 0:
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
	c.in.rest = growPooled(c.in.rest, 1, c.in.room(pending, len(c.in.rest)))
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
	l.haveRead(n, room)
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

// haveRead notes what a read of n octets into so much room tells. If it was not
// filled, the socket has no more, unless its end is to come, which the poller has
// told already.
func (l *served) haveRead(n, room int) {
	if n == 0 || n < room && l.ready&readyEnd == 0 {
		l.ready &^= readyRead
	}
}

// take takes what the loop's buffer holds.
//
//req:impl RFC6455-6.2-01
//req:impl RFC6455-6.2-02
func (l *served) take() {
	c, lp := l.c, l.loop
	for !l.halt.Load() && lp.work > 0 {
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
