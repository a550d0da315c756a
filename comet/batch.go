package comet

import (
	"errors"

	"longwire.example/sse"
)

// batch is what an answer of polling has.
type batch struct {
	cursor string
	events []byte // as JSON, with commas between them
	n      int    // of them
	more   bool
}

// add appends an event.
func (b *batch) add(json []byte) {
	if b.n > 0 {
		b.events = append(b.events, ',')
	}
	b.events = append(b.events, json...)
	b.n++
}

// batchRoom is enough for what stands around the events, but for long cursors.
const batchRoom = 64

// append appends it as the object that clients get.
func (b *batch) append(dst []byte) []byte {
	dst = appendJSON(append(dst, `{"cursor":`...), b.cursor)
	dst = append(append(dst, `,"events":[`...), b.events...)
	dst = append(dst, ']')
	if b.more {
		dst = append(dst, `,"more":true`...)
	}
	return append(dst, '}')
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
	b := batch{cursor: s.Cursor()}
	if s.Gap() != nil {
		b.add(first(s).append(nil))
		wait = nil // it is to be told at once
	}
	octets := 0
	for !b.more {
		p, ok, err := s.Poll(x.r.Context())
		if err == nil && !ok && wait != nil && b.n == 0 {
			p, err = wait()
			ok = err == nil
		}
		if err != nil {
			if b.more, err = goesOn(err); err != nil {
				return b, err
			}
			break
		}
		if !ok {
			break
		}
		if p.Missed > 0 {
			b.add(dropped(b.cursor).append(nil))
		}
		b.add(x.h.encoded.of(&p.Message).text())
		b.cursor = p.ID
		octets += len(p.Message.Data) + len(p.Message.Type) + eventOctets
		b.more = octets >= maxBatchOctets || x.h.set.maxBatch > 0 && b.n >= x.h.set.maxBatch
	}
	b.cursor = s.Cursor() // when it has all, the newest ID of whatever topic
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
