package ws

import (
	"context"
	"slices"
	"sync"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Prepared is a message that is encoded once and sent on many connections. For
// connections with permessage-deflate it is compressed once for each level and
// window size among them, at the first one that needs it.
type Prepared struct {
	plain prepared
	typ   MessageType

	mu     sync.Mutex // guards what follows
	packed []preparedFor
}

// prepared is a frame as a server sends it.
type prepared struct {
	frame []byte
	head  int            // octets of its header
	flags protocol.Flags // what to ask the Sender for
}

func (e *prepared) payload() []byte { return e.frame[e.head:] }

// preparedFor is a compressed form and what it was made with. It refers to
// nothing before it, so it fits every connection with these.
type preparedFor struct {
	level, bits int
	prepared    prepared
}

// NewPrepared copies p. With a type that is Plain it is never compressed.
func NewPrepared(t MessageType, p []byte) (*Prepared, error) {
	if !t.valid() {
		return nil, ErrMessageType
	}
	return &Prepared{plain: prepare(t, protocol.Fin, p), typ: t}, nil
}

// bitRSV1 marks a compressed message (RFC 7692 section 6.1).
const bitRSV1 = 0x40

func prepare(t MessageType, f protocol.Flags, p []byte) prepared {
	var rsv byte
	if f&protocol.Compressed != 0 {
		rsv = bitRSV1
	}
	h := frame.NewHeader(true, rsv, t.opcode(), int64(len(p)))
	b := make([]byte, 0, h.Len()+len(p))
	return prepared{frame: append(h.Append(b), p...), head: h.Len(), flags: f}
}

// payload is the message itself.
func (m *Prepared) payload() []byte { return m.plain.payload() }

// encoded gives the form of m for a connection. The socket is held.
func (m *Prepared) encoded(c *Conn) *prepared {
	if !c.compresses(m.typ, len(m.payload())) {
		return &m.plain
	}
	d := &c.deflate.out
	e := m.compressed(d.level, d.bits)
	if e.flags&protocol.Compressed != 0 {
		d.shared(m.payload())
	}
	return e
}

// compressed gives the form for a level and a window; the plain one where it
// can't be shorter.
func (m *Prepared) compressed(level, bits int) *prepared {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.packed, func(f preparedFor) bool { return f.level == level && f.bits == bits })
	if i < 0 {
		alone := deflation{level: level, bits: bits}
		b, worth := alone.pack(m.payload())
		e := m.plain
		if worth {
			e = prepare(m.typ, protocol.Fin|protocol.Compressed, b)
		}
		putMessageBuffer(b)
		i = len(m.packed)
		m.packed = append(m.packed, preparedFor{level, bits, e})
	}
	return &m.packed[i].prepared
}

// WritePrepared sends m as Write does. A server sends the octets as they are; a
// client has to mask them anew.
func (c *Conn) WritePrepared(ctx context.Context, m *Prepared) error {
	if l := c.served.Load(); l != nil {
		return l.write(ctx, m.typ, nil, nil, m)
	}
	return c.writeMessage(ctx, m.typ, nil, nil, m)
}

// encoded gives the frame of m for a server's connection, when it may go now.
// The socket is held.
func (c *Conn) encoded(m *Prepared) ([]byte, error) {
	e := m.encoded(c)
	// The Sender makes the same header again, and with it checks that the
	// frame may go now.
	var head [frame.MaxHeader]byte
	if _, _, err := c.send.Header(head[:0], m.typ.opcode(), e.flags, int64(len(e.payload()))); err != nil {
		return nil, c.refused(err)
	}
	return e.frame, nil
}

// prepared writes m as a server does.
func (w *writing) prepared(m *Prepared) error {
	b, err := w.c.encoded(m)
	if err == nil {
		_, err = w.write(b)
	}
	return err
}
