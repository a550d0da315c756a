package protocol_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

func pingEvent(p string) protocol.Event {
	return protocol.Event{Kind: protocol.KindPing, Op: frame.OpPing, Payload: []byte(p)}
}

func closeEvent(p string) protocol.Event {
	return protocol.Event{Kind: protocol.KindClose, Op: frame.OpClose, Payload: []byte(p)}
}

//req:test RFC6455-5.5.2-02 RFC6455-5.5.3-01 RFC6455-5.5.3-03
func TestAnswerPing(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		for _, p := range []string{"", "x", "\x00\xff", strings.Repeat("y", 125)} {
			s := protocol.NewSender(role, false)
			b, err := s.Answer(nil, pingEvent(p))
			require.NoError(t, err)
			assert.Equal(t, []item{pong(p)}, record(t, peerOf(role, false)).whole(b).Items)
		}
	}
	// Inside a message of ours, which goes on.
	s := protocol.NewSender(protocol.Server, false)
	b, err := s.AppendFrame(nil, frame.OpText, 0, []byte("a"))
	require.NoError(t, err)
	b, err = s.Answer(b, pingEvent("p"))
	require.NoError(t, err)
	b, err = s.AppendFrame(b, frame.OpContinuation, flagFin, []byte("b"))
	require.NoError(t, err)
	assert.Equal(t, []item{pong("p"), text("ab")}, record(t, peerOf(protocol.Server, false)).whole(b).Items)

	// Not after a Close, whoever sent it, nor after a failure.
	ends := map[string]func(s *protocol.Sender){
		"sent":     func(s *protocol.Sender) { _, _ = s.AppendClose(nil, frame.CloseNormal, "") },
		"received": func(s *protocol.Sender) { s.CloseReceived() },
		"both":     func(s *protocol.Sender) { _, _ = s.Answer(nil, closeEvent("")) },
		"failed":   func(s *protocol.Sender) { s.Fail(nil, frame.ErrMasked) },
		"gone":     func(s *protocol.Sender) { s.TransportClosed() },
	}
	for name, end := range ends {
		s := protocol.NewSender(protocol.Server, false)
		end(&s)
		b, err := s.Answer([]byte("x"), pingEvent("p"))
		require.NoError(t, err, name)
		assert.Equal(t, "x", string(b), name)
	}
	// Nothing else is answered.
	for _, ev := range []protocol.Event{{}, {Kind: protocol.KindData, Op: frame.OpText}, {Kind: protocol.KindPong, Op: frame.OpPong, Payload: []byte("unasked")}} {
		s := protocol.NewSender(protocol.Server, false)
		b, err := s.Answer([]byte("x"), ev)
		require.NoError(t, err)
		assert.Equal(t, "x", string(b))
		assert.Equal(t, protocol.Open, s.State())
	}
}

//req:test RFC6455-5.5.1-07 RFC6455-5.5.1-14 RFC6455-7.1.3-01
func TestAnswerClose(t *testing.T) {
	for _, c := range []struct{ got, answer string }{
		{"", ""},
		{"\x03\xe8", "\x03\xe8"},
		{"\x03\xe9going away", "\x03\xe9"},
		{"\x13\x87", "\x13\x87"},
	} {
		for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
			s := protocol.NewSender(role, false)
			b, err := s.Answer(nil, closeEvent(c.got))
			require.NoError(t, err)
			assert.Equal(t, []item{closing(c.answer)}, record(t, peerOf(role, false)).whole(b).Items)
			assert.Equal(t, protocol.CloseDone, s.State())
			// Only once.
			b, err = s.Answer(nil, closeEvent(c.got))
			require.NoError(t, err)
			assert.Empty(t, b)
		}
	}
	// One that answers ours, or that crossed it, is not answered.
	s := protocol.NewSender(protocol.Server, false)
	_, err := s.AppendClose(nil, frame.CloseNormal, "")
	require.NoError(t, err)
	b, err := s.Answer(nil, closeEvent("\x03\xe9"))
	require.NoError(t, err)
	assert.Empty(t, b)
	assert.Equal(t, protocol.CloseDone, s.State())

	// Noted first, answered later with a code of one's own.
	s = protocol.NewSender(protocol.Server, false)
	s.CloseReceived()
	assert.Equal(t, protocol.CloseReceived, s.State())
	b, err = s.AppendClose(nil, frame.CloseGoingAway, "")
	require.NoError(t, err)
	assert.Equal(t, []byte{fin | opClose, 2, 0x03, 0xe9}, b)
	assert.Equal(t, protocol.CloseDone, s.State())

	// Noted first, echoed later.
	s = protocol.NewSender(protocol.Server, false)
	s.CloseReceived()
	b, err = s.Answer(nil, closeEvent("\x03\xe8"))
	require.NoError(t, err)
	assert.Equal(t, []byte{fin | opClose, 2, 0x03, 0xe8}, b)

	// A failed connection answers nothing.
	s = protocol.NewSender(protocol.Server, false)
	s.Fail(nil, frame.ErrMasked)
	b, err = s.Answer(nil, closeEvent("\x03\xe8"))
	require.NoError(t, err)
	assert.Empty(t, b)
	assert.Equal(t, protocol.Failed, s.State())
}

