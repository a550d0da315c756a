package ws

import (
	"context"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// joinSize is up to how many octets a frame is copied behind others, so that all
// go out in one write. A longer one is written from where it is.
const joinSize = 8 << 10

// shortSize is up to how many octets a message takes the short way.
const shortSize = 1 << 10

// write sends one message, or queues it where the socket takes no more.
//
//req:impl RFC6455-6.1-01
//req:impl RFC6455-6.1-09
func (l *served) write(ctx context.Context, t MessageType, p []byte, more [][]byte, m *Prepared) error {
	c := l.c
	if e := c.result.Load(); e != nil {
		return e
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.loop.poll == nil {
		return c.queueMessage(t, p, more, m)
	}
	l.mu.Lock()
	moved := l.moved()
	var err error
	if !moved {
		err = l.send(t, p, more, m)
	}
	l.mu.Unlock()
	if moved {
		return c.writeMessage(ctx, t, p, more, m)
	}
	if c.set.Hooks.Trace != nil {
		l.showTraced()
	}
	return err
}

// send is write with mu held.
func (l *served) send(t MessageType, p []byte, more [][]byte, m *Prepared) error {
	c := l.c
	if c.closing.Load() {
		return errCloseSent
	}
	if l.queue == nil && l.working && m == nil && len(more) == 0 && len(p) <= shortSize && !c.compresses(t, len(p)) {
		return l.collectShort(t.opcode(), p)
	}
	if l.queue.full(c.set) {
		return ErrBackpressure
	}
	o := outgoing{p: p, more: more, size: len(p) + total(more), op: t.opcode(), flags: protocol.Fin, message: true}
	switch {
	case m != nil:
		e := m.encoded(c)
		o.p, o.size, o.flags, o.shared = e.payload(), len(e.payload()), e.flags, true
	case c.compresses(t, o.size):
		return l.sendCompressed(&o)
	case len(more) > maxVector-1:
		o.p, o.more = join(o.size, more), nil
		err := l.put(&o)
		putMessageBuffer(o.p)
		return err
	}
	return l.put(&o)
}

// collectShort is the short way of a short message that is sent while the loop
// works on the connection, which is what most answers are.
func (l *served) collectShort(op frame.Opcode, p []byte) (err error) {
	b := &l.loop.out
	if len(b.b)+frame.MaxHeader+len(p) > cap(b.b) {
		l.emit(b, nil, nil)
		return l.put(&outgoing{p: p, size: len(p), op: op, flags: protocol.Fin, message: true})
	}
	if b.b, _, err = l.c.send.Header(b.b, op, protocol.Fin, int64(len(p))); err != nil {
		return err
	}
	b.b = append(b.b, p...)
	b.ends = append(b.ends, len(b.b))
	return nil
}

// reply is Message.Reply.
func (l *served) reply(m *Message, t MessageType, p []byte) error {
	long := len(p) > joinSize && m.inPlace(t, p)
	if l.loop.poll == nil || !long && len(p) > shortSize {
		return l.write(context.Background(), t, p, nil, nil)
	}
	l.mu.Lock()
	short := l.working && l.queue == nil && !l.c.closing.Load() && l.c.result.Load() == nil && !l.c.compresses(t, len(p))
	var err error
	switch {
	case !short:
	case long:
		err = l.sendInPlace(t, p)
	default:
		err = l.collectShort(t.opcode(), p)
	}
	l.mu.Unlock()
	if !short {
		return l.write(context.Background(), t, p, nil, nil)
	}
	return err
}

// sendInPlace sends a long payload from where it was received, with its header
// before it. mu is held.
func (l *served) sendInPlace(t MessageType, p []byte) error {
	b, n := withHeader(t, p)
	if _, _, err := l.c.send.Header(b[:0:n], t.opcode(), protocol.Fin, int64(len(p))); err != nil {
		return err
	}
	l.emit(&l.loop.out, b, nil)
	if e := l.c.result.Load(); e != nil {
		return e
	}
	return nil
}

// sendCompressed sends a message compressed, if that is worth it. What is
// compressed goes out in the same order, since mu is held.
func (l *served) sendCompressed(o *outgoing) error {
	var joined []byte
	if len(o.more) > 0 {
		joined = join(o.size, o.more)
		o.p, o.more = joined, nil
	}
	packed, worth := l.c.deflate.out.pack(o.p)
	if worth {
		o.p, o.size, o.flags = packed, len(packed), protocol.Fin|protocol.Compressed
	}
	err := l.put(o)
	putMessageBuffer(packed)
	putMessageBuffer(joined)
	return err
}
