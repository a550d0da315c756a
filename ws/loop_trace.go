package ws

// traceSent keeps what was sent for Hooks.Trace: the first n octets of b, without
// the answer to a request. mu is held, so it can't be shown yet: the hook may ask
// for what mu guards.
func (l *served) traceSent(b *collector, n int) {
	if l.c.set.Hooks.Trace == nil {
		return
	}
	m := l.more()
	skip := b.head
	for q := range b.all() {
		q = q[:min(n, len(q))]
		n -= len(q)
		k := min(skip, len(q))
		skip -= k
		m.traced = append(m.traced, q[k:]...)
	}
}

// showTraced shows what was kept. One goroutine does it at a time, so that the
// octets come in the order in which they were sent.
func (l *served) showTraced() {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.more()
	if m.tracing {
		return // who is at it goes on
	}
	m.tracing = true
	defer func() { m.tracing = false }()
	for len(m.traced) > 0 {
		b := m.traced
		m.traced = nil
		l.show(b)
	}
}

// show calls the hook without mu.
func (l *served) show(b []byte) {
	l.mu.Unlock()
	defer l.mu.Lock()
	l.c.trace(Sent, b)
}

// flushTraced is flush for a connection with a hook.
func (l *served) flushTraced() {
	l.mu.Lock()
	l.flush()
	l.mu.Unlock()
	l.showTraced()
}
