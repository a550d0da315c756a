package ws

import (
	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// MessageType is the type of a data message, as its opcode gives it
// (section 5.6).
type MessageType uint8

// The two types of data message.
const (
	Text   = MessageType(frame.OpText)   // UTF-8 text
	Binary = MessageType(frame.OpBinary) // any octets
)

// plainBit marks a type of message that is not to be compressed. It is above
// the four bits of an opcode.
const plainBit MessageType = 1 << 7

// Plain gives the type for a message that is sent uncompressed although the
// connection has permessage-deflate: one that holds a secret, or that can't get
// shorter, such as an image. Received messages are Text or Binary only.
func (t MessageType) Plain() MessageType { return t | plainBit }

// String gives "text" or "binary", with ", plain" behind it for a Plain type.
func (t MessageType) String() string {
	if t&plainBit != 0 {
		return t.opcode().String() + ", plain"
	}
	return t.opcode().String()
}

func (t MessageType) opcode() frame.Opcode { return frame.Opcode(t &^ plainBit) }

// valid tells whether t can be sent.
func (t MessageType) valid() bool { return t&^plainBit == Text || t&^plainBit == Binary }

// Message is one whole data message as Messages hands it out.
type Message struct {
	// Data is the payload. It is borrowed: it is valid until the loop asks
	// for the next message or the connection is read in another way.
	Data []byte
	Type MessageType

	headed bool  // before Data is room for a header of the other side
	conn   *Conn // that gave it
}

// Role says which side of the connection this is: a client masks what it
// sends, a server does not (section 5.1).
type Role = protocol.Role

// The two roles.
const (
	RoleServer = protocol.Server
	RoleClient = protocol.Client
)

// StatusCode is the status code of a Close frame (section 7.4).
type StatusCode = frame.CloseCode

// The status codes of section 7.4.1 and of IANA's registry.
const (
	StatusNormalClosure      = frame.CloseNormal
	StatusGoingAway          = frame.CloseGoingAway
	StatusProtocolError      = frame.CloseProtocolError
	StatusUnsupportedData    = frame.CloseUnsupportedData
	StatusNoStatus           = frame.CloseNoStatus // never on the wire: the Close had no code
	StatusAbnormalClosure    = frame.CloseAbnormal // never on the wire: no Close came
	StatusInvalidPayload     = frame.CloseInvalidPayload
	StatusPolicyViolation    = frame.ClosePolicyViolation
	StatusMessageTooBig      = frame.CloseTooBig
	StatusMandatoryExtension = frame.CloseMandatoryExtension
	StatusInternalError      = frame.CloseInternalError
	StatusServiceRestart     = frame.CloseServiceRestart
	StatusTryAgainLater      = frame.CloseTryAgainLater
	StatusBadGateway         = frame.CloseBadGateway
	StatusTLSHandshake       = frame.CloseTLSHandshake // never on the wire
)
