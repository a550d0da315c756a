package sse

import "sync"

// stopWatches has an entry for each Options.Stop with streams. One goroutine
// waits for the channel, however many streams there are, and is gone when the
// last of them is.
var stopWatches struct {
	sync.Mutex
	m map[<-chan struct{}]*stopWatch
}

type stopWatch struct {
	conns   map[*Conn]struct{}
	unused  chan struct{} // closed when the last stream has gone
	stopped bool
}

// watchStop ends c's Context with ErrStopped when stop is closed, at once if it
// is closed already.
func watchStop(stop <-chan struct{}, c *Conn) {
	if stop == nil {
		return
	}
	select {
	case <-stop:
		c.cancel(ErrStopped)
		return
	default:
	}
	stopWatches.Lock()
	defer stopWatches.Unlock()
	w := stopWatches.m[stop]
	if w == nil {
		w = &stopWatch{conns: map[*Conn]struct{}{}, unused: make(chan struct{})}
		if stopWatches.m == nil {
			stopWatches.m = map[<-chan struct{}]*stopWatch{}
		}
		stopWatches.m[stop] = w
		go w.wait(stop)
	}
	w.conns[c] = struct{}{}
	if w.stopped {
		c.cancel(ErrStopped)
	}
}

// unwatchStop forgets c.
func unwatchStop(stop <-chan struct{}, c *Conn) {
	if stop == nil {
		return
	}
	stopWatches.Lock()
	defer stopWatches.Unlock()
	w := stopWatches.m[stop]
	if w == nil {
		return
	}
	if _, ok := w.conns[c]; !ok {
		return
	}
	delete(w.conns, c)
	if len(w.conns) == 0 {
		delete(stopWatches.m, stop)
		close(w.unused)
	}
}

func (w *stopWatch) wait(stop <-chan struct{}) {
	select {
	case <-stop:
	case <-w.unused:
		return
	}
	stopWatches.Lock()
	w.stopped = true
	conns := make([]*Conn, 0, len(w.conns))
	for c := range w.conns {
		conns = append(conns, c)
	}
	stopWatches.Unlock()
	for _, c := range conns {
		c.cancel(ErrStopped)
	}
}
