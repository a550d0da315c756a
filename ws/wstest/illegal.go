package wstest

import (
	"encoding/binary"
	"fmt"
	"strings"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// IllegalFrames is one thing that a peer may not send.
type IllegalFrames struct {
	Name string
	// Frames is what the peer sends. All but the last is legal.
	Frames []Frame
	// Decided is the number of octets, counted from the first of Frames, by
	// which the violation shows. A strict receiver fails there and does not
	// wait for the rest.
	Decided int
	// Deflate tells that permessage-deflate has been agreed on. Without it the
	// frames are illegal too, but may be so for another reason.
	Deflate bool
	// Err is the violation; its Token is stable and its Code is the one to
	// close with.
	Err *frame.Error
}

// Illegal gives everything that the side with this role has to refuse: the
// frames are those of its peer. What exceeds a limit is not among them, since
// limits are each side's own.
func Illegal(role protocol.Role) []IllegalFrames {
	peer := protocol.Client
	if role == protocol.Client {
		peer = protocol.Server
	}
	b := illegal{peer: peer}
	b.masking()
	b.reserved()
	b.control()
	b.lengths()
	b.fragments()
	b.text()
	b.close()
	return b.table
}

// illegal builds the table for what peer sends.
type illegal struct {
	peer  protocol.Role
	table []IllegalFrames
}

// header is the Decided of what the first two octets of the last frame show.
const header = 2

// add adds a line. at counts in the last frame: from its first octet, or with
// payload set from the first of its payload.
func (b *illegal) add(name string, err *frame.Error, at int, payload, deflate bool, frames ...Frame) {
	for _, f := range frames[:len(frames)-1] {
		at += len(f.Append(nil, b.peer, 0))
	}
	last := frames[len(frames)-1]
	if payload {
		at += len(last.Append(nil, b.peer, 0)) - len(last.Payload)
	}
	b.table = append(b.table, IllegalFrames{Name: name, Frames: frames, Decided: at, Deflate: deflate, Err: err})
}

// inHeader adds what the first two octets of the last frame show.
func (b *illegal) inHeader(name string, err *frame.Error, frames ...Frame) {
	b.add(name, err, header, false, false, frames...)
}

// inDeflate is inHeader with permessage-deflate.
func (b *illegal) inDeflate(name string, err *frame.Error, frames ...Frame) {
	b.add(name, err, header, false, true, frames...)
}

// inPayload adds what shows at octet at, from 1, of the last payload.
func (b *illegal) inPayload(name string, err *frame.Error, at int, frames ...Frame) {
	b.add(name, err, at, true, false, frames...)
}

// masking: a client masks and a server doesn't (section 5.1).
func (b *illegal) masking() {
	err, word := frame.ErrUnmasked, "unmasked"
	wrong := Frame.Unmasked
	if b.peer == protocol.Server {
		err, word = frame.ErrMasked, "masked"
		wrong = Frame.Masked
	}
	for _, f := range []Frame{Text("x"), Text(""), Binary([]byte("x")), Text("x").More(), Ping(""), Pong("x"), Close(frame.CloseNormal, "")} {
		b.inHeader(word+" "+f.String(), err, wrong(f))
	}
	b.inHeader(word+" continuation", err, Text("x").More(), wrong(Continuation("y")))
}

// reserved: bits and opcodes without a meaning (section 5.2; RFC 7692 section
// 6.1 for RSV1).
func (b *illegal) reserved() {
	for i, bit := range []byte{0x40, 0x20, 0x10} {
		rsv := fmt.Sprintf("RSV%d on ", i+1)
		for _, f := range []Frame{Text("x"), Binary(nil), Ping(""), Pong(""), Close(frame.CloseNormal, "")} {
			b.inHeader(rsv+f.Op.String(), frame.ErrReservedBits, f.WithRSV(bit))
			if i > 0 || f.Op.Control() {
				b.inDeflate(rsv+f.Op.String()+" with deflate", frame.ErrReservedBits, f.WithRSV(bit))
			}
		}
		b.inHeader(rsv+"continuation", frame.ErrReservedBits, Text("x").More(), Continuation("y").WithRSV(bit))
	}
	b.withDeflate()
	for op := range frame.Opcode(16) {
		if op.Reserved() {
			b.inHeader(op.String(), frame.ErrReservedOpcode, NewFrame(op, nil))
			b.inHeader(op.String()+" inside a message", frame.ErrReservedOpcode, Text("x").More(), NewFrame(op, nil))
		}
	}
}

// withDeflate: RSV1 is for the first frame of a message (RFC 7692 section 6.1),
// and the other bits stay without a meaning.
func (b *illegal) withDeflate() {
	hello := Text("Hello").Compressed().Cut(2, 2)
	b.inDeflate("RSV1 on continuation with deflate", frame.ErrReservedBits, hello[0], hello[2].WithRSV(rsv1))
	b.inDeflate("RSV1 on continuation that goes on with deflate", frame.ErrReservedBits, hello[0], hello[1].WithRSV(rsv1))
	b.inDeflate("RSV1 on a later continuation with deflate", frame.ErrReservedBits, hello[0], hello[1], hello[2].WithRSV(rsv1))
	b.inDeflate("RSV1 on continuation of an uncompressed message", frame.ErrReservedBits, Text("x").More(), Continuation("y").WithRSV(rsv1))
	for _, f := range []Frame{Ping(""), Pong(""), Close(frame.CloseNormal, "")} {
		b.inDeflate("RSV1 on "+f.Op.String()+" inside a compressed message", frame.ErrReservedBits, hello[0], f.WithRSV(rsv1))
	}
	for i, bit := range []byte{0x20, 0x10} {
		rsv := fmt.Sprintf("RSV%d on ", i+2)
		b.inDeflate(rsv+"compressed text", frame.ErrReservedBits, Text("Hello").Compressed().WithRSV(bit))
		b.inDeflate(rsv+"continuation with deflate", frame.ErrReservedBits, hello[0], hello[1].WithRSV(bit))
	}
}

// control: control frames are whole and short (section 5.5).
func (b *illegal) control() {
	long := strings.Repeat("x", frame.MaxControlPayload+1)
	for _, f := range []Frame{Ping(""), Pong(""), Close(frame.CloseNormal, "")} {
		b.inHeader("fragmented "+f.Op.String(), frame.ErrControlFragmented, f.More())
		b.inHeader("fragmented "+f.Op.String()+" inside a message", frame.ErrControlFragmented, Text("x").More(), f.More())
		b.inHeader(f.Op.String()+" of 126 octets", frame.ErrControlTooLong, NewFrame(f.Op, []byte("\x03\xe8"+long[2:])))
		b.inHeader(f.Op.String()+" with a 64-bit length", frame.ErrControlTooLong, f.Length64().Declare(1<<16).First(10))
	}
}

// lengths: the shortest form, and 63 bits (section 5.2).
func (b *illegal) lengths() {
	for _, n := range []int{0, 1, 125} {
		p := make([]byte, n)
		b.add(fmt.Sprintf("length %d in 16 bits", n), frame.ErrLengthNotMinimal, 4, false, false, Binary(p).Length16())
		b.add(fmt.Sprintf("length %d in 64 bits", n), frame.ErrLengthNotMinimal, 8, false, false, Binary(p).Length64())
	}
	for _, n := range []int{126, 1<<16 - 1} {
		b.add(fmt.Sprintf("length %d in 64 bits", n), frame.ErrLengthNotMinimal, 8, false, false, Binary(make([]byte, n)).Length64())
	}
	b.add("length 125 in 16 bits on a continuation", frame.ErrLengthNotMinimal, 4, false, false,
		Text("x").More(), Continuation(strings.Repeat("x", 125)).Length16())
	for _, n := range []uint64{1 << 63, 1<<64 - 1} {
		b.add(fmt.Sprintf("length %#x", n), frame.ErrLengthTopBit, 3, false, false, Binary(nil).Length64().Declare(n))
	}
}

// fragments: their order (section 5.4).
func (b *illegal) fragments() {
	b.inHeader("continuation of nothing", frame.ErrContinuation, Continuation("x"))
	b.inHeader("continuation of nothing that goes on", frame.ErrContinuation, Continuation("").More())
	b.inHeader("continuation after a whole message", frame.ErrContinuation, Text("x"), Continuation("y"))
	b.inHeader("continuation after a fragmented message", frame.ErrContinuation, Text("x").More(), Continuation("y"), Continuation("z"))
	b.inHeader("continuation after a ping", frame.ErrContinuation, Ping(""), Continuation("y"))
	for _, f := range []Frame{Text("y"), Binary([]byte("y")), Text("").More(), Binary(nil).More()} {
		b.inHeader(f.String()+" inside a text", frame.ErrInterleaved, Text("x").More(), f)
		b.inHeader(f.String()+" inside a binary message after a ping", frame.ErrInterleaved, Binary([]byte("x")).More(), Ping(""), f)
	}
}

// text: UTF-8 over the whole message (section 8.1).
func (b *illegal) text() {
	for _, c := range []struct {
		name, text string
		at         int // the first impossible octet, from 1
	}{
		{"octet ff", "ok\xff", 3},
		{"octet fe", "\xfe", 1},
		{"continuation octet alone", "ok\x80", 3},
		{"overlong in two octets", "\xc0\x80", 1},
		{"overlong slash", "\xc1\xaf", 1},
		{"overlong in three octets", "\xe0\x80\x80", 2},
		{"overlong in four octets", "\xf0\x80\x80\x80", 2},
		{"surrogate", "\xed\xa0\x80", 2},
		{"beyond U+10FFFF", "\xf4\x90\x80\x80", 2},
		{"first octet f5", "\xf5\x80\x80\x80", 1},
		{"second octet missing", "\xe2(\xa1", 2},
		{"third octet missing", "\xe2\x82(", 3},
		{"fourth octet missing", "\xf0\x9f\x98(", 4},
	} {
		b.inPayload("text: "+c.name, frame.ErrInvalidUTF8, c.at, Text(c.text))
		b.inPayload("text in a later fragment: "+c.name, frame.ErrInvalidUTF8, c.at, Text("\u00e9").More(), Continuation(c.text).More())
	}
	b.inPayload("text cut in a code point", frame.ErrInvalidUTF8, 4, Text("ok\xe2\x82"))
	b.inPayload("code point cut by a fragment and not continued", frame.ErrInvalidUTF8, 1, Text("\xe2\x82").More(), Continuation("("))
	b.inPayload("code point cut at the end of a fragmented message", frame.ErrInvalidUTF8, 0, Text("ok\xe2\x82").More(), Continuation(""))
}

// close: the body of a Close frame (sections 5.5.1 and 7.4).
func (b *illegal) close() {
	for _, code := range []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		for _, reason := range []string{"", "reason"} {
			body := append(binary.BigEndian.AppendUint16(nil, code), reason...)
			b.inPayload(fmt.Sprintf("close code %d %q", code, reason), frame.ErrCloseCode, len(body), NewFrame(frame.OpClose, body))
		}
	}
	b.inPayload("close body of one octet", frame.ErrCloseLength, 1, NewFrame(frame.OpClose, []byte{3}))
	for _, reason := range []string{"\xff", "ok\xc0\x80", "cut\xe2\x82", "\xed\xa0\x80"} {
		f := Close(frame.CloseNormal, reason)
		b.inPayload(fmt.Sprintf("close reason %q", reason), frame.ErrCloseReason, len(f.Payload), f)
	}
}

// Octets gives the octets of the frames as the peer of role sends them.
func (i IllegalFrames) Octets(role protocol.Role) []byte {
	peer, key := protocol.Server, frame.Key(0)
	if role == protocol.Server {
		peer, key = protocol.Client, 0x12345678
	}
	var b []byte
	for _, f := range i.Frames {
		b = f.Append(b, peer, key)
	}
	return b
}
