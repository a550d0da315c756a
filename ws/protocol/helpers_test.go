package protocol_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Opcodes and bits as numbers, so that what the tests send does not depend on
// the code that they test.
const (
	fin  = 0x80
	rsv1 = 0x40
	rsv2 = 0x20
	rsv3 = 0x10

	opCont   = 0x0
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xA
)

var testKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// fromServer encodes a frame as a server sends it, by the figure of section
// 5.2 and nothing else.
func fromServer(first byte, payload string) []byte {
	b := []byte{first}
	switch n := uint64(len(payload)); {
	case n < 126:
		b = append(b, byte(n&0x7f))
	case n < 1<<16:
		b = append(b, 126, byte(n>>8&0xff), byte(n&0xff))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), n)
	}
	return append(b, payload...)
}

// fromClient encodes a frame as a client sends it.
func fromClient(first byte, payload string) []byte {
	b := fromServer(first, payload)
	b[1] |= 0x80
	head := len(b) - len(payload)
	out := append(b[:head:head], testKey[:]...)
	for i := range len(payload) {
		out = append(out, payload[i]^testKey[i%4])
	}
	return out
}

// encoder gives the encoding of what a Receiver of that role is sent.
func encoder(role protocol.Role) func(byte, string) []byte {
	if role == protocol.Server {
		return fromClient
	}
	return fromServer
}

func join(frames ...[]byte) []byte {
	var b []byte
	for _, f := range frames {
		b = append(b, f...)
	}
	return b
}

// item is a whole message or a control frame.
type item struct {
	Op         frame.Opcode
	Compressed bool
	Payload    string
}

// transcript is what a Receiver made of some octets. It says nothing of where
// the octets were cut.
type transcript struct {
	Items   []item
	Partial string // of the message that is not complete, when nothing failed
	Err     error
}

// recorder collects a transcript and holds every event to its promises.
type recorder struct {
	t    *testing.T
	r    *protocol.Receiver
	got  transcript
	open bool
	cur  item
}

func record(t *testing.T, rules protocol.Rules) *recorder {
	t.Helper()
	r := protocol.NewReceiver(rules)
	return &recorder{t: t, r: &r}
}

func (c *recorder) event(ev protocol.Event) {
	t := c.t
	require.Equal(t, len(ev.Payload), cap(ev.Payload), "capacity reaches beyond the payload")
	switch ev.Kind {
	case protocol.KindData:
		require.Contains(t, []frame.Opcode{frame.OpText, frame.OpBinary}, ev.Op)
		first := ev.Flags&protocol.First != 0
		require.Equal(t, !c.open, first, "First where no message is open, and only there")
		if first {
			c.open, c.cur = true, item{Op: ev.Op, Compressed: ev.Flags&protocol.Compressed != 0}
		}
		require.Equal(t, c.cur.Op, ev.Op)
		require.Equal(t, c.cur.Compressed, ev.Flags&protocol.Compressed != 0)
		c.cur.Payload += string(ev.Payload)
		if ev.Flags&protocol.Fin != 0 {
			c.open = false
			c.got.Items = append(c.got.Items, c.cur)
		}
		require.Equal(t, c.open, c.r.InMessage())
	case protocol.KindPing, protocol.KindPong, protocol.KindClose:
		require.Zero(t, ev.Flags)
		c.got.Items = append(c.got.Items, item{Op: ev.Op, Payload: string(ev.Payload)})
	case protocol.KindNone:
		require.Fail(t, "no event, but octets were taken")
	default:
		require.Fail(t, "no such event", "%v", ev)
	}
}

// failed notes an error and sees that it stays.
func (c *recorder) failed(err error) {
	c.got.Err = err
	more := []byte{0x81, 0x80, 1, 2, 3, 4}
	for range 2 {
		ev, n, again := c.r.Next(more)
		require.Zero(c.t, ev)
		require.Zero(c.t, n)
		require.Equal(c.t, err, again)
		ev, again = c.r.Direct(nil)
		require.Zero(c.t, ev)
		require.Equal(c.t, err, again)
	}
	require.Zero(c.t, c.r.Pending())
	require.False(c.t, c.r.InMessage())
}

// feed gives b to Next until it asks for more or fails, and returns what is
// left.
func (c *recorder) feed(b []byte) []byte {
	for c.got.Err == nil {
		ev, n, err := c.r.Next(b)
		if err != nil {
			require.Zero(c.t, ev)
			require.Zero(c.t, n)
			c.failed(err)
			break
		}
		if ev.Kind == protocol.KindNone {
			require.Zero(c.t, ev)
			require.Zero(c.t, n)
			require.Less(c.t, len(b), protocol.MinBuffer)
			break
		}
		c.event(ev)
		b = b[n:]
	}
	return b
}

// whole feeds all of b at once.
func (c *recorder) whole(b []byte) transcript {
	c.feed(append([]byte(nil), b...))
	return c.done()
}

// cuts feeds b as a reader would that gets as many octets at a time as size
// says.
func (c *recorder) cuts(b []byte, size func() int) transcript {
	var buf []byte
	for len(b) > 0 && c.got.Err == nil {
		n := min(size(), len(b))
		buf = append(buf, b[:n]...)
		b = b[n:]
		buf = append([]byte(nil), c.feed(buf)...)
	}
	return c.done()
}

// direct feeds b like cuts, but hands the payloads of data frames to Direct.
func (c *recorder) direct(b []byte, size func() int) transcript {
	var buf []byte
	for len(b) > 0 && c.got.Err == nil {
		if p := c.r.Pending(); p > 0 {
			n := min(int64(size()), p, int64(len(b)))
			dst := append(make([]byte, 0, n), b[:n]...)
			b = b[n:]
			ev, err := c.r.Direct(dst)
			if err != nil {
				c.failed(err)
				break
			}
			c.event(ev)
			continue
		}
		// One octet more at a time, so that no payload is in the buffer.
		buf = append(buf, b[0])
		b = b[1:]
		buf = append([]byte(nil), c.feed(buf)...)
	}
	return c.done()
}

func (c *recorder) done() transcript {
	if c.got.Err == nil && c.open {
		c.got.Partial = c.cur.Payload
	}
	return c.got
}

func octets() int { return 1 }

// randomSizes gives sizes of 1 to most, the same ones for the same seed.
func randomSizes(seed byte, most int) func() int {
	src := rand.NewChaCha8([32]byte{seed})
	return func() int { return 1 + int(src.Uint64()&math.MaxInt32)%most }
}

func text(s string) item { return item{Op: frame.OpText, Payload: s} }

func bin(s string) item { return item{Op: frame.OpBinary, Payload: s} }

func ping(s string) item { return item{Op: frame.OpPing, Payload: s} }

func pong(s string) item { return item{Op: frame.OpPong, Payload: s} }

func closing(s string) item { return item{Op: frame.OpClose, Payload: s} }
