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

// line gives the line that a call stands in.
func (o *outbox) line(k *call) *line {
	if k.turn.urgent() {
		return &o.urgent
	}
	return &o.calls
}

// becomes wakes a call with a new state. mu is held.
func (k *call) becomes(s callState) {
	k.state = s
	select {
	case k.wake <- struct{}{}:
	default: // it has not looked since the last time
	}
}

// maxSpare is how many calls a connection keeps to use again.
const maxSpare = 16

// newCall gives a call with nothing in it. A connection has its own spare ones,
// since a channel must not leave the synctest bubble where it was made. mu is
// held.
func (o *outbox) newCall() *call {
	k := o.spare
	if k == nil {
		return &call{wake: make(chan struct{}, 1)}
	}
	o.spare, k.next = k.next, nil
	o.spares--
	return k
}

// recycle takes back a call that is of no more use.
func (o *outbox) recycle(k *call) {
	select {
	case <-k.wake: // it saw its state without
	default:
	}
	*k = call{wake: k.wake} // it must not keep the application's memory
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.spares < maxSpare {
		o.spare, k.next = k, o.spare
		o.spares++
	}
}
