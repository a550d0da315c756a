package protocol_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// declare is a header of a client with a 64-bit length, whatever the length.
func declare(first byte, length uint64) []byte {
	b := binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, length)
	return append(b, testKey[:]...)
}

// Lengths at the edges of 31, 32, 63 and 64 bits are refused or bounded, on
// 32-bit machines too.
//
//req:test RFC6455-10.7-01
func TestW1(t *testing.T) {
	for _, c := range []struct {
		length  uint64
		rules   protocol.Rules
		pending int64
		err     error
	}{
		{1<<31 - 1, protocol.Rules{}, 1<<31 - 1, nil},
		{1 << 31, protocol.Rules{}, 1 << 31, nil},
		{1<<31 + 1, protocol.Rules{}, 1<<31 + 1, nil},
		{1<<32 - 1, protocol.Rules{}, 1<<32 - 1, nil},
		{1 << 32, protocol.Rules{}, 1 << 32, nil},
		{1<<32 + 5, protocol.Rules{}, 1<<32 + 5, nil},
		{1<<63 - 1, protocol.Rules{}, 1<<63 - 1, nil},
		{1 << 63, protocol.Rules{}, 0, frame.ErrLengthTopBit},
		{1<<64 - 1, protocol.Rules{}, 0, frame.ErrLengthTopBit},
		{1<<16 - 1, protocol.Rules{}, 0, frame.ErrLengthNotMinimal},
		{0, protocol.Rules{}, 0, frame.ErrLengthNotMinimal},
		{1<<31 + 1, protocol.Rules{MaxFrame: 1 << 31}, 0, frame.ErrFrameTooBig},
		{1 << 31, protocol.Rules{MaxFrame: 1 << 31}, 1 << 31, nil},
		{1<<32 + 5, protocol.Rules{MaxFrame: 5 << 20}, 0, frame.ErrFrameTooBig},
		{1<<32 + 5, protocol.Rules{MaxMessage: 5 << 20}, 0, frame.ErrMessageTooBig},
		{1<<63 - 1, protocol.Rules{MaxMessage: math.MaxInt64 - 1}, 0, frame.ErrMessageTooBig},
		{1<<63 - 1, protocol.Rules{MaxMessage: math.MaxInt64}, 1<<63 - 1, nil},
		{1<<63 - 1, protocol.Rules{MaxMessage: -1, MaxFrame: -1, MaxFragments: -1}, 1<<63 - 1, nil},
	} {
		t.Run(fmt.Sprintf("%d %+v", c.length, c.rules), func(t *testing.T) {
			b := declare(fin|opBinary, c.length)
			r := protocol.NewReceiver(c.rules)
			ev, n, err := r.Next(b)
			assert.Equal(t, c.err, err)
			assert.Equal(t, c.pending, r.Pending())
			if c.err != nil {
				assert.Zero(t, n)
				return
			}
			assert.Equal(t, len(b), n)
			assert.Equal(t, protocol.KindData, ev.Kind)
			// Its payload comes in pieces, as always.
			ev, n, err = r.Next([]byte("some octets"))
			require.NoError(t, err)
			assert.Equal(t, 11, n)
			assert.Len(t, ev.Payload, 11)
			assert.Equal(t, c.pending-11, r.Pending())
			_, err = r.Direct([]byte("more"))
			require.NoError(t, err)
			assert.Equal(t, c.pending-15, r.Pending())
		})
	}

	t.Run("fragments add up without overflow", func(t *testing.T) {
		for _, rules := range []protocol.Rules{{}, {MaxMessage: math.MaxInt64}, {MaxMessage: 100}} {
			r := protocol.NewReceiver(rules)
			_, _, err := r.Next(fromClient(opBinary, "0123456789"))
			require.NoError(t, err)
			_, n, err := r.Next(declare(opCont, math.MaxInt64))
			assert.Equal(t, frame.ErrMessageTooBig, err)
			assert.Zero(t, n)
		}
	})
	t.Run("16-bit length not minimal", func(t *testing.T) {
		r := protocol.NewReceiver(protocol.Rules{})
		_, _, err := r.Next([]byte{fin | opText, 0x80 | 126, 0, 125})
		assert.Equal(t, frame.ErrLengthNotMinimal, err)
	})
	t.Run("top bit alone", func(t *testing.T) {
		r := protocol.NewReceiver(protocol.Rules{})
		_, _, err := r.Next([]byte{fin | opText, 0x80 | 127, 0x80})
		assert.Equal(t, frame.ErrLengthTopBit, err)
	})
}

