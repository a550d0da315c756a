package protocol

import (
	"errors"
	"slices"

	"longwire.example/ws/frame"
)

// What a [Sender] refuses to send. These are mistakes of the caller: nothing is
// sent and the connection goes on.
var (
	// ErrNotOpen: the connection is not open, or no longer.
	ErrNotOpen = errors.New("protocol: the connection is not open")
	// ErrSequence: a continuation outside a message, or a new message inside one.
	ErrSequence = errors.New("protocol: frame out of sequence")
	// ErrOpcode: a reserved opcode, or a Close frame, which AppendClose makes.
	ErrOpcode = errors.New("protocol: not an opcode to send this way")
	// ErrControlPayload: a control frame of more than 125 octets.
	ErrControlPayload = errors.New("protocol: control frame of more than 125 octets")
	// ErrControlFin: a control frame without Fin.
	ErrControlFin = errors.New("protocol: control frames are not fragmented")
	// ErrCompressed: Compressed without permessage-deflate, or on anything but
	// the first frame of a message.
	ErrCompressed = errors.New("protocol: a frame that must not be marked compressed")
	// ErrLength: a negative length.
	ErrLength = errors.New("protocol: negative length")
)

// Sender makes the frames that this side sends, and refuses those that it must
// not send. It keeps the state of the connection. It is made by [NewSender]; the
// driver guards it and the writing of what it made by one lock, since frames
// have to go out in the order in which they were made.
type Sender struct {
	keys    keys
	state   State
	role    Role
	deflate bool
	within  bool // a message is begun and not complete
	clean   bool // the closing handshake was complete when the transport closed
}

// NewSender gives the Sender of a connection whose opening handshake is
// complete: it is [Open]. deflate says that permessage-deflate was agreed on.
//
//req:impl RFC6455-4.1-47
//req:impl RFC6455-4.2.2-17
func NewSender(role Role, deflate bool) Sender {
	return Sender{role: role, deflate: deflate, state: Connecting.After(InputEstablished)}
}

// State gives the state of the connection.
func (s *Sender) State() State { return s.state }

// Header appends to dst the header of a frame with a payload of length octets.
// The caller sends the payload behind it, masked with the key: [frame.Key.XORCopy]
// with the zero key, which is what a server gets, is a plain copy.
//
// Of the flags, Fin and Compressed count. A message is one Text or Binary frame
// and any number of Continuation frames, the last of them with Fin; Ping and Pong
// may come between. Whatever else is asked for is refused with one of this
// package's errors; then dst comes back as it was.
//
//req:impl RFC6455-6.1-01 RFC6455-6.1-04
func (s *Sender) Header(dst []byte, op frame.Opcode, f Flags, length int64) ([]byte, frame.Key, error) {
	if err := s.admit(op, f, length); err != nil {
		return dst, 0, err
	}
	h, k := s.header(op, f, length)
	return h.Append(dst), k, nil
}

// AppendFrame appends to dst a frame with the payload p, as Header and masking
// would. p is not changed, and must not overlap the free part of dst.
func (s *Sender) AppendFrame(dst []byte, op frame.Opcode, f Flags, p []byte) ([]byte, error) {
	if err := s.admit(op, f, int64(len(p))); err != nil {
		return dst, err
	}
	return s.append(dst, op, f, p), nil
}

func (s *Sender) append(dst []byte, op frame.Opcode, f Flags, p []byte) []byte {
	h, k := s.header(op, f, int64(len(p)))
	dst = h.Append(slices.Grow(dst, h.Len()+len(p)))
	n := len(dst)
	dst = dst[:n+len(p)]
	k.XORCopy(dst[n:], p)
	return dst
}

// header makes the header of a frame that has been admitted.
func (s *Sender) header(op frame.Opcode, f Flags, length int64) (frame.Header, frame.Key) {
	var rsv byte
	if f&Compressed != 0 {
		rsv = bitRSV1
	}
	h := frame.NewHeader(f&Fin != 0, rsv, op, length)
	// A client masks every frame, Close frames too, each with a key of its own; a
	// server never masks.
	//req:impl RFC6455-5.1-01 RFC6455-5.1-04
	//req:impl RFC6455-5.5.1-05
	//req:impl RFC6455-6.1-08
	if s.role != Client {
		return h, 0
	}
	k := s.keys.next()
	return h.WithKey(k), k
}

// admit judges what the caller wants to send, and notes where a message begins
// and ends.
func (s *Sender) admit(op frame.Opcode, f Flags, length int64) error {
	switch {
	// Messages are sent in the state OPEN only; a Close frame, sent or received,
	// ends it.
	//req:impl RFC6455-5.1-07
	//req:impl RFC6455-5.5.1-06
	//req:impl RFC6455-6.1-02 RFC6455-6.1-03
	case s.state != Open:
		return ErrNotOpen
	case length < 0:
		return ErrLength
	case op == frame.OpClose || op.Reserved():
		return ErrOpcode

	// RSV1 is 0 unless permessage-deflate gives it a meaning, and then marks the
	// first frame of a message only. RSV2 and RSV3 cannot be asked for.
	//req:impl RFC6455-5.2-02
	//req:impl RFC6455-9.1-06
	//req:impl RFC7692-6.1-04
	case f&Compressed != 0 && (!s.deflate || op.Control() || op == frame.OpContinuation):
		return ErrCompressed

	// Control frames are whole and short, and may come between fragments.
	//req:impl RFC6455-5.4-01 RFC6455-5.4-02
	//req:impl RFC6455-5.5.2-04
	case op.Control() && f&Fin == 0:
		return ErrControlFin
	case op.Control() && length > frame.MaxControlPayload:
		return ErrControlPayload
	case op.Control():
		return nil

	// The first frame of a message says text or binary, every later one is a
	// continuation, and only then does another message begin.
	//req:impl RFC6455-5.4-03 RFC6455-5.4-04 RFC6455-5.4-06
	//req:impl RFC6455-6.1-05 RFC6455-6.1-06
	case (op == frame.OpContinuation) != s.within:
		return ErrSequence
	}
	// The last frame has FIN.
	//req:impl RFC6455-6.1-07
	s.within = f&Fin == 0
	return nil
}

// AppendClose appends a Close frame, which begins the closing handshake or
// answers it. Code and reason are those of [frame.AppendClose]: CloseNoStatus
// with an empty reason sends an empty Close. One Close frame is all that a
// connection ever sends; asked for another, or on a connection that is not
// open, it gives [ErrNotOpen].
//
//req:impl RFC6455-7.1.2-01
func (s *Sender) AppendClose(dst []byte, c frame.CloseCode, reason string) ([]byte, error) {
	if s.state != Open && s.state != CloseReceived {
		return dst, ErrNotOpen
	}
	var buf [frame.MaxControlPayload]byte
	p, err := frame.AppendClose(buf[:0], c, reason)
	if err != nil {
		return dst, err
	}
	return s.close(dst, p), nil
}

// close appends a Close frame with the payload p and moves on.
func (s *Sender) close(dst, p []byte) []byte {
	s.state = s.state.After(InputSendClose)
	return s.append(dst, frame.OpClose, Fin, p)
}

// TransportClosed notes that the transport is gone.
func (s *Sender) TransportClosed() {
	s.clean = s.clean || s.state == CloseDone
	s.state = s.state.After(InputTransportClosed)
}

// Clean tells whether the connection was closed cleanly: both sides had sent
// their Close frame before the transport went.
//
//req:impl RFC6455-7.1.4-01
func (s *Sender) Clean() bool { return s.clean }
