package ws

import (
	"errors"
	"sync"
	"sync/atomic"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// outbox holds what is to be written and was not written by the goroutine
// that wanted it: answers to control frames, which the reading goroutine
// leaves here so that it never waits for the socket, and what TryWrite and
// Broadcast queued. The next writer takes it along; when there is none, a
// goroutine is started that lives until nothing is left.
type outbox struct {
	pending atomic.Bool // something is here: a hint for writers that saves the mutex

	mu       sync.Mutex
	flushing bool

	pong    []byte // payload of the latest unanswered Ping (section 5.5.3)
	pongDue bool
	ping    bool           // a keepalive Ping is due
	answer  protocol.Event // the peer's Close
	failure error          // why the connection fails
	final   bool           // the last frame has been handed to the transport

	queue    []queued
	messages int // queued or being written
	octets   int
}

// queued is one message of the queue: the application's octets, copied, or a
// Prepared.
type queued struct {
	data     []byte
	prepared *Prepared
	typ      MessageType
}

func (q *queued) size() int {
	if q.prepared != nil {
		return len(q.prepared.payload())
	}
	return len(q.data)
}

// due tells whether control frames wait. mu is held.
func (o *outbox) due() bool {
	return o.pongDue || o.ping || (o.closes() && !o.final)
}

// closes tells whether a last Close frame is due or was sent. mu is held.
func (o *outbox) closes() bool {
	return o.answer.Kind == protocol.KindClose || o.failure != nil
}

// TryWrite queues one message and returns at once; p is copied. The queue is
// written in order, before any later Write. When it is full TryWrite returns
// ErrBackpressure, and the caller chooses: drop the message, drop the
// connection, or wait.
func (c *Conn) TryWrite(t MessageType, p []byte) error {
	if !t.valid() {
		return ErrMessageType
	}
	return c.enqueue(queued{typ: t, data: p}, true)
}

// TryWritePrepared is TryWrite for a prepared message, which is not copied.
func (c *Conn) TryWritePrepared(m *Prepared) error {
	return c.enqueue(queued{typ: m.typ, prepared: m}, false)
}

func (c *Conn) enqueue(q queued, clone bool) error {
	if e := c.result.Load(); e != nil {
		return e
	}
	if c.closing.Load() {
		return errCloseSent
	}
	o := &c.out
	size := q.size()
	o.mu.Lock()
	// An empty queue takes one message of any size: otherwise a message
	// longer than the bound could never be sent.
	if o.messages > 0 && (over(o.messages+1, c.set.QueueMessages) || over(o.octets+size, c.set.QueueBytes)) {
		o.mu.Unlock()
		return ErrBackpressure
	}
	if clone {
		q.data = append([]byte(nil), q.data...)
	}
	o.queue = append(o.queue, q)
	o.messages++
	o.octets += size
	o.mu.Unlock()
	c.kick()
	return nil
}

// over tells whether n is above limit; 0 is no limit.
func over(n, limit int) bool { return limit > 0 && n > limit }

// Buffered tells how many messages and octets TryWrite has queued that were
// not yet written.
func (c *Conn) Buffered() (messages, octets int) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.messages, c.out.octets
}

// kick sees to it that what is in the outbox gets written.
func (c *Conn) kick() {
	o := &c.out
	o.mu.Lock()
	o.pending.Store(true)
	start := !o.flushing
	o.flushing = true
	o.mu.Unlock()
	if start {
		go c.flush()
	}
}