// A limit is enforced by the header, before an octet of payload is there.
func TestLimits(t *testing.T) {
	s := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name   string
		rules  protocol.Rules
		frames []sent
		err    error
	}{
		{"frame at the limit", protocol.Rules{MaxFrame: 10}, []sent{{fin | opText, s(10)}}, nil},
		{"frame over", protocol.Rules{MaxFrame: 10}, []sent{{fin | opText, s(11)}}, frame.ErrFrameTooBig},
		{"frame of 125 at the limit", protocol.Rules{MaxFrame: 125}, []sent{{fin | opText, s(125)}}, nil},
		{"frame of 126 over", protocol.Rules{MaxFrame: 125}, []sent{{fin | opText, s(126)}}, frame.ErrFrameTooBig},
		{"frame of 126 at the limit", protocol.Rules{MaxFrame: 126}, []sent{{fin | opText, s(126)}}, nil},
		{"frames at the limit each", protocol.Rules{MaxFrame: 10}, []sent{{opText, s(10)}, {opCont, s(10)}, {fin | opCont, s(10)}}, nil},
		{"later frame over", protocol.Rules{MaxFrame: 10}, []sent{{opText, s(10)}, {fin | opCont, s(11)}}, frame.ErrFrameTooBig},
		{"message at the limit", protocol.Rules{MaxMessage: 10}, []sent{{fin | opText, s(10)}}, nil},
		{"message over", protocol.Rules{MaxMessage: 10}, []sent{{fin | opText, s(11)}}, frame.ErrMessageTooBig},
		{"fragments at the limit", protocol.Rules{MaxMessage: 10}, []sent{{opText, s(4)}, {opCont, s(6)}, {opCont, ""}, {fin | opCont, ""}}, nil},
		{"fragments over", protocol.Rules{MaxMessage: 10}, []sent{{opText, s(4)}, {opCont, s(6)}, {fin | opCont, "x"}}, frame.ErrMessageTooBig},
		{"each message by itself", protocol.Rules{MaxMessage: 10}, []sent{{opText, s(4)}, {fin | opCont, s(6)}, {fin | opText, s(10)}, {opText, s(10)}, {fin | opCont, ""}}, nil},
		{"frame before message", protocol.Rules{MaxFrame: 10, MaxMessage: 10}, []sent{{fin | opText, s(11)}}, frame.ErrFrameTooBig},
		{"compressed, whatever it may inflate to", protocol.Rules{Deflate: true, MaxMessage: 10}, []sent{{fin | rsv1 | opText, s(11)}}, nil},
		{"compressed at the limit", protocol.Rules{Deflate: true, MaxMessage: 1, MaxCompressed: 10}, []sent{{rsv1 | opText, s(10)}, {opCont, s(16)}, {opCont, ""}, {fin | opCont, s(32)}}, nil},
		{"compressed over", protocol.Rules{Deflate: true, MaxCompressed: 10}, []sent{{fin | rsv1 | opText, s(11)}}, frame.ErrMessageTooBig},
		{"compressed fragments over", protocol.Rules{Deflate: true, MaxCompressed: 10}, []sent{{rsv1 | opText, s(4)}, {opCont, s(22)}, {fin | opCont, s(17)}}, frame.ErrMessageTooBig},
		{"compressed without a limit", protocol.Rules{Deflate: true}, []sent{{rsv1 | opText, s(4)}, {opCont, s(22)}, {fin | opCont, s(17)}}, nil},
		{"compressed at the limit of numbers", protocol.Rules{Deflate: true, MaxCompressed: math.MaxInt64 - 1}, []sent{{rsv1 | opText, s(4)}, {opCont, s(22)}, {fin | opCont, s(17)}}, nil},
		{"not compressed behind compressed", protocol.Rules{Deflate: true, MaxMessage: 5, MaxCompressed: 10}, []sent{{fin | rsv1 | opText, s(10)}, {opText, s(4)}, {fin | opCont, s(2)}}, frame.ErrMessageTooBig},
		{"compressed behind not compressed", protocol.Rules{Deflate: true, MaxMessage: 5, MaxCompressed: 10}, []sent{{opText, s(4)}, {fin | opCont, s(1)}, {fin | rsv1 | opText, s(10)}}, nil},
		{"control frames are not messages", protocol.Rules{MaxFrame: 1, MaxMessage: 1, MaxFragments: 1}, []sent{{fin | opPing, s(125)}, {fin | opText, "x"}, {fin | opPong, s(125)}}, nil},
		{"fragments", protocol.Rules{MaxFragments: 3}, []sent{{opText, "a"}, {opCont, "b"}, {fin | opCont, "c"}, {opText, "a"}, {opCont, "b"}, {fin | opCont, "c"}}, nil},
		{"a fragment over", protocol.Rules{MaxFragments: 3}, []sent{{opText, "a"}, {opCont, "b"}, {opCont, "c"}, {fin | opCont, ""}}, frame.ErrTooManyFragments},
		{"one frame only", protocol.Rules{MaxFragments: 1}, []sent{{fin | opText, "a"}, {opText, "a"}, {fin | opCont, "b"}}, frame.ErrTooManyFragments},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The payload of the last frame is left away: the header is enough.
			var b []byte
			for _, f := range c.frames {
				b = append(b, fromClient(f.first, f.payload)...)
			}
			last := len(c.frames[len(c.frames)-1].payload)
			got := record(t, c.rules).whole(b[:len(b)-last])
			assert.Equal(t, c.err, got.Err)
			assert.Equal(t, got.Err, record(t, c.rules).whole(b).Err)
		})
	}
}

