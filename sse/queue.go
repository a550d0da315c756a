package sse

// queue holds what a subscriber has not taken yet: pointers to what all
// subscribers share. It grows to what is needed and is bounded by admit.
type queue struct {
	slots      []slot         // a ring: slot i is at i modulo its length, a power of two
	head, tail int            // the slots in use
	live       int            // of them, those with a message
	octets     int            // of the frames
	missed     int            // messages dropped after the newest slot
	keys       map[string]int // Coalesce: the slot of the newest message of each key

	dropped, replaced uint64 // since the beginning
}

// slot is a place in a queue. One whose message was replaced has none.
type slot struct {
	p      *Published
	missed int // messages dropped directly before it
}

const (
	smallestQueue = 4  // slots
	keptQueue     = 64 // slots that an empty queue keeps
)

func (q *queue) at(i int) *slot { return &q.slots[i&(len(q.slots)-1)] }

// full tells whether p goes beyond the limits. An empty queue takes anything.
func (q *queue) full(p *Published, l *limits) bool {
	return q.live > 0 && (q.live >= l.messages || len(p.Frame) > l.octets-q.octets)
}

// push appends p.
func (q *queue) push(p *Published, keyed bool) {
	if q.tail-q.head == len(q.slots) {
		q.makeRoom()
	}
	*q.at(q.tail) = slot{p, q.missed}
	q.missed = 0
	if keyed && p.Message.Key != "" {
		if q.keys == nil {
			q.keys = map[string]int{}
		}
		q.keys[p.Message.Key] = q.tail
	}
	q.tail++
	q.live++
	q.octets += len(p.Frame)
}

// pop takes the oldest message, and the number of those dropped before it. It
// is nil if there is none.
func (q *queue) pop() (p *Published, missed int) {
	if q.live == 0 {
		return nil, 0
	}
	for p == nil {
		s := q.at(q.head)
		p, missed = s.p, missed+s.missed
		*s = slot{}
		q.head++
	}
	delete(q.keys, p.Message.Key)
	q.remove(p)
	return p, missed
}

// remove counts p out. Its slot has been freed.
func (q *queue) remove(p *Published) {
	q.live--
	q.octets -= len(p.Frame)
	if q.live > 0 {
		return
	}
	// What slots without a message have counted comes before the next message.
	for ; q.head != q.tail; q.head++ {
		q.missed += q.at(q.head).missed
	}
	q.empty()
}

// empty begins anew, with a buffer of modest size.
func (q *queue) empty() {
	q.head, q.tail = 0, 0
	if len(q.slots) > keptQueue {
		q.slots = nil
	}
}

// clear drops all messages uncounted.
func (q *queue) clear() {
	*q = queue{dropped: q.dropped, replaced: q.replaced}
}

// dropOldest drops the oldest message. There is one.
func (q *queue) dropOldest() {
	_, missed := q.pop()
	q.dropped++
	missed++
	if q.live == 0 {
		q.missed += missed
		return
	}
	q.at(q.head).missed += missed
}

// replace takes the message with this key out, if there is one.
func (q *queue) replace(key string) {
	i, ok := q.keys[key]
	if !ok {
		return
	}
	delete(q.keys, key)
	s := q.at(i)
	p := s.p
	s.p = nil
	q.replaced++
	q.remove(p)
}

// makeRoom closes the gaps that replaced messages have left, if half of the
// slots or more are such, and else doubles the slots.
func (q *queue) makeRoom() {
	n := max(len(q.slots), smallestQueue)
	if q.live > n/2 {
		n *= 2
	}
	slots, used, missed := make([]slot, n), 0, 0
	for i := q.head; i != q.tail; i++ {
		s := *q.at(i)
		missed += s.missed
		if s.p == nil {
			continue
		}
		if _, ok := q.keys[s.p.Message.Key]; ok {
			q.keys[s.p.Message.Key] = used
		}
		slots[used] = slot{s.p, missed}
		used, missed = used+1, 0
	}
	q.missed += missed
	q.slots, q.head, q.tail = slots, 0, used
}
