package ws

import "sync/atomic"

// lock is a mutual exclusion whose waiting can be given up. Free and
// uncontended it costs one atomic addition.
//
// n counts the holder and everybody who waits. unlock passes the lock on
// through token when somebody else is counted, so a waiter that gives up must
// either take itself out of the count while another claimant is left in it,
// or, being the last one counted, take the token that is bound to come.
type lock struct {
	n atomic.Int32
	c atomic.Pointer[chan struct{}] // made when somebody waits for the first time
}

// token gives the channel through which the lock is passed on.
func (l *lock) token() chan struct{} {
	if l.c.Load() == nil {
		c := make(chan struct{}, 1)
		l.c.CompareAndSwap(nil, &c)
	}
	return *l.c.Load()
}

// tryLock takes the lock if it is free.
func (l *lock) tryLock() bool { return l.n.CompareAndSwap(0, 1) }

// free tells whether nobody holds the lock or waits for it.
func (l *lock) free() bool { return l.n.Load() == 0 }

// lock waits for the lock until done is closed or ended is given (nil never
// is), and tells whether it has the lock.
func (l *lock) lock(done <-chan struct{}, ended *signal) bool {
	if l.n.Add(1) == 1 {
		return true
	}
	var over <-chan struct{}
	if ended != nil {
		over = ended.done()
	}
	select {
	case <-l.token():
		return true
	case <-done:
	case <-over:
	}
	for {
		n := l.n.Load()
		if n == 1 {
			<-l.token() // the only one counted: the lock is on its way here
			l.unlock()
			return false
		}
		if l.n.CompareAndSwap(n, n-1) {
			return false
		}
	}
}

func (l *lock) unlock() {
	if l.n.Add(-1) > 0 {
		l.token() <- struct{}{}
	}
}
