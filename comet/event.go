package comet

import (
	"encoding/json"
	"strings"

	"longwire.example/sse"
)

// event is what a client gets. Without a type it is a cursor and no event, and
// without an ID, too, nothing.
type event struct {
	ID   string  `json:"id,omitempty"`
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

// longestAfter bounds what is sent back of a cursor that a client made up.
const longestAfter = 128 // octets

// gapEvent tells a client that it has missed what can't be given any more, as
// the hub tells it on event streams. The client goes on after id.
func gapEvent(after, reason, id string) event {
	if len(after) > longestAfter {
		after = strings.ToValidUTF8(after[:longestAfter], "")
	}
	data, _ := json.Marshal(struct {
		After  string `json:"after"`
		Reason string `json:"reason"`
	}{after, reason}) // two strings can't fail
	text := string(data)
	return event{ID: id, Type: sse.GapType, Data: &text}
}

// first is what a stream begins with: where it begins, or what is missing there.
func first(s *sse.Subscription) event {
	if g := s.Gap(); g != nil {
		return gapEvent(g.After, g.Reason, s.Cursor())
	}
	return event{ID: s.Cursor()}
}

// append appends the event as JSON without a line break. What could end a script
// is escaped (package json does that for <, >, &, U+2028 and U+2029), and what is
// not UTF-8 becomes U+FFFD, as in an event stream.
func (e event) append(b []byte) []byte {
	j, err := json.Marshal(e)
	if err != nil {
		panic(err) // three strings can't fail
	}
	return append(b, j...)
}
