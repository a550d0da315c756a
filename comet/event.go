package comet

import (
	"encoding/json"
	"errors"

	"longwire.example/sse"
)

// event is what a client gets. Without a type it is a cursor and no event.
type event struct {
	ID   string  `json:"id"`
	Type string  `json:"type,omitempty"`
	Data *string `json:"data,omitempty"`
}

// eventOf gives a message as an event.
func eventOf(p *sse.Published) event {
	t := p.Message.Type
	if t == "" {
		t = sse.DefaultType
	}
	return event{ID: p.ID, Type: t, Data: &p.Message.Data}
}

// gapEvent tells a client that it has missed what can't be given any more, as
// the hub tells it on event streams. The client goes on after id.
func gapEvent(after, reason, id string) event {
	const longest = 128 // octets of what the client made up
	data, _ := json.Marshal(map[string]string{"after": after[:min(len(after), longest)], "reason": reason})
	text := string(data)
	return event{ID: id, Type: sse.GapType, Data: &text}
}

// append appends the event as JSON without a line break. What could end a script
// is escaped (package json does that for <, >, &, U+2028 and U+2029), and what is
// not UTF-8 becomes U+FFFD, as in an event stream.
func (e event) append(b []byte) []byte {
	j, err := json.Marshal(e)
	if err != nil {
		panic(err) // three strings
	}
	return append(b, j...)
}

// batch is an answer of polling.
type batch struct {
	Cursor string  `json:"cursor"`
	Events []event `json:"events"`
	More   bool    `json:"more"`
}

// maxBatchOctets is after how many octets of data an answer of polling ends.
const maxBatchOctets = 1 << 20

// collect takes what a subscription has, as much as an answer holds. wait, if not
// nil, waits for the first one.
func (x *exchange) collect(s *sse.Subscription, wait func() (sse.Published, error)) (batch, error) {
	b := batch{Events: []event{}}
	if g := s.Gap(); g != nil {
		b.Events = append(b.Events, gapEvent(g.After, g.Reason, s.Cursor()))
		wait = nil
	}
	octets := 0
	for !b.More {
		p, ok, err := s.Poll(x.r.Context())
		if err == nil && !ok && wait != nil && len(b.Events) == 0 {
			p, err = wait()
			ok = err == nil
			wait = nil
		}
		if g, gap := errors.AsType[*sse.GapError](err); gap {
			// The store was faster than this client. It subscribes anew, and
			// that finds out what is missing.
			b.Cursor, b.More = g.After, true
			return b, nil
		}
		switch {
		case errors.Is(err, sse.ErrHubClosed), errors.Is(err, sse.ErrOverflow), errors.Is(err, errHeld):
			ok = false // it asks again, after what it has
		case err != nil:
			return b, err
		}
		if !ok {
			break
		}
		if p.Missed > 0 {
			b.Events = append(b.Events, gapEvent(x.cursor, sse.GapDropped, p.ID))
		}
		b.Events = append(b.Events, eventOf(&p))
		octets += len(p.Message.Data)
		b.More = octets >= maxBatchOctets || x.h.set.maxBatch > 0 && len(b.Events) >= x.h.set.maxBatch
	}
	b.Cursor = s.Cursor()
	return b, nil
}
