package main

import (
	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// What the records say about permessage-deflate (RFC 7692).

// deflateRecord is what the messages of each side may do.
type deflateRecord struct {
	Client directionRecord `json:"client"`
	Server directionRecord `json:"server"`
}

type directionRecord struct {
	ContextTakeover bool `json:"contextTakeover"` // refer to messages before
	WindowBits      int  `json:"windowBits"`      // refer back by at most 1<<n octets
}

func newDeflateRecord(info ws.Info) *deflateRecord {
	p := info.Deflate
	if p == nil {
		return nil
	}
	s := p.Side(false)
	return &deflateRecord{
		Client: directionRecord{s.ReceiveContextTakeover, s.ReceiveWindowBits},
		Server: directionRecord{s.SendContextTakeover, s.SendWindowBits},
	}
}

// inflated is what the payload of a frame of a compressed message gave.
type inflated struct {
	Octets int64 `json:"octets"`
	// Payload is the beginning of them.
	Payload string `json:"payload"`
}

// messageRecord is what a whole message took.
type messageRecord struct {
	Number     int   `json:"number"` // among those of its direction, from 1
	Octets     int64 `json:"octets"` // of the message
	Wire       int64 `json:"wire"`   // of its frames, with their headers
	Frames     int   `json:"frames"`
	Compressed bool  `json:"compressed"`
}

// tally adds up the frames of the messages of one direction.
type tally struct {
	number int
	open   messageRecord
}

// add gives the message that a frame completes, or nil. After a violation there
// is none any more.
func (t *tally) add(an frame.Annotation) *messageRecord {
	h := an.Header
	if h.Opcode().Control() || an.Err != nil || an.Partial || an.Compressed && !an.Inflates {
		return nil
	}
	if h.Opcode() != frame.OpContinuation {
		t.number++
		t.open = messageRecord{Number: t.number, Compressed: an.Compressed}
	}
	t.open.Frames++
	t.open.Wire += int64(h.Len()) + h.Length
	t.open.Octets += h.Length
	if an.Compressed {
		t.open.Octets += an.InflatedLength - h.Length
	}
	if !h.Fin() {
		return nil
	}
	whole := t.open
	return &whole
}
