package sse

import (
	"context"
	"slices"
)

// refill reads from the Store what comes next, as much as the chunk's limits
// allow, and attaches s to the hub when nothing is left there. Only the
// goroutine that takes messages calls it, when there are none left in replay.
//
// With an error s is as it was, less what could be read before it.
func (s *Subscription) refill(ctx context.Context) error {
	h := s.hub
	h.mu.Lock()
	until := h.last
	h.mu.Unlock()
	done, err := s.load(ctx, until)
	if err != nil || !done {
		return err
	}
	// The Store has no more up to until, and what is published from the next
	// line on comes by the queue. In between is what was published meanwhile.
	if until, done = s.join(); !done {
		return nil
	}
	all := false
	defer func() { s.joined(all) }() // also when the Store panics
	done, err = s.load(ctx, until)
	all = done && err == nil
	return err
}

// load reads messages up to until, or as many as the limits allow: done tells
// which.
func (s *Subscription) load(ctx context.Context, until string) (done bool, err error) {
	if s.read == until {
		return true, nil
	}
	kept := s.kept()
	room := s.chunk.messages - kept
	if room <= 0 {
		return false, nil
	}
	// One more than there is room for tells whether there are more.
	given := 0
	for p, err := range s.hub.store.After(ctx, Range{After: s.read, Until: until, Topics: s.topics, Limit: room + 1}) {
		if err == nil {
			err = checkStoreID(p.ID)
		}
		if err != nil {
			// What came before it goes first; the next call finds the error again.
			if kept > 0 {
				err = nil
			}
			return false, err
		}
		given++
		if _, ok := slices.BinarySearch(s.topics, p.Topic); !ok {
			s.read = p.ID
			continue // whatever the Store does
		}
		p.Message.ID = p.ID
		if p.Frame == nil {
			if p.Frame, err = p.Message.Append(nil); err != nil {
				return false, err
			}
		}
		if !s.keep(p) {
			return false, nil
		}
		kept++
	}
	if given > room {
		return false, nil
	}
	s.read = until
	return true, nil
}

// kept gives how many messages replay has.
func (s *Subscription) kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.replay)
}

// keep puts p into replay, if there is room.
func (s *Subscription) keep(p Published) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := len(s.replay) >= s.chunk.messages || len(p.Frame) > s.chunk.octets-s.octets
	if s.err != nil || len(s.replay) > 0 && full {
		return false
	}
	s.replay = append(s.replay, p)
	s.octets += len(p.Frame)
	s.read = p.ID
	return true
}

// join attaches s and gives the ID up to which the Store is to be read yet.
func (s *Subscription) join() (until string, ok bool) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return "", false
	}
	s.joining, s.overrun = true, false
	return h.attach(s), true
}

// joined ends what join began: with all that was to be read, s lives on its
// queue from now on. Else it goes back to reading from the Store, where
// everything is that its queue had.
func (s *Subscription) joined(all bool) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.joining = false
	if all && !s.overrun {
		s.replaying = false
		if len(s.replay) == 0 {
			s.replay = nil
		}
		return
	}
	if s.err == nil {
		h.detach(s)
		s.queue.clear()
	}
}
