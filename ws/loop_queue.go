package ws

import (
	"time"

	"longwire.example/ws/frame"
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
