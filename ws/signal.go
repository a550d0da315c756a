package ws

import "sync/atomic"

// signal is a channel that is closed once. It is made only when somebody waits
// for it: of thousands of connections, hardly any is waited for in this way.
type signal struct {
	c atomic.Pointer[chan struct{}]
}

// closedChan is the channel of signals that nobody waited for before.
var closedChan = func() *chan struct{} {
	c := make(chan struct{})
	close(c)
	return &c
}()

// done gives the channel, which is closed when the signal has been given.
func (s *signal) done() <-chan struct{} {
	if s.c.Load() == nil {
		c := make(chan struct{})
		s.c.CompareAndSwap(nil, &c)
	}
	return *s.c.Load()
}

// given tells whether the channel is closed.
func (s *signal) given() bool {
	c := s.c.Load()
	if c == nil {
		return false
	}
	select {
	case <-*c:
		return true
	default:
		return false
	}
}

// give closes the channel. It is called once.
func (s *signal) give() {
	if !s.c.CompareAndSwap(nil, closedChan) {
		close(*s.c.Load())
	}
}
