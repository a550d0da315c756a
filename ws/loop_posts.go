package ws

// posts is what a loop was asked for from elsewhere.
type posts struct {
	looks    []*served // connections to look at
	arrivals []arrival
	calls    []func()
	done     struct{ looks, arrivals, calls int }
}

// arrival is a connection that was accepted.
type arrival struct {
	fd     socket
	remote endpoint
}

// wake ends the loop's sleep, or keeps it from beginning. mu is held.
func (lp *loop) wake() {
	lp.hasPosts.Store(true)
	if lp.asleep && lp.armed != 0 {
		lp.armed = 0
		lp.poll.setDeadline(aLongTimeAgo)
	}
}

// post asks the loop to look at a connection. The connection's mu is held.
func (lp *loop) post(l *served) {
	if l.posted || l.working {
		return
	}
	l.posted = true
	lp.mu.Lock()
	defer lp.mu.Unlock()
	lp.posted.looks = append(lp.posted.looks, l)
	lp.wake()
}

// arrive hands an accepted connection over. It gives false when the loop has
// ended.
func (lp *loop) arrive(a arrival) bool {
	lp.mu.Lock()
	defer lp.mu.Unlock()
	if lp.quit {
		return false
	}
	lp.posted.arrivals = append(lp.posted.arrivals, a)
	lp.wake()
	return true
}

// takePosts does what was asked for from elsewhere.
func (lp *loop) takePosts() {
	lp.mu.Lock()
	lp.posted, lp.taken = lp.taken, lp.posted
	lp.hasPosts.Store(false)
	lp.mu.Unlock()
	lp.finishPosts()
}

// finishPosts does what was taken. It may end in the middle, with the goroutine,
// and then another one goes on.
func (lp *loop) finishPosts() {
	p := &lp.taken
	for len(p.arrivals) > p.done.arrivals {
		p.done.arrivals++
		lp.begin(p.arrivals[p.done.arrivals-1])
	}
	for len(p.looks) > p.done.looks {
		p.done.looks++
		lp.attend(p.looks[p.done.looks-1])
	}
	for len(p.calls) > p.done.calls {
		p.done.calls++
		p.calls[p.done.calls-1]()
	}
	clear(p.looks)
	clear(p.calls)
	*p = posts{looks: p.looks[:0], arrivals: p.arrivals[:0], calls: p.calls[:0]}
}

// do has the loop call f, and waits for that. When the loop has ended, f is not
// called.
func (lp *loop) do(f func()) {
	called := make(chan struct{})
	lp.mu.Lock()
	lp.posted.calls = append(lp.posted.calls, func() {
		defer close(called)
		f()
	})
	lp.wake()
	lp.mu.Unlock()
	select {
	case <-called:
	case <-lp.done:
	}
}

// end makes the loop end when it has no connection left.
func (lp *loop) end() {
	lp.mu.Lock()
	defer lp.mu.Unlock()
	lp.quit = true
	lp.wake()
}