// Fragments are bounded, empty ones too, and control frames by a rate.
func TestW4(t *testing.T) {
	t.Run("empty fragments", func(t *testing.T) {
		const most = 1000
		r := protocol.NewReceiver(protocol.Rules{MaxFragments: most, MaxMessage: 10})
		_, _, err := r.Next(fromClient(opText, ""))
		require.NoError(t, err)
		count := 1
		for err == nil && count < 2*most {
			_, _, err = r.Next(fromClient(opCont, ""))
			count++
		}
		assert.Equal(t, frame.ErrTooManyFragments, err)
		assert.Equal(t, most+1, count)
	})
	t.Run("control frames between fragments do not count", func(t *testing.T) {
		r := protocol.NewReceiver(protocol.Rules{MaxFragments: 2})
		_, _, err := r.Next(fromClient(opText, ""))
		for range 10 {
			require.NoError(t, err)
			_, _, err = r.Next(fromClient(fin|opPing, ""))
		}
		_, _, err = r.Next(fromClient(fin|opCont, ""))
		assert.NoError(t, err)
	})
	t.Run("a flood of pings", func(t *testing.T) {
		const most = 1000
		r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server})
		s := protocol.NewSender(protocol.Server, false)
		rate := protocol.NewRateLimit(most)
		var now int64
		var out []byte
		answered := 0
		// A driver's loop: the peer sends 2,000 pings in each second.
		for range 10 * most {
			now += 500_000
			ev, _, err := r.Next(fromClient(fin|opPing, "x"))
			if err != nil {
				assert.Equal(t, frame.ErrControlFlood, err)
				break
			}
			if !rate.Allow(now) {
				r.Fail(frame.ErrControlFlood)
				out = s.Fail(out[:0], frame.ErrControlFlood)
				continue
			}
			out, err = s.Answer(out[:0], ev)
			require.NoError(t, err)
			answered++
		}
		assert.Equal(t, protocol.Failed, s.State())
		assert.Equal(t, "\x03\xf0"+frame.ErrControlFlood.Text, string(out[2:]), "1008")
		assert.InDelta(t, 2*most, answered, 1, "a second's worth at once, and what was earned meanwhile")
	})
}
