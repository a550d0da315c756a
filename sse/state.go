package sse

// State is what a [Stream] is doing: the readyState of section 9.2.2.
//
//req:impl SSE-9.2.2-13
type State uint8

const (
	// Connecting is the state at the beginning, while there is no connection
	// or not yet an answer, and between two loops over the events.
	Connecting State = 0
	// Open is the state while a stream is being received.
	Open State = 1
	// Closed is the state in the end: after Close, or after an answer or error
	// that is final. There is no way out of it.
	Closed State = 2
)

// String gives "connecting", "open" or "closed".
func (s State) String() string {
	switch s {
	case Connecting:
		return "connecting"
	case Open:
		return "open"
	case Closed:
		return "closed"
	default:
		return "unknown"
	}
}