// Two endpoints that both begin to close end up clean, and so do one that
// begins and one that answers.
//
//req:test RFC6455-5.5.1-14 RFC6455-7.1.4-01
func TestClosingHandshake(t *testing.T) {
	sides := func() (a, b protocol.Sender) {
		return protocol.NewSender(protocol.Client, false), protocol.NewSender(protocol.Server, false)
	}
	receive := func(s *protocol.Sender, role protocol.Role, wire []byte) []byte {
		r := protocol.NewReceiver(protocol.Rules{Role: role})
		ev, _, err := r.Next(wire)
		require.NoError(t, err)
		out, err := s.Answer(nil, ev)
		require.NoError(t, err)
		return out
	}
	t.Run("one begins", func(t *testing.T) {
		client, server := sides()
		hello, err := client.AppendClose(nil, frame.CloseNormal, "done")
		require.NoError(t, err)
		answer := receive(&server, protocol.Server, hello)
		assert.Equal(t, protocol.CloseDone, server.State())
		assert.Empty(t, receive(&client, protocol.Client, answer))
		assert.Equal(t, protocol.CloseDone, client.State())
		for _, s := range []*protocol.Sender{&client, &server} {
			assert.False(t, s.Clean())
			s.TransportClosed()
			assert.Equal(t, protocol.Closed, s.State())
			assert.True(t, s.Clean())
			s.TransportClosed()
			assert.True(t, s.Clean())
		}
	})
	t.Run("both begin", func(t *testing.T) {
		client, server := sides()
		a, err := client.AppendClose(nil, frame.CloseNormal, "")
		require.NoError(t, err)
		b, err := server.AppendClose(nil, frame.CloseGoingAway, "")
		require.NoError(t, err)
		assert.Empty(t, receive(&client, protocol.Client, b))
		assert.Empty(t, receive(&server, protocol.Server, a))
		assert.Equal(t, protocol.CloseDone, client.State())
		assert.Equal(t, protocol.CloseDone, server.State())
	})
	t.Run("not clean", func(t *testing.T) {
		for name, end := range map[string]func(s *protocol.Sender){
			"no Close at all": func(*protocol.Sender) {},
			"only ours":       func(s *protocol.Sender) { _, _ = s.AppendClose(nil, frame.CloseNormal, "") },
			"only theirs":     func(s *protocol.Sender) { s.CloseReceived() },
			"failed":          func(s *protocol.Sender) { s.Fail(nil, frame.ErrMasked); s.CloseReceived() },
		} {
			s := protocol.NewSender(protocol.Server, false)
			end(&s)
			s.TransportClosed()
			assert.Equal(t, protocol.Closed, s.State(), name)
			assert.False(t, s.Clean(), name)
		}
	})
}

