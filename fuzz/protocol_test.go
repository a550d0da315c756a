package fuzz

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// seen is what a Receiver made of some octets, with no regard for where they
// were cut.
type seen struct {
	Items   []seenItem
	Partial string // of the message that is not complete, when nothing failed
	Err     error
}

type seenItem struct {
	Op         frame.Opcode
	Compressed bool
	Payload    string
}

// listener feeds a Receiver and holds it to what it promises of each event.
type listener struct {
	t       *testing.T
	r       protocol.Receiver
	seen    seen
	open    bool
	current seenItem
}

// feed gives b to Next until it wants more or fails, and returns what is left.
func (l *listener) feed(b []byte) []byte {
	for l.seen.Err == nil {
		ev, n, err := l.r.Next(b)
		if err != nil {
			require.Zero(l.t, n)
			l.failed(ev, err)
			break
		}
		if ev.Kind == protocol.KindNone {
			require.Zero(l.t, n)
			require.Less(l.t, len(b), protocol.MinBuffer, "enough octets, and no event")
			break
		}
		require.Positive(l.t, n)
		require.LessOrEqual(l.t, n, len(b))
		l.event(ev)
		b = b[n:]
	}
	return b
}

func (l *listener) event(ev protocol.Event) {
	if ev.Kind != protocol.KindData {
		require.LessOrEqual(l.t, len(ev.Payload), frame.MaxControlPayload)
		require.Zero(l.t, ev.Flags)
		l.seen.Items = append(l.seen.Items, seenItem{Op: ev.Op, Payload: string(ev.Payload)})
		return
	}
	first, compressed := ev.Flags&protocol.First != 0, ev.Flags&protocol.Compressed != 0
	require.Equal(l.t, !l.open, first)
	if first {
		l.current = seenItem{Op: ev.Op, Compressed: compressed}
	}
	require.Equal(l.t, l.current.Op, ev.Op)
	require.Equal(l.t, l.current.Compressed, compressed)
	l.current.Payload += string(ev.Payload)
	l.open = ev.Flags&protocol.Fin == 0
	require.Equal(l.t, l.open, l.r.InMessage())
	if !l.open {
		require.Zero(l.t, l.r.Pending())
		l.seen.Items = append(l.seen.Items, l.current)
	}
}

// failed notes an error, and sees that it stays whatever comes.
func (l *listener) failed(ev protocol.Event, err error) {
	require.Zero(l.t, ev)
	l.seen.Err = err
	for _, more := range [][]byte{nil, {0x88, 0x80, 1, 2, 3, 4}, {0x81, 0x00}} {
		ev, n, again := l.r.Next(more)
		require.Zero(l.t, ev)
		require.Zero(l.t, n)
		require.Equal(l.t, err, again)
		_, again = l.r.Direct(more)
		require.Equal(l.t, err, again)
	}
}

func (l *listener) done() seen {
	if l.open && l.seen.Err == nil {
		l.seen.Partial = l.current.Payload
	}
	return l.seen
}

// hear feeds wire cut in pieces of the sizes that size gives.
func hear(t *testing.T, rules protocol.Rules, wire []byte, size func() int) seen {
	t.Helper()
	l := listener{t: t, r: protocol.NewReceiver(rules)}
	var buf []byte
	for len(wire) > 0 && l.seen.Err == nil {
		n := min(size(), len(wire))
		buf = append(buf, wire[:n]...)
		wire = wire[n:]
		buf = slices.Clone(l.feed(buf))
	}
	return l.done()
}

// hearDirect hands payloads to Direct, in pieces of the sizes that size gives,
// and everything else to Next.
func hearDirect(t *testing.T, rules protocol.Rules, wire []byte, size func() int) seen {
	t.Helper()
	l := listener{t: t, r: protocol.NewReceiver(rules)}
	var buf []byte
	for len(wire) > 0 && l.seen.Err == nil {
		if pending := l.r.Pending(); pending > 0 {
			n := min(int64(size()), int64(len(wire)), pending)
			ev, err := l.r.Direct(slices.Clone(wire[:n]))
			wire = wire[n:]
			if err != nil {
				l.failed(ev, err)
				break
			}
			l.event(ev)
			continue
		}
		buf = append(buf, wire[0])
		wire = wire[1:]
		buf = slices.Clone(l.feed(buf))
	}
	return l.done()
}

// hearAll compares all ways of cutting the wire, and gives what they agree on.
func hearAll(t *testing.T, rules protocol.Rules, wire []byte, seed byte) seen {
	t.Helper()
	whole := func() int { return len(wire) }
	one := func() int { return 1 }
	src := rand.NewChaCha8([32]byte{seed})
	random := func() int { return 1 + int(src.Uint64()&63) }
	want := hear(t, rules, wire, whole)
	require.Equal(t, want, hear(t, rules, wire, one), "octet by octet")
	require.Equal(t, want, hear(t, rules, wire, random), "cut anywhere")
	require.Equal(t, want, hearDirect(t, rules, wire, whole), "direct")
	require.Equal(t, want, hearDirect(t, rules, wire, one), "direct, octet by octet")
	require.Equal(t, want, hearDirect(t, rules, wire, random), "direct, cut anywhere")
	return want
}

// rulesOf reads rules off one octet.
func rulesOf(bits byte) protocol.Rules {
	r := protocol.Rules{Role: protocol.Role(bits & 1), Deflate: bits&2 != 0, SkipUTF8: bits&4 != 0}
	if bits&8 != 0 {
		r.MaxFrame = 20
	}
	if bits&16 != 0 {
		r.MaxMessage = 30
	}
	if bits&32 != 0 {
		r.MaxFragments = 3
	}
	return r
}

