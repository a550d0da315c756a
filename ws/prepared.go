package ws

import (
	"context"
	"slices"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Prepared is a message that is encoded once and sent on many connections.
type Prepared struct {
	frame []byte // the frame as a server sends it
	head  int    // octets of its header
	typ   MessageType
}

// NewPrepared copies p.
func NewPrepared(t MessageType, p []byte) (*Prepared, error) {
	if !t.valid() {
		return nil, ErrMessageType
	}
	h := frame.NewHeader(true, 0, frame.Opcode(t), int64(len(p)))
	b := make([]byte, 0, h.Len()+len(p))
	b = append(h.Append(b), p...)
	return &Prepared{frame: b, head: h.Len(), typ: t}, nil
}

func (m *Prepared) payload() []byte { return m.frame[m.head:] }

// WritePrepared sends m as Write does. A server sends the octets as they are;
// a client has to mask them anew, so it saves nothing.
func (c *Conn) WritePrepared(ctx context.Context, m *Prepared) error {
	return c.writeMessage(ctx, frame.Opcode(m.typ), nil, nil, m)
}

func (c *Conn) writePrepared(scratch *buffer, m *Prepared) (sent bool, err error) {
	if c.role == RoleClient {
		return c.writeFrame(scratch, frame.Opcode(m.typ), protocol.Fin, m.payload(), nil)
	}
	// The Sender makes the same header again, and with it checks that the
	// frame may go now.
	if _, _, err := c.send.Header(scratch[:0], frame.Opcode(m.typ), protocol.Fin, int64(len(m.payload()))); err != nil {
		if c.closeSent.Load() {
			err = errCloseSent
		}
		return false, err
	}
	switch {
	case len(m.frame) <= bufferSize:
		return c.emit(m.frame)
	case c.idle != nil:
		return c.emitVector(m.frame, nil, nil)
	}
	for b := range slices.Chunk(m.frame, bufferSize) {
		some, err := c.emit(b)
		if sent = sent || some; err != nil {
			return sent, err
		}
	}
	return sent, nil
}
