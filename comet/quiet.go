package comet

import (
	"context"
	"errors"
	"time"

	"longwire.example/sse"
)

// errQuiet is the cause of the end of waiting for an event when it is time for
// something without meaning.
var errQuiet = errors.New("comet: nothing has happened for a while")

// waiter waits for the events of a subscription, for each no longer than quiet
// allows, if that is not 0. One timer and one context serve until that time is over
// for once: to make them for each event costs as much as to encode it.
type waiter struct {
	s     *sse.Subscription
	ctx   context.Context // of the request
	quiet time.Duration

	limited context.Context // ends by the timer
	cancel  context.CancelCauseFunc
	timer   *time.Timer
}

// next is s.Next that gives errQuiet.
func (q *waiter) next() (sse.Published, error) {
	switch {
	case q.quiet == 0:
		return q.s.Next(q.ctx)
	case q.limited == nil || q.limited.Err() != nil:
		q.stop()
		limited, cancel := context.WithCancelCause(q.ctx)
		q.limited, q.cancel = limited, cancel
		q.timer = time.AfterFunc(q.quiet, func() { cancel(errQuiet) })
	default:
		q.timer.Reset(q.quiet)
	}
	return q.s.Next(q.limited)
}

func (q *waiter) stop() {
	if q.timer != nil {
		q.timer.Stop()
		q.cancel(nil)
	}
}

// newer tells a client of quiet topics how far the hub has come, so that it does
// not come back with an ID of long ago; or nothing.
func newer(s *sse.Subscription, told string) event {
	if c := s.Cursor(); c != told {
		return event{ID: c}
	}
	return event{}
}
