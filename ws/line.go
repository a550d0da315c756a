package ws

// line is a line of calls.
type line struct{ first, last *call }

func (l *line) push(k *call) {
	k.prev, k.next = l.last, nil
	if l.last == nil {
		l.first = k
	} else {
		l.last.next = k
	}
	l.last = k
}

// pushFirst puts a call in front of the others.
func (l *line) pushFirst(k *call) {
	k.prev, k.next = nil, l.first
	if l.first == nil {
		l.last = k
	} else {
		l.first.prev = k
	}
	l.first = k
}

// pop takes the first call, which there is.
func (l *line) pop() *call {
	k := l.first
	l.remove(k)
	return k
}

func (l *line) remove(k *call) {
	if k.prev == nil {
		l.first = k.next
	} else {
		k.prev.next = k.next
	}
	if k.next == nil {
		l.last = k.prev
	} else {
		k.next.prev = k.prev
	}
	k.prev, k.next = nil, nil
}
