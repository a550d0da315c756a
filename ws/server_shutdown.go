package ws

import (
	"context"
	"maps"
	"slices"
)

// Shutdown stops accepting and ends every connection with 1001 (going away), at
// the Pace; handshakes in progress are refused with 503. It returns when all
// connections are gone and their OnClose has returned. When ctx ends before, what
// is left is cut off without a closing handshake, and the error is a
// *ShutdownError. Functions of detached connections are not waited for then.
//
// A callback must not call it, since it waits for callbacks.
func (s *Server) Shutdown(ctx context.Context) error {
	closePaced(ctx, s.shut(), s.Pace)
	var err error
	select {
	case <-s.whenEmpty():
	case <-ctx.Done():
		if cut := s.cutOff(); cut > 0 {
			err = &ShutdownError{CutOff: cut, Err: context.Cause(ctx)}
		}
	}
	s.endLoops()
	return err
}

// Close stops accepting and cuts every connection off, without a closing
// handshake. It returns when the last callback has returned, and like Shutdown it
// is not for callbacks.
func (s *Server) Close() error {
	s.shut()
	s.cutOff()
	s.endLoops()
	return nil
}

// shut stops accepting, refuses handshakes, and gives the connections that are
// open.
func (s *Server) shut() []*Conn {
	s.mu.Lock()
	s.down = true
	if s.stop != nil {
		s.stop()
	}
	for ln, wake := range s.listeners {
		_ = ln.Close()
		wake()
	}
	loops := s.loops
	s.mu.Unlock()
	var conns []*Conn
	for _, lp := range loops {
		lp.do(func() {
			for l := range lp.conns.all() {
				if l.phase == phaseOpening {
					lp.turnAway(l)
					continue
				}
				conns = append(conns, l.c)
			}
		})
	}
	return append(conns, s.driven()...) // behind the loops: some may have gone over
}

// driven gives the connections that goroutines drive.
func (s *Server) driven() []*Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.waiting))
}

// cutOff closes the transport of every connection at once, and gives how many
// had not ended.
func (s *Server) cutOff() (cut int) {
	s.mu.Lock()
	s.cut = true
	loops := s.loops
	s.mu.Unlock()
	for _, lp := range loops {
		lp.do(func() {
			for l := range lp.conns.all() {
				if l.lose(ErrClosedNow) && l.opened {
					cut++
				}
			}
		})
	}
	for _, c := range s.driven() {
		if c.cutOff() {
			cut++
		}
	}
	return cut
}

// whenEmpty gives a channel that is closed when there are no connections.
func (s *Server) whenEmpty() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	empty := make(chan struct{})
	if s.live == 0 {
		close(empty)
		return empty
	}
	if s.empty == nil {
		s.empty = empty
	}
	return s.empty
}

// endLoops ends the loops, when their last connections have gone.
func (s *Server) endLoops() {
	s.mu.Lock()
	loops := s.loops
	s.mu.Unlock()
	for _, lp := range loops {
		lp.end()
	}
	for _, lp := range loops {
		<-lp.done
	}
	s.calling.Wait()
}
