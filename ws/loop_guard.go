package ws

// guard calls f, and gives false when a callback of the application has
// panicked in it: that ends its connection with 1011 (internal error), and
// nothing else.
func (lp *loop) guard(l *served, f func(*served)) (returned bool) {
	defer func() {
		if !returned {
			v := recover()
			if v != nil {
				l.c.logPanic(v)
			}
			lp.panicked(l, v)
		}
	}()
	f(l)
	return true
}

func (lp *loop) panicked(l *served, v any) {
	if l.phase == phaseGone {
		return // it was the last hook
	}
	if v == nil {
		// runtime.Goexit: the loop goes on in another goroutine, see run.
		l.mu.Lock()
		l.lost(ErrClosedNow)
		l.mu.Unlock()
		lp.leave(l)
		return
	}
	switch l.phase {
	case phaseOpening:
		l.refuse(&refused{answer: errInternal})
	case phaseOpen:
		_ = l.close(StatusInternalError, "")
	case phaseEnding, phaseLingering, phaseGone:
	}
}