// FuzzProtocolReceiver feeds octets of anybody to a Receiver: the answer is the same
// wherever they are cut, messages are within the rules, errors stay.
//
//req:test RFC6455-7.1.7-07 RFC6455-8.1-01 RFC6455-10.7-01
func FuzzProtocolReceiver(f *testing.F) {
	f.Add(byte(0), byte(1), []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"))
	f.Add(byte(1), byte(2), []byte("\x01\x03Hel\x89\x00\x80\x02lo\x88\x02\x03\xe8"))
	f.Add(byte(3), byte(3), []byte("\x41\x02\xf2\x48\x00\x00\x80\x01\xff\x8a\x01x"))
	f.Add(byte(1), byte(4), []byte("\x81\x7e\x00\x80"+string(make([]byte, 128))))
	f.Add(byte(1), byte(5), []byte("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff12"))
	f.Add(byte(61), byte(6), []byte("\x01\x00\x00\x00\x00\x00\x00\x00"))
	f.Add(byte(1), byte(7), []byte("\x01\x02\xe2\x82\x89\x01p\x80\x01\xac\x81\x03\xed\xa0\x80"))
	f.Fuzz(func(t *testing.T, bits, seed byte, wire []byte) {
		if len(wire) > 4096 {
			return
		}
		rules := rulesOf(bits)
		for _, m := range hearAll(t, rules, wire, seed).Items {
			switch m.Op {
			case frame.OpText, frame.OpBinary:
				if rules.MaxMessage > 0 {
					require.LessOrEqual(t, int64(len(m.Payload)), rules.MaxMessage)
				}
				require.True(t, rules.Deflate || !m.Compressed)
				if m.Op == frame.OpText && !m.Compressed && !rules.SkipUTF8 {
					require.True(t, utf8.ValidString(m.Payload))
				}
			case frame.OpClose:
				_, _, err := frame.ParseClose([]byte(m.Payload))
				require.NoError(t, err)
			case frame.OpPing, frame.OpPong:
			case frame.OpContinuation:
				require.Fail(t, "a continuation is no message")
			}
		}
	})
}

// FuzzProtocolSender asks a Sender for frames of every kind. What it makes, the
// Receiver of the other side takes; what it refuses leaves no octet behind.
//
//req:test RFC6455-5.4-03 RFC6455-5.4-04 RFC6455-5.5.1-06 RFC6455-6.1-01
func FuzzProtocolSender(f *testing.F) {
	f.Add(byte(0), byte(1), []byte("\x11\x05Hello\x19\x01p\x18\x00"))
	f.Add(byte(1), byte(2), []byte("\x01\x02He\x19\x00\x00\x02ll\x10\x01o\x12\x03bin"))
	f.Add(byte(3), byte(3), []byte("\x51\x02zz\x41\x01z\x10\x00\x10\x00\x1a\x00"))
	f.Add(byte(0), byte(4), []byte("\x11\x02\xc3(\x11\x01x"))
	f.Add(byte(1), byte(5), []byte("\x02\x7fpayload\x1f\x00\x13\x00\x08\x00\x12\x00"))
	f.Fuzz(func(t *testing.T, bits, seed byte, script []byte) {
		if len(script) > 1024 {
			return
		}
		role, deflate := protocol.Role(bits&1), bits&2 != 0
		s := protocol.NewSender(role, deflate)
		var wire []byte
		var want seen
		var current seenItem
		// The script: an octet of FIN (0x10), RSV1 (0x40) and opcode, an octet of
		// length, that many octets of payload.
		for len(script) >= 2 && want.Err == nil {
			op, n := frame.Opcode(script[0]&15), min(int(script[1]), len(script)-2)
			var flags protocol.Flags
			if script[0]&0x10 != 0 {
				flags |= protocol.Fin
			}
			if script[0]&0x40 != 0 {
				flags |= protocol.Compressed
			}
			p := script[2 : 2+n]
			script = script[2+n:]
			before := len(wire)
			var err error
			if op == frame.OpClose {
				code, reason := frame.CloseNoStatus, ""
				if n > 0 {
					code, reason = frame.CloseNormal, string(p)
				}
				wire, err = s.AppendClose(wire, code, reason)
				if err == nil {
					body, usage := frame.AppendClose(nil, code, reason)
					require.NoError(t, usage)
					want.Items = append(want.Items, seenItem{Op: op, Payload: string(body)})
					want.Err = protocol.ErrClosed
				}
			} else {
				wire, err = s.AppendFrame(wire, op, flags, p)
			}
			if err != nil {
				require.Len(t, wire, before)
				continue
			}
			require.LessOrEqual(t, len(wire)-before, frame.MaxHeader+max(n, frame.MaxControlPayload))
			switch op {
			case frame.OpPing, frame.OpPong:
				want.Items = append(want.Items, seenItem{Op: op, Payload: string(p)})
			case frame.OpText, frame.OpBinary, frame.OpContinuation:
				if op != frame.OpContinuation {
					current = seenItem{Op: op, Compressed: flags&protocol.Compressed != 0}
				}
				current.Payload += string(p)
				want.Partial = current.Payload
				if flags&protocol.Fin != 0 {
					want.Items = append(want.Items, current)
					want.Partial = ""
				}
			case frame.OpClose:
			}
		}
		if want.Err != nil {
			want.Partial = ""
		}
		// Text is not the Sender's business; messages that are not UTF-8 are sent
		// and get through only where nobody looks.
		rules := protocol.Rules{Role: 1 - role, Deflate: deflate, SkipUTF8: true, MaxMessage: math.MaxInt64}
		require.Equal(t, want, hearAll(t, rules, wire, seed))
	})
}
