package comet

import (
	"encoding/json"

	"longwire.example/sse"
)

// event is what a client gets. Without data it is a cursor and no event, and without
// an ID, too, nothing.
type event struct {
	ID   string  `json:"id,omitempty"`
	Type string  `json:"type,omitempty"`
	Data *string `json:"data,omitempty"`
}

// eventOf gives a message of the hub, with its ID, as an event. The default type is
// left out, as in an event stream.
func eventOf(m *sse.Message) event {
	e := event{ID: m.ID, Data: &m.Data}
	if m.Type != sse.DefaultType {
		e.Type = m.Type
	}
	return e
}

// gapEvent tells a client that it has missed what can't be given any more. The
// client goes on after id.
func gapEvent(g *sse.GapError, id string) event {
	m := g.Message(id)
	return eventOf(&m)
}

// dropped tells a client that its queue did not take what came after the ID that it
// has.
func dropped(told string) event {
	return gapEvent(&sse.GapError{After: told, Reason: sse.GapDropped}, told)
}

// first is what a stream begins with: where it begins, or what is missing there.
func first(s *sse.Subscription) event {
	if g := s.Gap(); g != nil {
		return gapEvent(g, s.Cursor())
	}
	return event{ID: s.Cursor()}
}

// append appends the event as JSON without a line break. What could end a script
// is escaped (package json does that for <, >, &, U+2028 and U+2029), and what is
// not UTF-8 becomes U+FFFD, as in an event stream.
func (e event) append(b []byte) []byte { return appendJSON(b, e) }

func appendJSON(b []byte, v any) []byte {
	j, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings can't fail
	}
	return append(b, j...)
}