//req:test RFC6455-7.1.7-05 RFC6455-7.1.7-06 RFC6455-10.7-03
func TestFail(t *testing.T) {
	own := &frame.Error{Code: 4000, Text: strings.Repeat("ö", 100)}
	for _, c := range []struct {
		err    error
		code   frame.CloseCode
		reason string
	}{
		{frame.ErrMasked, 1002, frame.ErrMasked.Text},
		{frame.ErrInvalidUTF8, 1007, frame.ErrInvalidUTF8.Text},
		{frame.ErrMessageTooBig, 1009, frame.ErrMessageTooBig.Text},
		{fmt.Errorf("reading: %w", frame.ErrControlFlood), 1008, frame.ErrControlFlood.Text},
		{errors.New("the database password is wrong"), 1011, ""},
		{nil, 1011, ""},
		{own, 4000, strings.Repeat("ö", 61)},
		{&frame.Error{Code: 1005, Text: "not for the wire"}, 1011, ""},
		{&frame.Error{Code: 1002, Text: "\xff\xff"}, 1011, ""},
		{&frame.Error{Code: 1002, Text: strings.Repeat("\x80", 200)}, 1002, ""},
	} {
		s := protocol.NewSender(protocol.Server, false)
		b := s.Fail([]byte("x"), c.err)
		require.Equal(t, "x", string(b[:1]))
		got := record(t, peerOf(protocol.Server, false)).whole(b[1:])
		require.Len(t, got.Items, 1)
		code, reason, err := frame.ParseClose([]byte(got.Items[0].Payload))
		require.NoError(t, err)
		assert.Equal(t, c.code, code)
		assert.Equal(t, c.reason, string(reason))
		assert.True(t, utf8.Valid(reason))
		assert.Equal(t, protocol.Failed, s.State())

		// No second Close, and nothing else.
		assert.Empty(t, s.Fail(nil, c.err))
		_, err = s.AppendFrame(nil, frame.OpText, flagFin, nil)
		assert.ErrorIs(t, err, protocol.ErrNotOpen)
		_, err = s.AppendClose(nil, frame.CloseNormal, "")
		assert.ErrorIs(t, err, protocol.ErrNotOpen)
	}
	// A Close that was sent before stands.
	s := protocol.NewSender(protocol.Client, false)
	_, err := s.AppendClose(nil, frame.CloseNormal, "")
	require.NoError(t, err)
	assert.Empty(t, s.Fail(nil, frame.ErrMasked))
	assert.Equal(t, protocol.Failed, s.State())

	// One that came is answered by the failure.
	s = protocol.NewSender(protocol.Server, false)
	s.CloseReceived()
	assert.Len(t, s.Fail(nil, errors.New("internal")), 4)

	// Where the handshake of closing is over, or the transport gone, there is
	// nothing to fail.
	s = protocol.NewSender(protocol.Server, false)
	_, err = s.Answer(nil, closeEvent(""))
	require.NoError(t, err)
	assert.Empty(t, s.Fail(nil, frame.ErrMasked))
	assert.Equal(t, protocol.CloseDone, s.State())
	s.TransportClosed()
	assert.Empty(t, s.Fail(nil, frame.ErrMasked))
	assert.Equal(t, protocol.Closed, s.State())

	// The zero Sender has no connection yet.
	var zero protocol.Sender
	assert.Equal(t, protocol.Connecting, zero.State())
	assert.Empty(t, zero.Fail(nil, frame.ErrMasked))
	_, err = zero.AppendFrame(nil, frame.OpText, flagFin, nil)
	assert.ErrorIs(t, err, protocol.ErrNotOpen)
}

//req:test RFC6455-7.1.5-01 RFC6455-7.1.6-01
func TestEnding(t *testing.T) {
	var e protocol.Ending
	assert.Equal(t, frame.CloseAbnormal, e.Code())
	assert.Empty(t, e.Reason())
	e.Received(pingEvent("\x03\xe8not a Close"))
	e.Received(closeEvent("\x03\xedbad code"))
	assert.Equal(t, frame.CloseAbnormal, e.Code())
	p := []byte("\x0f\xa0enough")
	e.Received(protocol.Event{Kind: protocol.KindClose, Payload: p})
	clear(p) // the payload was borrowed
	e.Received(closeEvent("\x03\xe8second"))
	assert.Equal(t, frame.CloseCode(4000), e.Code())
	assert.Equal(t, "enough", e.Reason())

	var none protocol.Ending
	none.Received(closeEvent(""))
	none.Received(closeEvent("\x03\xe8second"))
	assert.Equal(t, frame.CloseNoStatus, none.Code())
	assert.Empty(t, none.Reason())
}
