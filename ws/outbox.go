package ws

import (
	"sync"
	"sync/atomic"

	"longwire.example/ws/protocol"
)

// outbox holds what waits to be written: calls in line for their turn, and what
// was not written by the goroutine that wanted it: answers to control frames,
// which the reading goroutine leaves here so that it never waits for the socket,
// and what TryWrite and Broadcast could not write at once. For those, the asides,
// a goroutine is started that lives until none are left (aside.go).
type outbox struct {
	state atomic.Uint32 // who writes: turn.go
	full  bool          // the last write had to wait; whoever writes has it
	held  held          // whoever writes has it

	mu sync.Mutex // guards what follows

	open    bool // a message in fragments is not complete: no other may begin
	cut     bool // somebody has given up whose frame is part of a write
	pongDue bool
	ping    bool // a keepalive Ping is due
	final   bool // the last frame has been handed to the transport
	spares  int8 // how many calls are in spare

	rest   *leftover // octets that go before anything else
	urgent line      // of calls that go before messages
	calls  line
	spare  *call

	pong []byte     // payload of the latest unanswered Ping (section 5.5.3)
	last *lastFrame // nil until there is one

	queue    []queued
	queued   uint64 // how many messages ever were queued
	taken    uint64 // how many of those the queue has not any more
	messages int    // queued or being written
	octets   int
}

// lastFrame is what a last Close frame is made of.
type lastFrame struct {
	answer  protocol.Event // the peer's Close
	failure error          // why the connection fails, or nil
}

// leftover is the rest of a frame that was begun.
type leftover struct {
	octets   []byte
	messages int // 1 for a message that counts as queued
	size     int // its octets
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

// draft gives the frame of a queued message.
func (c *Conn) draft(q *queued) draft {
	if q.prepared != nil {
		return draft{op: q.typ.opcode(), flags: protocol.Fin, prepared: q.prepared}
	}
	return c.message(q.typ, q.data)
}

// due tells whether control frames wait. mu is held.
func (o *outbox) due() bool {
	return o.pongDue || o.ping || (o.closes() && !o.final)
}

// closes tells whether a last Close frame is due or was sent. mu is held.
func (o *outbox) closes() bool { return o.last != nil }

// isCut tells whether somebody has given up whose frame is part of a write.
func (o *outbox) isCut() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cut
}
