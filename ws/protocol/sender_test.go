package protocol_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

const (
	flagFin = protocol.Fin
	flagZ   = protocol.Compressed
)

// peerOf is the Receiver at the other end.
func peerOf(role protocol.Role, deflate bool) protocol.Rules {
	if role == protocol.Server {
		return protocol.Rules{Role: protocol.Client, Deflate: deflate}
	}
	return protocol.Rules{Role: protocol.Server, Deflate: deflate}
}

// What a Sender sends, the Receiver of the other side reads.
//
//req:test RFC6455-5.1-01 RFC6455-5.1-04 RFC6455-5.4-01 RFC6455-5.4-06
//req:test RFC6455-6.1-01 RFC6455-6.1-04 RFC6455-6.1-05 RFC6455-6.1-06 RFC6455-6.1-07 RFC6455-6.1-08
//req:test RFC6455-5.5.2-04 RFC6455-6.2-07
func TestSendAndReceive(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		s := protocol.NewSender(role, false)
		var b []byte
		var err error
		var want []item
		send := func(op frame.Opcode, f protocol.Flags, p string) {
			t.Helper()
			n := len(b)
			b, err = s.AppendFrame(b, op, f, []byte(p))
			require.NoError(t, err)
			require.Equal(t, role == protocol.Client, b[n+1]&0x80 != 0, "MASK")
			require.Equal(t, f&flagFin != 0, b[n]&0x80 != 0, "FIN")
			require.Equal(t, byte(op), b[n]&0x7f, "opcode, and no RSV")
		}
		for _, n := range []int{0, 1, 7, 125, 126, 65535, 65536, 70000} {
			p := strings.Repeat("x", n)
			send(frame.OpText, flagFin, p)
			send(frame.OpBinary, flagFin, p)
			want = append(want, text(p), bin(p))
		}
		send(frame.OpText, 0, "a")
		send(frame.OpPing, flagFin, "ping")
		send(frame.OpContinuation, 0, "b")
		send(frame.OpPong, flagFin, "")
		send(frame.OpContinuation, 0, "")
		send(frame.OpContinuation, flagFin, "c")
		want = append(want, ping("ping"), pong(""), text("abc"))
		b, err = s.AppendClose(b, frame.CloseGoingAway, "bye")
		require.NoError(t, err)
		want = append(want, closing("\x03\xe9bye"))
		got := record(t, peerOf(role, false)).whole(b)
		assert.Equal(t, want, got.Items)
		assert.Equal(t, protocol.ErrClosed, got.Err)
	}
}

// Header and AppendFrame send the same, but for the key.
func TestHeader(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		s := protocol.NewSender(role, false)
		for _, n := range []int{0, 5, 125, 126, 65536} {
			p := strings.Repeat("é", n/2) + strings.Repeat("x", n%2)
			b, key, err := s.Header([]byte("before"), frame.OpText, flagFin, int64(n))
			require.NoError(t, err)
			require.Equal(t, "before", string(b[:6]))
			require.Equal(t, role == protocol.Server, key == 0)
			head := len(b)
			b = append(b, make([]byte, n)...)
			key.XORCopy(b[head:], []byte(p))
			assert.Equal(t, []item{text(p)}, record(t, peerOf(role, false)).whole(b[6:]).Items)
		}
		// A length of any size needs no payload in memory.
		b, _, err := s.Header(nil, frame.OpBinary, flagFin, math.MaxInt64)
		require.NoError(t, err)
		assert.Equal(t, byte(127), b[1]&0x7f)
		assert.Equal(t, "\x7f\xff\xff\xff\xff\xff\xff\xff", string(b[2:10]))
	}
}

