package ws_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// What is over a limit is answered with its code, by its header alone.
//
//req:test RFC6455-10.4-01
func TestLimitsOverTCP(t *testing.T) {
	o := &ws.Options{MaxMessage: 1000, MaxFrame: 900, MaxFragments: 3, Compression: &ws.Compression{}}
	half := wstest.Binary(make([]byte, 500))
	each(t, allDrivers, o, func(t *testing.T, s *service) {
		for name, c := range map[string]struct {
			frames []wstest.Frame
			err    *frame.Error
		}{
			"frame":         {[]wstest.Frame{wstest.Binary(nil).Declare(901).First(8)}, frame.ErrFrameTooBig},
			"huge frame":    {[]wstest.Frame{wstest.Binary(nil).Length64().Declare(1 << 62).First(14)}, frame.ErrFrameTooBig},
			"message":       {[]wstest.Frame{half.More(), wstest.Continuation("").Declare(501).First(8)}, frame.ErrMessageTooBig},
			"fragments":     {[]wstest.Frame{wstest.Text("").More(), wstest.Continuation("").More(), wstest.Continuation("").More(), wstest.Continuation("")}, frame.ErrTooManyFragments},
			"when inflated": {[]wstest.Frame{wstest.Binary(make([]byte, 1001)).Compressed()}, frame.ErrMessageTooBig},
		} {
			peer := s.dial(t, requestText("/", "Sec-WebSocket-Extensions: permessage-deflate"))
			peer.Send(half) // within all of them
			peer.ExpectCompressed(half)
			peer.Send(c.frames...)
			peer.ExpectClose(c.err.Code)
			peer.ExpectEOF()
			peer.Hangup()
			require.ErrorIs(t, soon(t, s.ended), c.err, name)
		}
	})
}

// A peer that has sent a lot when the connection fails still gets the Close
// frame, and no reset.
//
//req:test RFC6455-7.1.1-01 RFC6455-7.1.7-05
func TestMuchUnreadOverTCP(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		peer.Send(wstest.Text("").WithRSV(0x70), wstest.Octets(make([]byte, 200<<10)...))
		peer.ExpectClose(frame.CloseProtocolError)
		peer.ExpectEOF()
	})
}

// The peer's Close is answered with its code, behind the answers to what came
// before it, and both ends see the same.
//
//req:test RFC6455-5.5.1-07 RFC6455-5.5.1-08 RFC6455-7.1.5-01 RFC6455-7.1.6-01
func TestPeerClosesOverTCP(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		for _, want := range []ws.CloseError{
			{Code: ws.StatusNormalClosure, Reason: "bye"},
			{Code: ws.StatusGoingAway},
			{Code: ws.StatusNoStatus},
			{Code: ws.StatusPolicyViolation, Reason: "no"},
			{Code: 4321, Reason: "own"},
		} {
			peer := s.dial(t, requestText("/"))
			peer.Send(
				wstest.Text("last words"), wstest.Ping("are"), wstest.Text("unfinished").More(),
				wstest.Close(want.Code, want.Reason),
				wstest.Ping("not to be answered"), wstest.Text("nor this"),
			)
			peer.Expect(wstest.Text("last words"), wstest.Pong("are"))
			peer.ExpectClose(want.Code)
			peer.ExpectEOF()
			peer.Hangup()
			want.Remote = true
			assert.Equal(t, want, *soon(t, s.ended))
		}
	})
}

// This side closes: what is on its way is taken and not handed out, until the
// answer comes.
//
//req:test RFC6455-7.1.2-01 RFC6455-5.5.1-06
func TestCloseOverTCP(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		c := soon(t, s.opened)
		assert.Error(t, c.Close(ws.StatusAbnormalClosure, ""))
		assert.Error(t, c.Close(ws.StatusNormalClosure, strings.Repeat("a", 124)))
		peer.Send(wstest.Text("nothing happened"))
		peer.Expect(wstest.Text("nothing happened"))

		closed := make(chan error, 1)
		go func() { closed <- c.Close(4000, "enough") }()
		peer.Expect(wstest.Close(4000, "enough"))
		peer.Send(wstest.Text("a").More(), wstest.Continuation("b"), wstest.Binary(make([]byte, 100_000)))
		peer.Send(wstest.Ping("no more Pongs"), wstest.Close(4000, ""))
		peer.ExpectEOF()
		peer.Hangup()
		require.NoError(t, soon(t, closed))
		assert.Equal(t, ws.CloseError{Code: 4000}, *soon(t, s.ended))
		require.ErrorIs(t, c.Write(t.Context(), ws.Text, nil), net.ErrClosed)
	})
}

// ... or gives no time for that.
//
//req:test RFC6455-7.2.2-01
func TestCloseNowOverTCP(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		c := soon(t, s.opened)
		require.NoError(t, c.CloseNow())
		peer.ExpectEOF()
		err := soon(t, s.ended)
		require.ErrorIs(t, err, ws.ErrClosedNow)
		assert.Equal(t, ws.StatusAbnormalClosure, err.Code)
		require.ErrorIs(t, c.Write(t.Context(), ws.Text, nil), ws.ErrClosedNow)
		require.NoError(t, c.CloseNow())
		soon(t, c.Context().Done())
	})
}

// A transport that ends without a Close frame, wherever the peer was.
//
//req:test RFC6455-7.2.1-02
func TestTransportEndsOverTCP(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		for _, last := range [][]wstest.Frame{
			nil,
			{wstest.Text("half a header").First(1)},
			{wstest.Text("half a payload").First(10)},
			{wstest.Text("half a message").More()},
			{wstest.Binary(make([]byte, 300_000)).First(200_000)},
		} {
			peer := s.dial(t, requestText("/"))
			peer.Send(last...)
			peer.CloseWrite()
			peer.ExpectEOF()
			err := soon(t, s.ended)
			require.ErrorIs(t, err, ws.ErrNoClose)
			assert.Equal(t, ws.StatusAbnormalClosure, err.Code)
			peer.Hangup()

			nc := openTCP(t, s.addr, requestText("/"))
			require.NoError(t, nc.(*net.TCPConn).SetLinger(0)) // Close resets
			wstest.NewPeer(t, nc, ws.RoleClient).Send(last...)
			require.NoError(t, nc.Close())
			assert.Equal(t, ws.StatusAbnormalClosure, soon(t, s.ended).Code)
		}
	})
}

// A peer that sends no more still gets every answer, however much it had sent.
func TestHalfClosedPeerIsAnswered(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		for _, octets := range []int{16, 4 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20} {
			nc := openTCP(t, s.addr, requestText("/"))
			_, err := io.WriteString(nc, strings.Repeat(clientFrame(frame.OpText, "0123456789"), octets/16))
			require.NoError(t, err)
			require.NoError(t, nc.(*net.TCPConn).CloseWrite())
			got, err := io.ReadAll(nc)
			require.NoError(t, err)
			want := bytes.Repeat([]byte("\x81\x0a0123456789"), octets/16)
			assert.Len(t, got, len(want), "%d octets", octets)
			assert.True(t, bytes.Equal(want, got))
			nc.Close()
			require.ErrorIs(t, soon(t, s.ended), ws.ErrNoClose)
		}
	})
}
