package parser

import "time"

// Kind says what a [Token] is.
type Kind uint8

// The kinds of tokens. The zero value is none of them.
const (
	// KindEvent is an event to dispatch: a blank line came after at least one
	// data field (section 9.2.6).
	KindEvent Kind = iota + 1
	// KindComment is a line that begins with a colon. It is given only if
	// [Config].Comments asks for it.
	KindComment
	// KindRetry is a new reconnection time. It counts from its line on, before
	// the event that it stands in is complete.
	KindRetry
	// KindID is a new last event ID without an event: a blank line came after
	// an id field that changed it, and there was no data field.
	KindID
)

// String gives "event", "comment", "retry" or "id".
func (k Kind) String() string {
	switch k {
	case KindEvent:
		return "event"
	case KindComment:
		return "comment"
	case KindRetry:
		return "retry"
	case KindID:
		return "id"
	default:
		return "none"
	}
}

// Token is what [Parser.Next] gives. Its slices are valid until the next call
// of a method of the Parser, and as long as src is not changed: they may be
// views into it.
type Token struct {
	Kind Kind

	// Type is the event type of a KindEvent. It is empty for the default,
	// which the specification calls "message".
	Type []byte

	// Data is the data of a KindEvent: its data fields, joined by LF.
	Data []byte

	// ID is the last event ID as of a KindEvent or KindID. An event without an
	// id field has the one of an event before.
	ID []byte

	// Comment is the text of a KindComment, without the colon and one space
	// after it.
	Comment []byte

	// Retry is the reconnection time of a KindRetry.
	Retry time.Duration
}
