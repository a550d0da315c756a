package wstest

import (
	"encoding/binary"
	"fmt"
	"slices"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Frame is one frame as a test wants it on the wire, legal or not. It is a
// value: its methods give a changed copy. Made by Text, Binary, Ping and so on
// it is legal; whether it is masked follows from who sends it, unless Masked
// or Unmasked says otherwise.
type Frame struct {
	Op      frame.Opcode
	Fin     bool
	RSV     byte // bits 0x70; 0x40 is RSV1
	Payload []byte

	masking  masking
	form     lengthForm
	key      *frame.Key
	declared *uint64
	first    *int
	raw      bool // Payload is the octets of the wire
}

type masking uint8

const (
	maskByRole masking = iota
	maskAlways
	maskNever
)

type lengthForm uint8

const (
	formShortest lengthForm = iota
	form16
	form64
)

// NewFrame gives a final frame of any opcode and payload.
func NewFrame(op frame.Opcode, payload []byte) Frame {
	return Frame{Op: op, Fin: true, Payload: payload}
}

// Text gives a text message of one frame.
func Text(s string) Frame { return NewFrame(frame.OpText, []byte(s)) }

// Binary gives a binary message of one frame.
func Binary(p []byte) Frame { return NewFrame(frame.OpBinary, p) }

// Continuation gives the last frame of a fragmented message; with More it is
// one in the middle.
func Continuation(p string) Frame { return NewFrame(frame.OpContinuation, []byte(p)) }

// Ping gives a Ping.
func Ping(p string) Frame { return NewFrame(frame.OpPing, []byte(p)) }

// Pong gives a Pong.
func Pong(p string) Frame { return NewFrame(frame.OpPong, []byte(p)) }

// Close gives a Close frame. It takes codes that may not be sent too, except
// that 1005 without a reason gives the Close without a body.
func Close(code frame.CloseCode, reason string) Frame {
	if code == frame.CloseNoStatus && reason == "" {
		return NewFrame(frame.OpClose, nil)
	}
	return NewFrame(frame.OpClose, append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}

// Octets gives octets that are sent as they are, whatever they mean. They
// can't be expected.
func Octets(octets ...byte) Frame { return Frame{Payload: octets, raw: true} }

// More clears FIN: more fragments follow.
func (f Frame) More() Frame { f.Fin = false; return f }

// WithRSV sets reserved bits: 0x40 is RSV1, 0x20 RSV2 and 0x10 RSV3.
func (f Frame) WithRSV(bits byte) Frame { f.RSV |= bits & 0x70; return f }

// Masked masks the frame whoever sends it.
func (f Frame) Masked() Frame { f.masking = maskAlways; return f }

// Unmasked leaves the frame unmasked whoever sends it.
func (f Frame) Unmasked() Frame { f.masking = maskNever; return f }

// WithKey masks the frame with a key of four octets.
func (f Frame) WithKey(k [4]byte) Frame {
	key := frame.Key(binary.LittleEndian.Uint32(k[:]))
	f.masking, f.key = maskAlways, &key
	return f
}

// Length16 gives the length as 126 and 16 bits, also where it is shorter in 7.
func (f Frame) Length16() Frame { f.form = form16; return f }

// Length64 gives the length as 127 and 64 bits.
func (f Frame) Length64() Frame { f.form = form64; return f }

// Declare gives a length of n in the header, whatever the payload is.
func (f Frame) Declare(n uint64) Frame { f.declared = &n; return f }

// First leaves only the first n octets of the frame.
func (f Frame) First(n int) Frame { f.first = &n; return f }

// Append appends the octets of the frame as role sends it. key is used where
// the frame is to be masked and has no key of its own.
func (f Frame) Append(dst []byte, role protocol.Role, key frame.Key) []byte {
	start := len(dst)
	if f.raw {
		dst = append(dst, f.Payload...)
	} else {
		dst = f.encode(dst, role, key)
	}
	if f.first != nil {
		dst = dst[:start+min(*f.first, len(dst)-start)]
	}
	return dst
}

// encode is the figure of section 5.2 and does not use package frame, so that
// tests of it compare two encoders.
func (f Frame) encode(dst []byte, role protocol.Role, key frame.Key) []byte {
	first := f.RSV | byte(f.Op)&0x0F
	if f.Fin {
		first |= 0x80
	}
	second := byte(0)
	if f.masked(role) {
		second = 0x80
	}
	n := uint64(len(f.Payload))
	if f.declared != nil {
		n = *f.declared
	}
	switch {
	case f.form == form64, f.form == formShortest && n > 0xFFFF:
		dst = binary.BigEndian.AppendUint64(append(dst, first, second|127), n)
	case f.form == form16, n > 125:
		dst = binary.BigEndian.AppendUint16(append(dst, first, second|126), uint16(n)) //nolint:gosec // Length16 of more is the caller's wish
	default:
		dst = append(dst, first, second|byte(n))
	}
	if second == 0 {
		return append(dst, f.Payload...)
	}
	if f.key != nil {
		key = *f.key
	}
	var k [4]byte
	binary.LittleEndian.PutUint32(k[:], uint32(key))
	dst = append(dst, k[:]...)
	for i, c := range f.Payload {
		dst = append(dst, c^k[i%4])
	}
	return dst
}

func (f Frame) masked(role protocol.Role) bool {
	switch f.masking {
	case maskAlways:
		return true
	case maskNever:
		return false
	case maskByRole:
	}
	return role == protocol.Client
}

// Equal tells whether the frames say the same: FIN, reserved bits, opcode and
// payload. Masking and the form of the length do not count.
func (f Frame) Equal(g Frame) bool {
	return f.Op == g.Op && f.Fin == g.Fin && f.RSV == g.RSV && slices.Equal(f.Payload, g.Payload)
}

// CloseCode gives the code of a Close frame: 1005 when it has none, 0 when
// this is no Close frame or its body is one octet.
func (f Frame) CloseCode() frame.CloseCode {
	switch {
	case f.Op != frame.OpClose || len(f.Payload) == 1:
		return 0
	case len(f.Payload) == 0:
		return frame.CloseNoStatus
	default:
		return frame.CloseCode(binary.BigEndian.Uint16(f.Payload))
	}
}

// maxShown is how much of a payload String shows.
const maxShown = 64

// String describes the frame in one line, such as `text "Hello"` or
// `close 1002 "reserved opcode"`.
func (f Frame) String() string {
	if f.raw {
		return fmt.Sprintf("octets % x", f.Payload[:min(len(f.Payload), maxShown)])
	}
	s := f.Op.String()
	if !f.Fin {
		s += " (more follows)"
	}
	if f.RSV != 0 {
		s += fmt.Sprintf(" rsv %#x", f.RSV)
	}
	p := f.Payload
	if code := f.CloseCode(); code != 0 {
		s += fmt.Sprintf(" %d", uint16(code))
		p = p[min(len(p), 2):]
	}
	switch {
	case len(p) > maxShown:
		s += fmt.Sprintf(" %q... (%d octets)", p[:maxShown], len(p))
	case len(p) > 0 || f.Op != frame.OpClose:
		s += fmt.Sprintf(" %q", p)
	}
	return s
}
