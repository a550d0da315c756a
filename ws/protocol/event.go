package protocol

import "longwire.example/ws/frame"

// Kind tells what an [Event] is.
type Kind uint8

// The kinds of event.
const (
	// KindNone is no event: more octets are needed.
	KindNone Kind = iota
	// KindData is a piece of a text or binary message.
	KindData
	// KindPing is a whole Ping frame.
	KindPing
	// KindPong is a whole Pong frame.
	KindPong
	// KindClose is a whole, valid Close frame.
	KindClose
)

// String gives the name of the kind: "none", "data", "ping", "pong", "close".
func (k Kind) String() string {
	switch k {
	case KindNone:
		return "none"
	case KindData:
		return "data"
	case KindPing:
		return "ping"
	case KindPong:
		return "pong"
	case KindClose:
		return "close"
	default:
		return "unknown kind"
	}
}

// Flags are the marks on a data event, and on a frame to be sent.
type Flags uint8

// The flags.
const (
	// Fin: received, the message is complete with this event; sent, this frame
	// is the last of its message.
	Fin Flags = 1 << iota
	// First: received, a message begins with this event. A Sender knows by
	// itself and ignores it.
	First
	// Compressed: received, RSV1 was set on the first frame of the message, and
	// every event of the message carries the flag. Sent, RSV1 is to be set: on
	// the first frame only (RFC 7692 section 6.1).
	Compressed
)

// Event is one thing received.
type Event struct {
	// Payload is unmasked and belongs to the caller's buffer: it is good until
	// that buffer is used again. Its capacity ends where it ends, so appending
	// to it never writes over the octets behind it.
	Payload []byte
	// Kind says what the event is.
	Kind Kind
	// Op is the opcode of a control frame. On data it is the opcode of the
	// message, OpText or OpBinary, on every fragment.
	Op frame.Opcode
	// Flags are set on data only.
	Flags Flags
}

// MinBuffer is the size of the smallest buffer that a [Receiver] can be fed
// from: the longest control frame, with its header of 6 octets.
const MinBuffer = 2 + 4 + frame.MaxControlPayload
