package protocol

import (
	"encoding/binary"
	"errors"
	"slices"

	"longwire.example/ws/frame"
)

// ErrClosed is what a [Receiver] gives after a valid Close frame: nothing that
// comes after it is processed (section 5.5.1).
var ErrClosed = errors.New("protocol: the peer has sent a Close frame")

// ErrPending is given when [Receiver.Direct] is handed more octets than
// [Receiver.Pending] asked for. It is a mistake of the caller, and changes
// nothing.
var ErrPending = errors.New("protocol: more octets than the frame has left")

// Receiver turns the octets that the peer sends into events, and refuses what
// the peer must not send. It is made by [NewReceiver], not by itself, and used by
// one goroutine at a time.
type Receiver struct {
	err       error // once set, stays
	pending   int64 // payload octets of the current data frame still to come
	message   int64 // octets of the current message, by the headers so far
	limits    limits
	fragments int // data frames of the current message so far
	key       frame.Key
	utf8      frame.UTF8   // at the beginning of a text wherever no text is open
	op        frame.Opcode // of the current message
	situation situation
	current   current
	short     uint8 // longest message that may take the short way
	skipUTF8  bool
}

// current is what is known of the data frame that is being received.
type current uint8

const (
	// lastFrame: the frame has FIN.
	lastFrame current = 1 << iota
	// compressed: the message is, so its octets are not text yet.
	compressed
	// validated: the octets are text and are checked as such.
	validated
)

// NewReceiver gives a Receiver for the octets that follow the handshake.
func NewReceiver(r Rules) Receiver {
	l := newLimits(r)
	n := Receiver{limits: l, short: l.short(), skipUTF8: r.SkipUTF8}
	if r.Role == Server {
		n.situation |= asServer
	}
	if r.Deflate {
		n.situation |= withDeflate
	}
	return n
}

// InMessage tells whether a message has begun and is not complete.
func (r *Receiver) InMessage() bool { return r.situation&inMessage != 0 }

// Pending gives the number of payload octets of the current data frame that
// are still to come; 0 at a frame boundary. The driver may read that many
// straight into their destination and hand them to [Receiver.Direct].
func (r *Receiver) Pending() int64 { return r.pending }

// Next takes octets from the beginning of b, which is everything received and
// not yet taken, and gives at most one event and the number of octets that it
// took. It unmasks in place and validates text in the same pass.
//
// An event of [KindNone] takes nothing: there are too few octets. [MinBuffer]
// octets are always enough for an event. Data comes in pieces, as far as it is
// in b: the header of a data frame gives an event even when no octet of its
// payload is there yet. Control frames come whole.
//
// The first two octets of a frame are judged as soon as both are there, a limit
// as soon as the header is complete, text at its first impossible octet. Every
// violation is a *[frame.Error]. It stays: each later call gives it again and
// takes nothing (section 7.1.7). After a valid Close frame the error is
// [ErrClosed].
func (r *Receiver) Next(b []byte) (Event, int, error) {
	// The short way: a message of at most 125 octets in one frame that is all
	// there. The first octet tells FIN, RSV and opcode at once; the second has
	// the right mask bit and a short length if it is small without that bit.
	// Whatever this does not recognise, the long way judges.
	if r.situation < inMessage && len(b) >= 2 && (b[0] == textOctet || b[0] == binaryOctet) {
		if r.situation&asServer != 0 {
			size := b[1] ^ bitMask
			end := 6 + int(size)
			if size <= r.short && len(b) >= end {
				return r.masked(b[0], frame.Key(binary.LittleEndian.Uint32(b[2:6])), b[6:end:end])
			}
		} else {
			size := b[1]
			end := 2 + int(size)
			if size <= r.short && len(b) >= end {
				return r.unmasked(b[0], b[2:end:end])
			}
		}
	}
	return r.next(b)
}

// masked is the end of the short way of a server: p is the payload of a whole
// message, and first the first octet of its header.
func (r *Receiver) masked(first byte, key frame.Key, p []byte) (Event, int, error) {
	if first == textOctet && !r.skipUTF8 {
		var u frame.UTF8
		if _, bad := u.Unmask(p, key); bad >= 0 || !u.Complete() {
			return Event{}, 0, r.fail(frame.ErrInvalidUTF8)
		}
	} else {
		key.XOR(p)
	}
	return Event{Payload: p, Kind: KindData, Op: frame.Opcode(first & bitsOpcode), Flags: First | Fin}, 6 + len(p), nil
}

// unmasked is the same for a client.
func (r *Receiver) unmasked(first byte, p []byte) (Event, int, error) {
	if first == textOctet && !r.skipUTF8 {
		var u frame.UTF8
		if !u.Check(p) || !u.Complete() {
			return Event{}, 0, r.fail(frame.ErrInvalidUTF8)
		}
	}
	return Event{Payload: p, Kind: KindData, Op: frame.Opcode(first & bitsOpcode), Flags: First | Fin}, 2 + len(p), nil
}

// next is the long way, for every frame and every piece of one.
//
//req:impl RFC6455-6.2-01
func (r *Receiver) next(b []byte) (Event, int, error) {
	if r.err != nil {
		return Event{}, 0, r.err
	}
	if r.pending > 0 {
		if len(b) == 0 {
			return Event{}, 0, nil
		}
		p := clip(b, r.pending)
		ev, err := r.piece(p, 0)
		if err != nil {
			return Event{}, 0, err
		}
		return ev, len(p), nil
	}
	if len(b) < 2 {
		return Event{}, 0, nil
	}
	if err := check(b[0], b[1], r.situation); err != nil {
		return Event{}, 0, r.fail(err)
	}
	h, n, err := frame.Parse(b)
	if err != nil {
		return Event{}, 0, r.fail(err)
	}
	if n == 0 {
		return Event{}, 0, nil
	}
	if h.Opcode().Control() {
		return r.control(h, b, n)
	}
	first, err := r.begin(h)
	if err != nil {
		return Event{}, 0, r.fail(err)
	}
	p := clip(b[n:], h.Length)
	ev, err := r.piece(p, first)
	if err != nil {
		return Event{}, 0, err
	}
	return ev, n + len(p), nil
}

// clip gives the first octets of b, as many as there are and at most n. Their
// capacity ends with them.
func clip(b []byte, n int64) []byte {
	if int64(len(b)) > n {
		b = b[:n]
	}
	return slices.Clip(b)
}

// Fail makes err, which must not be nil, the answer to every later call, as if
// the Receiver had found the violation itself. It is for what only the driver
// can see: octets that do not inflate, a message too big once inflated, too many
// control frames. What ended the Receiver before stays.
func (r *Receiver) Fail(err error) {
	if r.err == nil {
		r.stop(err)
	}
}

// fail ends the Receiver because of a violation, and gives it back.
func (r *Receiver) fail(err error) error {
	r.stop(err)
	return err
}

// stop ends the Receiver. After a violation no octet of the peer is processed,
// not even its Close frame.
//
//req:impl RFC6455-7.1.7-07
func (r *Receiver) stop(err error) {
	r.err = err
	r.pending = 0
	r.situation = r.situation&^inMessage | ended
}
