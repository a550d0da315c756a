package ws

import "iter"

// table holds the connections of a loop by number. A number is used again, so
// an event names its connection by number and generation: one that was meant for
// a connection that is gone finds nothing, also when its number, or the
// descriptor of its socket, has passed to another meanwhile.
type table struct {
	entries pages[tableEntry]
	free    int32 // the first free number, and 1
	count   int
}

type tableEntry struct {
	l          *served
	generation uint32
	next       int32 // free: the next free number, and 1
}

// handle is a number and its generation.
type handle struct {
	number     int32
	generation uint32
}

func (t *table) add(l *served) handle {
	if t.free == 0 {
		t.free = t.entries.length + 1
		t.entries.extend(t.entries.length)
	}
	number := t.free - 1
	e := t.entries.at(number)
	t.free = e.next
	e.l, e.next = l, 0
	t.count++
	return handle{number, e.generation}
}

func (t *table) get(h handle) *served {
	if e := t.entries.at(h.number); e.generation == h.generation {
		return e.l
	}
	return nil
}

func (t *table) remove(h handle) {
	e := t.entries.at(h.number)
	e.l = nil
	e.generation++
	e.next = t.free
	t.free = h.number + 1
	t.count--
}

// all gives every connection. They may be removed meanwhile.
func (t *table) all() iter.Seq[*served] {
	return func(yield func(*served) bool) {
		for i := range t.entries.length {
			if l := t.entries.at(i).l; l != nil && !yield(l) {
				return
			}
		}
	}
}
