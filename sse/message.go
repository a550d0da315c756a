package sse

import (
	"time"

	"longwire.example/sse/parser"
)

// Message is an event as a server sends it.
type Message struct {
	// Type is the event type. Empty means the default type, "message".
	Type string

	// Data is the data, of any number of lines: CR, LF and CRLF each end one.
	Data string

	// ID becomes the client's last event ID. Empty leaves it as it is. A Hub
	// gives each message an ID of its own.
	ID string

	// Retry becomes the client's reconnection time, in whole milliseconds. Zero
	// leaves it as it is.
	Retry time.Duration

	// Key tells a Hub with the Coalesce policy which messages replace each
	// other. It is not sent.
	Key string
}

// Append appends the message as an event stream has it. The error is a
// [*FieldError], and dst is returned as it was; see [parser.AppendEvent] for
// what can't be sent.
func (m *Message) Append(dst []byte) ([]byte, error) {
	return parser.AppendEvent(dst, parser.Event{Type: m.Type, Data: m.Data, ID: m.ID, Retry: m.Retry})
}
