package sse

import (
	"context"
	"iter"
)

// Next gives the next message, and waits for it. These errors end the
// subscription: [ErrOverflow], [ErrHubClosed], [ErrUnsubscribed], and a
// [*GapError] if the Store let go of messages before a slow subscriber that
// resumes had come to them. After the end of ctx, which is an error too, and
// after an error of the Store, Next may be called again.
func (s *Subscription) Next(ctx context.Context) (Published, error) {
	if s.hub == nil {
		return Published{}, ErrUnsubscribed // it was not made by Subscribe
	}
	if !s.reading.CompareAndSwap(false, true) {
		return Published{}, ErrConcurrentNext
	}
	defer s.reading.Store(false)
	for {
		p, more, err := s.take(ctx)
		if err != nil {
			return Published{}, s.ended(err)
		}
		if more {
			return p, nil
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return Published{}, context.Cause(ctx)
		}
	}
}

// Poll is Next for who does not wait: ok is false if there is no message now.
func (s *Subscription) Poll(ctx context.Context) (p Published, ok bool, err error) {
	if s.hub == nil {
		return Published{}, false, ErrUnsubscribed
	}
	if !s.reading.CompareAndSwap(false, true) {
		return Published{}, false, ErrConcurrentNext
	}
	defer s.reading.Store(false)
	if p, ok, err = s.take(ctx); err != nil {
		err = s.ended(err)
	}
	return p, ok, err
}

// All gives the messages as Next does, until an error, which is the last pair.
// Close ends the loop without one. Leaving the loop does not end the
// subscription.
func (s *Subscription) All(ctx context.Context) iter.Seq2[Published, error] {
	return func(yield func(Published, error) bool) {
		for {
			p, err := s.Next(ctx)
			if err == ErrUnsubscribed { //nolint:errorlint // Next returns it as it is
				return
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// take gives the next message, or none if it is to be waited for: then wake has
// a value when it is time to ask again. It reads from the Store if need be.
func (s *Subscription) take(ctx context.Context) (p Published, ok bool, err error) {
	for {
		if ctx.Err() != nil {
			return Published{}, false, context.Cause(ctx)
		}
		p, ok, refill, err := s.poll()
		if !refill {
			return p, ok, err
		}
		if err := s.refill(ctx); err != nil {
			return Published{}, false, err
		}
	}
}

// poll is take without the Store: refill says that it is time to read there.
func (s *Subscription) poll() (p Published, ok, refill bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil && !s.draining {
		return Published{}, false, false, s.err
	}
	if s.next < len(s.replay) {
		p, s.replay[s.next] = s.replay[s.next], Published{}
		s.next++
		s.octets -= len(p.Frame)
		s.cursor = p.ID
		if s.next == len(s.replay) {
			s.replay, s.next = s.replay[:0], 0
			if !s.replaying {
				s.replay = nil
			}
		}
		return p, true, false, nil
	}
	if s.replaying {
		return Published{}, false, s.err == nil, s.err
	}
	if e, missed := s.queue.pop(); e != nil {
		p = *e
		p.Missed = missed
		s.cursor = p.ID
		return p, true, false, nil
	}
	s.waiting = s.err == nil
	return Published{}, false, false, s.err
}

// ended takes s off the hub if err is its end, and not that of a context or an
// error of the Store. A gap is one.
func (s *Subscription) ended(err error) error {
	s.mu.Lock()
	over := err == s.err //nolint:errorlint // take gives it as it is
	s.mu.Unlock()
	if gap, ok := asGap(err, s.read); ok {
		over, err = true, gap
	}
	if over {
		s.stop(err)
	}
	return err
}