// Every opcode with every flag and length class, in every state of a message
// and of the connection, against the rules in plain words.
//
//req:test RFC6455-5.1-07 RFC6455-5.2-02 RFC6455-5.4-02 RFC6455-5.4-03 RFC6455-5.4-04
//req:test RFC6455-5.5.1-06 RFC6455-6.1-02 RFC6455-6.1-03 RFC6455-6.1-06
//req:test RFC6455-9.1-06 RFC7692-6.1-04
func TestWhatASenderRefuses(t *testing.T) {
	cases := 0
	for situation := range 1 << 4 {
		role, deflate, within, closed := protocol.Role(situation&1), situation&2 != 0, situation&4 != 0, situation&8 != 0
		start := protocol.NewSender(role, deflate)
		if within {
			_, err := start.AppendFrame(nil, frame.OpText, 0, nil)
			require.NoError(t, err)
		}
		if closed {
			_, err := start.AppendClose(nil, frame.CloseNormal, "")
			require.NoError(t, err)
		}
		for op := range frame.Opcode(16) {
			for f := range protocol.Flags(8) {
				for _, length := range []int64{-1, 0, 125, 126, math.MaxInt64} {
					cases++
					final, z := f&flagFin != 0, f&flagZ != 0
					control := op == frame.OpPing || op == frame.OpPong
					data := op == frame.OpText || op == frame.OpBinary
					cont := op == frame.OpContinuation
					reasons := map[error]bool{
						protocol.ErrNotOpen:        closed,
						protocol.ErrLength:         length < 0,
						protocol.ErrOpcode:         !control && !data && !cont,
						protocol.ErrCompressed:     z && (!deflate || !data),
						protocol.ErrControlFin:     control && !final,
						protocol.ErrControlPayload: control && length > 125,
						protocol.ErrSequence:       data && within || cont && !within,
					}
					refused := false
					for _, r := range reasons {
						refused = refused || r
					}
					s := start
					b, key, err := s.Header([]byte("x"), op, f, length)
					name := fmt.Sprintf("%v %03b %d in situation %04b", op, f, length, situation)
					if refused {
						if !reasons[err] || string(b) != "x" || key != 0 || s != start {
							require.Fail(t, "not refused as it should be", "%s: %v", name, err)
						}
						continue
					}
					require.NoError(t, err, name)
					want := byte(op)
					if final {
						want |= fin
					}
					if z {
						want |= rsv1
					}
					require.Equal(t, want, b[1], name)
					// The next frame shows what was noted.
					_, _, err = s.Header(nil, frame.OpContinuation, flagFin, 0)
					stillWithin := within
					if !control {
						stillWithin = !final
					}
					require.Equal(t, stillWithin, err == nil, name)
				}
			}
		}
	}
	require.Equal(t, 16*16*8*5, cases)
}

// A refused AppendFrame leaves everything as it was.
func TestAppendFrameRefuses(t *testing.T) {
	s := protocol.NewSender(protocol.Client, false)
	before := s
	b, err := s.AppendFrame([]byte("x"), frame.OpContinuation, flagFin, []byte("y"))
	require.ErrorIs(t, err, protocol.ErrSequence)
	assert.Equal(t, "x", string(b))
	assert.Equal(t, before, s)
}

// The payload is the caller's and stays as it is.
func TestAppendFrameKeepsThePayload(t *testing.T) {
	s := protocol.NewSender(protocol.Client, false)
	p := []byte("do not touch this")
	b, err := s.AppendFrame([]byte("before"), frame.OpText, flagFin, p)
	require.NoError(t, err)
	assert.Equal(t, "do not touch this", string(p))
	assert.Equal(t, "before", string(b[:6]))
	assert.NotContains(t, string(b), "touch")
}

//req:test RFC6455-7.1.2-01 RFC6455-5.5.1-05 RFC6455-5.5.1-06 RFC6455-7.1.3-01
func TestAppendClose(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		s := protocol.NewSender(role, false)
		b, err := s.AppendClose([]byte("x"), frame.CloseNoStatus, "a reason needs a code")
		require.Error(t, err)
		require.Equal(t, "x", string(b))
		b, err = s.AppendClose(nil, frame.CloseAbnormal, "")
		require.Error(t, err)
		require.Empty(t, b)
		_, err = s.AppendClose(nil, frame.CloseNormal, strings.Repeat("x", 124))
		require.Error(t, err)
		require.Equal(t, protocol.Open, s.State(), "a mistake changes nothing")

		b, err = s.AppendClose(nil, 4321, strings.Repeat("x", 123))
		require.NoError(t, err)
		require.Equal(t, role == protocol.Client, b[1]&0x80 != 0)
		assert.Equal(t, protocol.CloseSent, s.State())
		assert.Equal(t, []item{closing("\x10\xe1" + strings.Repeat("x", 123))}, record(t, peerOf(role, false)).whole(b).Items)

		b, err = s.AppendClose(nil, frame.CloseNormal, "")
		require.ErrorIs(t, err, protocol.ErrNotOpen)
		assert.Empty(t, b)
		for _, op := range []frame.Opcode{frame.OpText, frame.OpPing, frame.OpContinuation} {
			_, err = s.AppendFrame(nil, op, flagFin, nil)
			assert.ErrorIs(t, err, protocol.ErrNotOpen)
		}
	}
	s := protocol.NewSender(protocol.Server, false)
	b, err := s.AppendClose(nil, frame.CloseNoStatus, "")
	require.NoError(t, err)
	assert.Equal(t, []byte{fin | opClose, 0}, b)
}
