package interop

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
)

// playDeflate plays cases, each on a connection of its own: both sides send all
// messages at the same time. Who closes, and the way in which our server is
// made, change from case to case.
func playDeflate(t *testing.T, theirs *child, client bool, cases ...[]deflateCase) {
	t.Helper()
	for i, c := range slices.Concat(cases...) {
		t.Run(c.name, func(t *testing.T) {
			con := constellation{client: client, ours: func(w *wire) peer {
				w.received.Deflate, w.sent.Deflate = c.agreed != nil, c.agreed != nil
				return &ours{wire: w, server: byWay(i % 2), compression: &c.ours}
			}}
			m := con.meet(t, deflatePeer{theirs, c.theirs}, nil, nil)
			m.agreedOn(t, c, client)

			var p handshake.DeflateParams
			if c.agreed != nil {
				p = *c.agreed
			}
			side := p.Side(client)
			ourMessages, theirMessages := deflateMessages(side.SendWindowBits), deflateMessages(side.ReceiveWindowBits)
			acting := ws.Direction(i / 2 % 2)
			m.play(t, scenario{act: func(s *stage) { m.exchange(s, ourMessages, theirMessages) }}, acting)

			m.compressed(t, ws.Sent, ourMessages, side.SendContextTakeover, c)
			m.compressed(t, ws.Received, theirMessages, side.ReceiveContextTakeover, c)
		})
	}
}

// agreedOn checks what both sides say about the extension.
func (m *meeting) agreedOn(t *testing.T, c deflateCase, client bool) {
	t.Helper()
	info, theirs := m.ours.c.Info(), m.theirs.(*childEnd).opened
	if c.theirs == nil && !client {
		assert.Equal(t, offeredByAll, info.Header.Get("Sec-WebSocket-Extensions"))
	}
	if c.agreed == nil {
		assert.Empty(t, info.Extensions)
		assert.Nil(t, theirs.Deflate)
		return
	}
	answer, err := c.agreed.Answer()
	require.NoError(t, err)
	require.Len(t, info.Extensions, 1)
	// Parameters have no order.
	params := func(s string) []string { return strings.Split(s, "; ") }
	assert.ElementsMatch(t, params(answer.String()), params(info.Extensions[0]))
	if theirs.Extensions != "" {
		assert.Equal(t, info.Extensions[0], theirs.Extensions)
	} else {
		require.NotNil(t, theirs.Deflate, "they say nothing of permessage-deflate")
		assert.Equal(t, c.agreed.Side(!client), *theirs.Deflate)
	}
}

// exchange has both sides send their messages at the same time.
func (m *meeting) exchange(s *stage, ours, theirs []deflateMessage) {
	failed := make(chan error, 2)
	for _, e := range []struct {
		end interface {
			sendAll(ctx context.Context, all []deflateMessage) error
		}
		all []deflateMessage
	}{{m.ours, ours}, {m.theirs.(*childEnd), theirs}} {
		go func() { failed <- e.end.sendAll(s.ctx, e.all) }()
	}
	for _, sent := range ours {
		s.expect(m.theirs, sent.kind, sent.payload())
	}
	for _, sent := range theirs {
		s.expect(m.ours, sent.kind, sent.payload())
	}
	assert.NoError(s.t, <-failed)
	assert.NoError(s.t, <-failed)
}

// onTheWire is what became of a message.
type onTheWire struct {
	octets     int // of payload, in all its frames
	compressed bool
}

// messages gives the messages of one direction.
func (w *wire) messages(d ws.Direction) (all []onTheWire) {
	var m onTheWire
	for _, f := range w.data(d) {
		m.octets += int(f.Header.Length)
		m.compressed = m.compressed || f.Header.RSV1()
		if f.Header.Fin() {
			all = append(all, m)
			m = onTheWire{}
		}
	}
	return all
}

// compressed checks what the messages of one direction took on the wire.
func (m *meeting) compressed(t *testing.T, d ws.Direction, sent []deflateMessage, takeover bool, c deflateCase) {
	t.Helper()
	got := m.wire.messages(d)
	require.Len(t, got, len(sent), "messages %v", d)
	var plain, wire, compressed int
	for i, msg := range got {
		plain += len(sent[i].payload())
		wire += msg.octets
		if msg.compressed {
			compressed++
		}
	}
	t.Logf("%v: %d of %d messages compressed, %d octets in %d on the wire", d, compressed, len(got), plain, wire)

	inflatesOnly := m.theirs.(*childEnd).opened.Extensions != ""
	if c.agreed == nil || inflatesOnly && d == ws.Received {
		assert.Zero(t, compressed)
		assert.Equal(t, plain, wire)
		return
	}
	if d == ws.Received && c.theirs != nil {
		assert.Len(t, got, compressed, "they compress each message")
	}
	assert.Greater(t, compressed, 5) // by itself, npm ws leaves out what is shorter than 1 KiB
	assert.Less(t, wire, plain*6/10)

	// The last four: what is sent again is short where it may refer to the time
	// before, and never when the window has gone on since.
	last := got[len(got)-4:]
	first, again, late := last[0].octets, last[1].octets, last[3].octets
	assert.Greater(t, first, repeatedSize/3)
	if takeover {
		assert.Less(t, again, repeatedSize/8, "with context takeover")
	} else {
		assert.Greater(t, again, repeatedSize/3, "without context takeover")
	}
	assert.Greater(t, late, repeatedSize/3, "out of the window's reach")
}
