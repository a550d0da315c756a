package sse

import (
	"strings"

	"longwire.example/sse/parser"
)

// tell reports a token that is no event.
func (r *reader) tell(tok *parser.Token) {
	switch tok.Kind {
	case parser.KindComment:
		r.c.onComment(string(tok.Comment))
	case parser.KindRetry:
		if r.c.onRetry != nil {
			r.c.onRetry(tok.Retry)
		}
	case parser.KindID:
		r.id = string(tok.ID)
		if r.c.onID != nil {
			r.c.onID(r.id)
		}
	case parser.KindEvent: // the caller's
	}
}

// packed is how much data may share its allocation with a new last event ID.
// Whoever keeps the one keeps the other, so it is not much.
const packed = 1 << 10

// event makes an Event of a token, with one allocation: the data.
//
//req:impl SSE-9.2.6-19 SSE-9.2.6-20
func (r *reader) event(tok *parser.Token) Event {
	e := Event{Type: DefaultType}
	if len(tok.Type) > 0 {
		e.Type = r.types.text(tok.Type)
	}
	switch n := len(tok.Data); {
	case string(tok.ID) == r.id:
		e.Data = string(tok.Data)
	case n <= packed:
		var both strings.Builder
		both.Grow(n + len(tok.ID))
		both.Write(tok.Data)
		both.Write(tok.ID)
		e.Data, r.id = both.String()[:n], both.String()[n:]
	default:
		e.Data, r.id = string(tok.Data), string(tok.ID)
	}
	e.LastEventID = r.id
	return e
}

// typeNames remembers the last event types, so that one which comes again
// costs nothing: there are few in a stream.
type typeNames struct {
	names  [8]string
	last   uint8 // index of the one that came last
	oldest uint8 // index of the one to go next
}

// longestType is the longest type that is remembered: they outlive their event.
const longestType = 128

func (t *typeNames) text(b []byte) string {
	if s := t.names[t.last]; string(b) == s {
		return s
	}
	if len(b) > longestType {
		return string(b)
	}
	for i, s := range t.names {
		if string(b) == s {
			t.last = uint8(i)
			return s
		}
	}
	s := string(b)
	t.names[t.oldest] = s
	t.last = t.oldest
	t.oldest = (t.oldest + 1) % uint8(len(t.names))
	return s
}
