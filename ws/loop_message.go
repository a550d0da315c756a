package ws

import "longwire.example/ws/protocol"

// firstPiece is how much room the first piece of a message is given at least.
const firstPiece = 1 << minMessageShift

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
	want := len(ev.Payload) + c.in.room(c.recv.Pending(), len(c.in.rest))
	c.in.rest = append(growPooled(c.in.rest, len(ev.Payload), max(want, firstPiece)), ev.Payload...)
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
		l.loop.work -= n
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
	l.c.in.done(len(m.rest))
	l.deliver(Message{Type: m.typ, Data: m.rest, conn: l.c})
	putMessageBuffer(m.rest)
}

func (l *served) deliver(m Message) {
	l.loop.work -= messageWork
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
