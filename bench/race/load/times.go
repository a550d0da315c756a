//go:build linux && !386

package main

// times is a queue of instants at which messages went out, or were due. Those
// of one instant are one entry. It has room for as many as may be under way, and
// is full only when a server is that far behind.
type times struct {
	ring        []instant
	first, used int
}

type instant struct {
	at    int64
	count int
}

func newTimes(room int) times { return times{ring: make([]instant, room)} }

func (t *times) full() bool { return t.used == len(t.ring) }

func (t *times) push(at int64, count int) {
	i := t.first + t.used
	if i >= len(t.ring) {
		i -= len(t.ring)
	}
	t.ring[i] = instant{at, count}
	t.used++
}

// pop takes the oldest messages and tells each of their instants.
func (t *times) pop(count int, tell func(at int64, count int)) {
	for count > 0 {
		e := &t.ring[t.first]
		n := min(e.count, count)
		tell(e.at, n)
		count -= n
		if e.count -= n; e.count > 0 {
			return
		}
		t.used--
		if t.first++; t.first == len(t.ring) {
			t.first = 0
		}
	}
}