// flush writes the outbox until it is empty, or until what is left waits for
// the end of a message that somebody else is writing in fragments: then the
// one who ends it kicks again. After the last frame of the connection it sees
// the transport off.
func (c *Conn) flush() {
	o := &c.out
	for {
		o.mu.Lock()
		data := len(o.queue) > 0 && c.message.free() && c.result.Load() == nil
		if !o.due() && !data && !o.final {
			o.flushing = false
			o.pending.Store(len(o.queue) > 0)
			o.mu.Unlock()
			return
		}
		o.mu.Unlock()

		c.socket.lock(nil, nil) // a holder's write is bounded in time
		hasMessage := data && c.message.tryLock()
		err := c.writeAside(hasMessage)
		if hasMessage {
			c.message.unlock()
		}
		c.socket.unlock()
		if err != nil {
			_ = c.othersFailed(err)
			c.closeTransport() // also when it had ended and only the last frame was due
			return             // flushing stays set: nothing more will be written
		}

		o.mu.Lock()
		final, failed := o.final, o.failure != nil
		o.mu.Unlock()
		if final {
			c.finish(failed)
			return
		}
	}
}

// writePending writes the outbox: control frames, with withQueue the queued
// messages, and last a Close frame. The socket is held, and with withQueue the
// message lock.
func (c *Conn) writePending(withQueue bool) error {
	o := &c.out
	if !o.pending.Load() {
		return nil
	}
	scratch := getBuffer()
	defer putBuffer(scratch)
	b := scratch[:0]

	o.mu.Lock()
	if o.pongDue {
		b, _ = c.send.Answer(b, protocol.Event{Kind: protocol.KindPing, Op: frame.OpPing, Payload: o.pong})
	}
	if o.ping && c.send.State() == protocol.Open {
		b, _ = c.send.AppendFrame(b, frame.OpPing, protocol.Fin, nil)
	}
	o.pongDue, o.ping = false, false
	var queue []queued
	if withQueue {
		queue, o.queue = o.queue, nil
	}
	o.mu.Unlock()
	if len(queue) > 0 {
		defer o.written(queue) // not before it is: a slow peer holds no second queue
	}

	b, err := c.writeQueue(scratch, b, queue)
	if err != nil {
		return err
	}

	o.mu.Lock()
	switch {
	case o.final:
	case o.failure != nil:
		b = c.send.Fail(b, o.failure)
	case o.closes():
		b, _ = c.send.Answer(b, o.answer)
	}
	o.final = o.closes()
	o.pending.Store(len(o.queue) > 0 || o.pongDue || o.ping) // what came while mu was free
	o.mu.Unlock()
	_, err = c.emit(b)
	return err
}

// written takes what has left the queue out of the count.
func (o *outbox) written(queue []queued) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages -= len(queue)
	for i := range queue {
		o.octets -= queue[i].size()
	}
}

// writeQueue writes queued messages, as many in one write as fit in scratch.
// It gives what it left unwritten in b.
func (c *Conn) writeQueue(scratch *buffer, b []byte, queue []queued) ([]byte, error) {
	for i := range queue {
		var err error
		if b, err = c.writeQueued(scratch, b, &queue[i]); err != nil {
			return b, err
		}
	}
	return b, nil
}

// writeQueued writes one message, or appends it to b, which begins in scratch.
func (c *Conn) writeQueued(scratch *buffer, b []byte, q *queued) ([]byte, error) {
	p, f := q.data, protocol.Fin
	switch {
	case q.prepared != nil:
		e := q.prepared.encoded(c)
		p, f = e.payload(), e.flags
	case c.compresses(q.typ, len(p)):
		packed, worth := c.deflate.out.pack(p)
		defer putMessageBuffer(packed)
		if worth {
			p, f = packed, f|protocol.Compressed
		}
	}
	if len(b)+frame.MaxHeader+len(p) <= len(scratch) {
		// What the Sender refuses was closed meanwhile: there is nobody to tell.
		b, _ = c.send.AppendFrame(b, q.typ.opcode(), f, p)
		return b, nil
	}
	if _, err := c.emit(b); err != nil {
		return b, err
	}
	// As above, what the Sender refuses is no failure. Any other error is, even
	// of an ended connection: nothing may follow half a frame.
	_, err := c.writeFrame(scratch, q.typ.opcode(), f, p, nil)
	if errors.Is(err, errCloseSent) || errors.Is(err, protocol.ErrNotOpen) {
		err = nil
	}
	return scratch[:0], err
}
