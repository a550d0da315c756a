package ws

import (
	"bytes"
	"context"
)

// TryWrite sends one message without waiting. Where the socket can be written
// at once and takes the message, it is written; otherwise it is queued, and p is
// copied. The queue is written in order, before any later Write. When it is full
// TryWrite returns ErrBackpressure, and the caller chooses: drop the message,
// drop the connection, or wait.
func (c *Conn) TryWrite(t MessageType, p []byte) error {
	if !t.valid() {
		return ErrMessageType
	}
	if l := c.served.Load(); l != nil {
		return l.write(context.Background(), t, p, nil, nil)
	}
	return c.tryWrite(&queued{typ: t, data: p})
}

// TryWritePrepared is TryWrite for a prepared message, which is not copied.
func (c *Conn) TryWritePrepared(m *Prepared) error {
	if l := c.served.Load(); l != nil {
		return l.write(context.Background(), m.typ, nil, nil, m)
	}
	return c.tryWrite(&queued{typ: m.typ, prepared: m})
}

func (c *Conn) tryWrite(q *queued) error {
	if e := c.result.Load(); e != nil {
		return e
	}
	if c.closing.Load() {
		return errCloseSent
	}
	if c.atOnce.can() && c.out.tryTake() {
		if done, err := c.writeNow(q); done {
			return err
		}
	}
	return c.enqueue(q)
}

// writeNow writes a message as far as the socket, which is held, takes it
// without waiting, and frees the socket. What is left goes out next. It gives
// false when the message has to be queued instead.
func (c *Conn) writeNow(q *queued) (done bool, err error) {
	var b []byte
	var scratch *buffer
	if f := c.draft(q); f.prepared != nil && c.role == RoleServer {
		b, err = c.encoded(f.prepared)
	} else if f.room() <= bufferSize {
		scratch = getBuffer()
		defer putBuffer(scratch)
		b, err = c.appendFrame(scratch[:0], &f)
	} else {
		c.free()
		return false, nil
	}
	if err != nil {
		c.free()
		return true, err
	}
	n := c.atOnce.write(b)
	c.trace(Sent, b[:n])
	if n == len(b) {
		c.free()
		return true, nil
	}
	rest := b[n:] // of a Prepared, which stays as it is
	if scratch != nil {
		rest = bytes.Clone(rest)
	}
	c.leaveOver(&leftover{octets: rest, messages: 1, size: q.size()})
	return true, nil
}

// leaveOver leaves the rest of a frame to be written next, and frees the socket.
func (c *Conn) leaveOver(l *leftover) {
	o := &c.out
	o.mu.Lock()
	o.rest = l
	o.messages += l.messages
	o.octets += l.size
	o.mu.Unlock()
	go c.flush()
}

// enqueue queues a message.
func (c *Conn) enqueue(q *queued) error {
	o := &c.out
	size := q.size()
	o.mu.Lock()
	// An empty queue takes one message of any size: otherwise a message
	// longer than the bound could never be sent.
	full := o.messages > 0 && (over(o.messages+1, c.set.QueueMessages) || over(o.octets+size, c.set.QueueBytes))
	if c.served.Load() != nil {
		// A Server promises room for one message below the mark.
		full = reached(o.messages, c.set.QueueMessages) || reached(o.octets, c.set.QueueBytes)
	}
	if full {
		o.mu.Unlock()
		return ErrBackpressure
	}
	o.queue = append(o.queue, queued{data: bytes.Clone(q.data), prepared: q.prepared, typ: q.typ})
	o.queued++
	o.messages++
	o.octets += size
	asides := o.claim() && c.pass()
	o.mu.Unlock()
	if asides {
		go c.flush()
	}
	return nil
}

// over tells whether n is above limit; 0 is no limit.
func over(n, limit int) bool { return limit > 0 && n > limit }

// Buffered tells how many messages and octets TryWrite has queued that were
// not yet written.
func (c *Conn) Buffered() (messages, octets int) {
	if l := c.onLoop(); l != nil {
		return l.buffered()
	}
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.messages, c.out.octets
}
