package ws

import "iter"

// table holds the connections of a loop by number. A number is used again, so
// an event names its connection by number and generation: one that was meant for
// a connection that is gone finds nothing, also when its number, or the
// descriptor of its socket, has passed to another meanwhile.
type table struct {
	entries []tableEntry
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
		t.entries = append(t.entries, tableEntry{})
		t.free = int32(len(t.entries)) //nolint:gosec // G115: as many as there are descriptors
	}
	number := t.free - 1
	e := &t.entries[number]
	t.free = e.next
	e.l, e.next = l, 0
	t.count++
	return handle{number, e.generation}
}

func (t *table) get(h handle) *served {
	if e := &t.entries[h.number]; e.generation == h.generation {
		return e.l
	}
	return nil
}

func (t *table) remove(h handle) {
	e := &t.entries[h.number]
	e.l = nil
	e.generation++
	e.next = t.free
	t.free = h.number + 1
	t.count--
}

// all gives every connection. They may be removed meanwhile.
func (t *table) all() iter.Seq[*served] {
	return func(yield func(*served) bool) {
		for i := range t.entries {
			if l := t.entries[i].l; l != nil && !yield(l) {
				return
			}
		}
	}
}
