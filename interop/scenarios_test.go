package interop

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// scenario is what two ends do on one connection. It is played twice, so that
// each of them is the one that acts. At its end the acting one closes the
// connection, and that has to be clean.
type scenario struct {
	name       string
	act        func(s *stage)
	fragmented bool // the acting one sends fragments

	code   frame.CloseCode
	reason string
}

var scenarios = []scenario{
	{name: "text", act: echo(ws.Text, []byte("Hello, κόσμε 🚀"))},
	{name: "binary", act: echo(ws.Binary, allOctets())},
	{name: "empty text", act: echo(ws.Text, []byte{})},
	{name: "empty binary", act: echo(ws.Binary, []byte{})},
	{name: "lengths around 126", act: lengths(124, 125, 126, 127)},
	{name: "lengths around 65536", act: lengths(65534, 65535, 65536, 65537)},
	{name: "1 MiB of text", act: echo(ws.Text, bytes.Repeat([]byte("0123456789abcdé"), 1<<16))},
	{name: "1 MiB of binary", act: echo(ws.Binary, bytes.Repeat(allOctets(), 1<<12))},
	{name: "fragments of binary", act: fragments(ws.Binary, false), fragmented: true},
	{name: "fragments of text, cut inside a code point", act: fragments(ws.Text, false), fragmented: true},
	{name: "ping", act: ping},
	{name: "ping between fragments", act: fragments(ws.Text, true), fragmented: true},
	{name: "both ways at once", act: bothWays},
	{name: "close 1000", code: frame.CloseNormal, reason: "done, τέλος"},
	{name: "close 1001", code: frame.CloseGoingAway},
	{name: "close 4000", code: 4000, reason: strings.Repeat("r", frame.MaxReason)},
	{name: "close without a code", code: frame.CloseNoStatus},
}

// agreements are the scenarios of the opening handshake. The names of the
// subprotocols are tokens as section 4.1 wants them.
var agreements = []struct {
	name  string
	offer []string // the client's, its favourite first
	speak []string // the server's
	want  string
	// ours: only where the server is ours, since others may choose otherwise.
	ours bool
}{
	{name: "one of the subprotocols is spoken", offer: []string{"v2.longwire.example", "v1.longwire.example"}, speak: []string{"v1.longwire.example", "v0"}, want: "v1.longwire.example"},
	{name: "no subprotocol is spoken", offer: []string{"v1.longwire.example"}},
	{name: "the client's favourite subprotocol", offer: []string{"b", "a"}, speak: []string{"a", "b"}, want: "b", ours: true},
}

// stage is where a scenario is played: from acts, to answers.
type stage struct {
	t        *testing.T
	ctx      context.Context
	from, to end
	wire     *wire
	acting   ws.Direction // Sent when from is ours
}

// expect waits for a message and compares it.
func (s *stage) expect(e end, kind ws.MessageType, payload []byte) {
	s.t.Helper()
	ev, err := next(s.ctx, e)
	require.NoError(s.t, err)
	require.False(s.t, ev.closed, "%v", ev)
	assert.Equal(s.t, kind, ev.kind)
	// Equal would print both.
	require.True(s.t, bytes.Equal(payload, ev.payload), "%v differs from what was sent, of %d octets", ev, len(payload))
}

// echo has one message go there and back.
func echo(kind ws.MessageType, payload []byte) func(*stage) {
	return func(s *stage) {
		require.NoError(s.t, s.from.send(s.ctx, kind, payload))
		s.expect(s.to, kind, payload)
		require.NoError(s.t, s.to.send(s.ctx, kind, payload))
		s.expect(s.from, kind, payload)
	}
}

// lengths echoes messages at the borders of the three forms of the payload
// length (section 5.2).
func lengths(all ...int) func(*stage) {
	return func(s *stage) {
		for _, n := range all {
			echo(ws.Binary, bytes.Repeat([]byte{byte(n)}, n))(s)
		}
	}
}

// parts are large enough for an implementation that chooses the fragments
// itself, and cut in the middle of a code point.
func parts() [][]byte {
	whole := bytes.Repeat([]byte("κόσμε €🚀"), 10000)
	return [][]byte{whole[:100002], {}, whole[100002:150007], whole[150007:]}
}

func fragments(kind ws.MessageType, withPing bool) func(*stage) {
	return func(s *stage) {
		all := parts()
		var ping []byte
		if withPing {
			ping = []byte("between")
		}
		require.NoError(s.t, s.from.fragments(s.ctx, kind, all, ping))
		s.expect(s.to, kind, slices.Concat(all...))

		data := s.wire.data(s.acting)
		require.Greater(s.t, len(data), 1, "frames of the message")
		assert.Equal(s.t, frame.Opcode(kind), data[0].Header.Opcode())
		for i, f := range data {
			assert.Equal(s.t, i == len(data)-1, f.Header.Fin(), "FIN of frame %d", i)
			assert.Equal(s.t, i > 0, f.Header.Opcode() == frame.OpContinuation, "opcode of frame %d", i)
		}
		if !withPing {
			return
		}
		var order []frame.Opcode
		for _, f := range s.wire.all(s.acting) {
			order = append(order, f.Header.Opcode())
		}
		at := slices.Index(order, frame.OpPing)
		assert.Positive(s.t, at, "the Ping comes after the first fragment: %v", order)
		assert.Less(s.t, at, len(order)-1, "and before the last: %v", order)
	}
}

// ping has a Ping answered, and checks that its Pong has the same payload.
func ping(s *stage) {
	for _, payload := range [][]byte{[]byte("longwire"), bytes.Repeat([]byte{0xff}, frame.MaxControlPayload)} {
		require.NoError(s.t, s.from.ping(s.ctx, payload))
	}
	// The frames of both directions are noted once something came after them.
	echo(ws.Text, []byte("after the ping"))(s)
	answering := ws.Received
	if s.acting == ws.Received {
		answering = ws.Sent
	}
	of := func(d ws.Direction, op frame.Opcode) (all []string) {
		for _, f := range s.wire.all(d) {
			if f.Header.Opcode() == op {
				all = append(all, string(f.Payload))
			}
		}
		return all
	}
	pings := of(s.acting, frame.OpPing)
	assert.Len(s.t, pings, 2)
	assert.Equal(s.t, pings, of(answering, frame.OpPong))
}

// bothWays has both ends send at the same time; the order is kept.
func bothWays(s *stage) {
	const count = 200
	numbered := func(i int) []byte { return fmt.Appendf(nil, "%0*d", 1+i*i%3001, i) }
	failed := make(chan error, 2)
	for _, e := range []end{s.from, s.to} {
		go func() {
			for i := range count {
				if err := e.send(s.ctx, ws.Text, numbered(i)); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	for _, e := range []end{s.from, s.to} {
		for i := range count {
			s.expect(e, ws.Text, numbered(i))
		}
	}
	assert.NoError(s.t, <-failed)
	assert.NoError(s.t, <-failed)
}

// finish closes the connection and checks what both ends say about it.
func (s *stage) finish(code frame.CloseCode, reason string) {
	s.t.Helper()
	require.NoError(s.t, s.from.close(s.ctx, code, reason))
	last, err := next(s.ctx, s.to)
	require.NoError(s.t, err)
	require.True(s.t, last.closed, "%v", last)
	assert.Equal(s.t, code, last.code, "%v", last)
	assert.Equal(s.t, reason, last.reason)
	last, err = next(s.ctx, s.from)
	require.NoError(s.t, err)
	require.True(s.t, last.closed, "%v", last)
}

func allOctets() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}
