package sse

// DefaultType is the type of an event whose stream names none (section 9.2.6).
const DefaultType = "message"

// Event is an event as a client receives it.
type Event struct {
	// Type is the event type: DefaultType unless the stream named another.
	Type string

	// Data is the data, its lines joined by LF.
	Data string

	// LastEventID is the last event ID as of this event. An event without an id
	// field has the one of an event before; it is empty if there was none.
	LastEventID string
}
