package ws

import (
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// backlog is what a connection's socket did not take. A connection has one only
// while there is something in it.
type backlog struct {
	parts  []part
	first  int     // octets of parts[0] that went out
	octets int     // still to go out
	total  int64   // octets that were ever added
	ends   []int64 // where in these each message ends that is not out

	timeout time.Duration
	due     int64 // when the peer must have taken more
	taken   int   // octets that it took since due was set

	pong    [frame.MaxControlPayload]byte
	pongLen int
	pongDue bool
}

// part is a piece of a backlog.
type part struct {
	b      []byte
	shared bool // not its own: never changed, never given back
}

const partSize = 16 << 10

func newBacklog(timeout time.Duration) *backlog {
	q := &backlog{timeout: timeout}
	q.renew()
	return q
}

// renew gives the peer the whole write timeout again.
func (q *backlog) renew() {
	q.taken = 0
	q.due = after(int64(time.Since(started)), q.timeout)
}

// after gives the time d after t, or never for no d.
func after(t int64, d time.Duration) int64 {
	if d <= 0 {
		return never
	}
	return t + int64(d)
}

// full tells whether the queue is at the high-water mark or above. Below it, one
// more message of any size may be queued.
func (q *backlog) full(s *settings) bool {
	return q != nil && (reached(len(q.ends), s.QueueMessages) || reached(q.octets, s.QueueBytes))
}

// half tells whether enough of the queue has gone for the loop to go on reading.
func (q *backlog) half(s *settings) bool {
	return q == nil || !reached(2*len(q.ends), s.QueueMessages) && !reached(2*q.octets, s.QueueBytes)
}

// reached tells whether n is at the limit or above; 0 is no limit.
func reached(n, limit int) bool { return limit > 0 && n >= limit }

// add queues octets, a copy unless they are shared.
func (q *backlog) add(b []byte, shared bool) {
	q.octets += len(b)
	q.total += int64(len(b))
	if shared && len(b) > joinSize {
		q.parts = append(q.parts, part{b: b, shared: true})
		return
	}
	for len(b) > 0 {
		if n := len(q.parts); n > 0 {
			last := &q.parts[n-1]
			if room := cap(last.b) - len(last.b); !last.shared && room > 0 {
				k := min(room, len(b))
				last.b = append(last.b, b[:k]...)
				b = b[k:]
				continue
			}
		}
		q.parts = append(q.parts, part{b: getMessageBuffer(max(partSize, min(len(b), 1<<maxMessageShift)))})
	}
}

// end says that a message ends with what was added.
func (q *backlog) end() { q.ends = append(q.ends, q.total) }

// went takes n octets out that were written.
func (q *backlog) went(n int) {
	q.octets -= n
	if q.taken += n; q.taken >= bufferSize {
		q.renew()
	}
	out := q.total - int64(q.octets)
	for len(q.ends) > 0 && q.ends[0] <= out {
		q.ends = q.ends[1:]
	}
	q.first += n
	done := 0
	for done < len(q.parts) && q.first >= len(q.parts[done].b) {
		q.first -= len(q.parts[done].b)
		q.parts[done].release()
		done++
	}
	clear(q.parts[:done])
	q.parts = q.parts[done:]
}

func (p *part) release() {
	if !p.shared {
		putMessageBuffer(p.b)
	}
}

func (q *backlog) release() {
	for i := range q.parts {
		q.parts[i].release()
	}
	q.parts = nil
}

// next gives the slices to write next.
func (q *backlog) next(vec [][]byte) [][]byte {
	skip := q.first
	for i := range q.parts[:min(len(q.parts), maxVector)] {
		vec = append(vec, q.parts[i].b[skip:])
		skip = 0
	}
	return vec
}

// drain writes what is queued, as far as the socket takes it. When half of it has
// gone, the loop goes on reading. mu is held.
func (l *served) drain() {
	b := &l.loop.out // empty, where there is a queue
	for budget := readSize; l.queue != nil && budget > 0; {
		b.vec = l.queue.next(b.vec[:0])
		n, err := l.fd.writev(b.vec)
		l.traceSent(b.vec, n, 0)
		clear(b.vec)
		switch {
		case err != nil:
			l.lost(err)
			return
		case n == 0:
			budget = 0
		default:
			budget -= n
			l.queue.went(n)
		}
		if l.queue.octets == 0 {
			l.drained()
		}
	}
	if l.paused && l.queue.half(l.c.set) {
		l.paused = false
		l.decide()
	}
}

// drained is for a queue that has become empty: only the latest Ping that came
// meanwhile is answered.
//
//req:impl RFC6455-5.5.3-02
func (l *served) drained() {
	q := l.queue
	l.queue = nil
	q.release()
	if q.pongDue {
		l.pong(q.pong[:q.pongLen])
	}
}

// answerPing answers a Ping. Of those that come while the socket takes nothing,
// only the latest gets a Pong: a peer that reads nothing can't make this side
// keep more.
//
//req:impl RFC6455-5.5.2-02
//req:impl RFC6455-5.5.2-03
//req:impl RFC6455-5.5.3-02
func (l *served) answerPing(ev protocol.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.queue; q != nil {
		q.pongLen, q.pongDue = copy(q.pong[:], ev.Payload), true
		return
	}
	l.pong(ev.Payload)
}

// pong sends a Pong, unless the connection is closing. mu is held.
func (l *served) pong(payload []byte) {
	if l.c.send.State() == protocol.Open {
		_ = l.put(&outgoing{p: payload, size: len(payload), op: frame.OpPong, flags: protocol.Fin})
	}
}

// pause makes the loop stop reading while the queue is at its high-water mark:
// what is not read can't be answered. mu is held.
func (l *served) pause() {
	if !l.paused && l.queue.full(l.c.set) {
		l.paused = true
		l.decide()
		if !l.working {
			l.adjust()
		}
	}
}

// decide sets halt. mu is held.
func (l *served) decide() {
	l.halt.Store(l.paused || l.detaching() != nil || l.phase != phaseOpen || l.c.result.Load() != nil)
}

// buffered tells how much is queued.
func (l *served) buffered() (messages, octets int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.moved() {
		return l.c.Buffered()
	}
	if l.queue == nil {
		return 0, 0
	}
	return len(l.queue.ends), l.queue.octets
}
