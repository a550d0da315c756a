package comet

import (
	"errors"

	"longwire.example/sse"
)

// batch is an answer of polling.
type batch struct {
	Cursor string  `json:"cursor"`
	Events []event `json:"events"`
	More   bool    `json:"more"`
}

// maxBatchOctets is after how many octets an answer of polling ends; each event
// counts as at least eventOctets.
const (
	maxBatchOctets = 1 << 20
	eventOctets    = 64
)

// collect takes what a subscription has, as much as an answer holds. wait, if not
// nil, waits for the first one.
func (x *exchange) collect(s *sse.Subscription, wait func() (sse.Published, error)) (batch, error) {
	b := batch{Cursor: s.Cursor(), Events: []event{}}
	if s.Gap() != nil {
		b.Events = append(b.Events, first(s))
		wait = nil // it is to be told at once
	}
	octets := 0
	for !b.More {
		p, ok, err := s.Poll(x.r.Context())
		if err == nil && !ok && wait != nil && len(b.Events) == 0 {
			p, err = wait()
			ok = err == nil
		}
		if err != nil {
			if b.More, err = goesOn(err); err != nil {
				return b, err
			}
			break
		}
		if !ok {
			break
		}
		if p.Missed > 0 {
			b.Events = append(b.Events, dropped(b.Cursor))
		}
		b.Events = append(b.Events, eventOf(&p.Message))
		b.Cursor = p.ID
		octets += len(p.Message.Data) + len(p.Message.Type) + eventOctets
		b.More = octets >= maxBatchOctets || x.h.set.maxBatch > 0 && len(b.Events) >= x.h.set.maxBatch
	}
	b.Cursor = s.Cursor() // when it has all, the newest ID of whatever topic
	return b, nil
}

// goesOn tells whether a client that has got what there was before err has more to
// ask for at once. A gap is found, and told, by the request that comes then.
func goesOn(err error) (more bool, _ error) {
	switch {
	case errors.Is(err, errHeld), errors.Is(err, sse.ErrHubClosed):
		return false, nil
	case errors.Is(err, sse.ErrOverflow), errors.Is(err, sse.ErrGap):
		return true, nil
	}
	return false, err
}
