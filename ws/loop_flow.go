package ws

// drain writes what is queued, as far as the socket takes it. When half of it has
// gone, the loop goes on reading. mu is held.
func (l *served) drain() {
	b := &l.loop.out // empty, where there is a queue
	for budget := readSize; l.queue != nil && l.ready&readyWrite != 0 && budget > 0; {
		b.vec = l.queue.next(b.vec)
		size := total(b.vec)
		n, err := l.fd.writev(b.b, b.vec)
		l.traceSent(b, n)
		clear(b.vec)
		b.vec = b.vec[:0]
		if err != nil {
			l.lost(err)
			return
		}
		if n < size {
			l.ready &^= readyWrite
		}
		budget -= n
		l.queue.went(n)
		if l.queue.octets == 0 {
			l.drained()
		}
	}
	if l.queue == nil {
		l.ready &^= readyWrite // of no interest
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

// pause makes the loop stop reading while the queue is at its high-water mark:
// what is not read can't be answered. mu is held.
func (l *served) pause() {
	if !l.paused && l.queue.full(l.c.set) {
		l.paused = true
		l.decide()
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
