package ws_test

import (
	"context"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// inBubble runs f with a server connection over a pipe in memory, where time
// passes only when everybody waits.
func inBubble(t *testing.T, o *ws.Options, f func(t *testing.T, c *ws.Conn, peer net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		c, err := ws.NewConn(a, ws.RoleServer, ws.Agreement{}, o)
		require.NoError(t, err)
		f(t, c, b)
		require.NoError(t, c.CloseNow())
		b.Close()
	})
}

// pass lets time pass in a bubble.
func pass(d time.Duration) { <-time.After(d) }

// client is the peer as a connection of its own, that only answers.
func client(t *testing.T, peer net.Conn) *ws.Conn {
	t.Helper()
	c, err := ws.NewConn(peer, ws.RoleClient, ws.Agreement{}, &ws.Options{PingInterval: -1})
	require.NoError(t, err)
	c.Discard()
	return c
}

func TestW20_KeepaliveEndsAHalfOpenConnection(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *ws.Conn, _ net.Conn) {
		start := time.Now()
		_, _, err := c.Read(t.Context())
		require.ErrorIs(t, err, ws.ErrKeepalive)
		assert.Equal(t, ws.StatusAbnormalClosure, ws.CloseStatus(err))
		assert.Equal(t, ws.DefaultPingInterval+ws.DefaultPingTimeout, time.Since(start))
	})
}

func TestKeepaliveKeepsAHealthyPeer(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *ws.Conn, peer net.Conn) {
		p := client(t, peer)
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		_, _, err := c.Read(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, p.Write(t.Context(), ws.Text, []byte("good morning")))
		_, got, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "good morning", string(got))
		p.CloseNow()
	})
}

// Any octet is life, also one of a peer that never answers a Ping.
func TestKeepaliveTakesAnyOctet(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *ws.Conn, peer net.Conn) {
		go func() {
			for range 20 {
				pass(10 * time.Second)
				_, _ = peer.Write([]byte{0x8a, 0x80, 0, 0, 0, 0}) // a Pong that nobody asked for
			}
		}()
		start := time.Now()
		_, _, err := c.Read(t.Context())
		require.ErrorIs(t, err, ws.ErrKeepalive)
		assert.Equal(t, 225*time.Second, time.Since(start), "Ping at 210 s, the first after the last octet at 200 s")
	})
}

// A handler that works for minutes without reading does not lose its peer.
func TestKeepaliveWhileNobodyReads(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *ws.Conn, peer net.Conn) {
		p := client(t, peer)
		pass(10 * time.Minute)
		require.NoError(t, c.Write(t.Context(), ws.Text, []byte("done")))
		synctest.Wait()
		assert.Equal(t, ws.StatusPolicyViolation, ws.CloseStatus(context.Cause(p.Context())), "p discards")
		p.CloseNow()
	})
}

func TestCloseTimesOut(t *testing.T) {
	inBubble(t, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, _ net.Conn) {
		start := time.Now()
		require.ErrorIs(t, c.Close(ws.StatusNormalClosure, ""), ws.ErrCloseTimeout)
		assert.Equal(t, ws.DefaultCloseTimeout, time.Since(start))
	})
}

// A peer that takes nothing loses the connection, and not only its own writer.
func TestWriteTimesOut(t *testing.T) {
	inBubble(t, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, _ net.Conn) {
		read := make(chan error, 1)
		go func() { _, _, err := c.Read(context.Background()); read <- err }()
		start := time.Now()
		err := c.Write(t.Context(), ws.Binary, make([]byte, 64<<20))
		require.ErrorIs(t, err, ws.ErrWriteTimeout)
		took := time.Since(start)
		assert.GreaterOrEqual(t, took, ws.DefaultWriteTimeout)
		assert.LessOrEqual(t, took, ws.DefaultWriteTimeout*5/4)
		require.ErrorIs(t, <-read, ws.ErrWriteTimeout)
	})
}

// The application's own write deadline: harmless while nothing of the frame
// has gone out.
func TestWriteDeadline(t *testing.T) {
	inBubble(t, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, peer net.Conn) {
		require.NoError(t, c.SetWriteDeadline(time.Now().Add(-time.Second)))
		require.ErrorIs(t, c.Write(t.Context(), ws.Text, []byte("late")), os.ErrDeadlineExceeded)
		require.NoError(t, c.SetWriteDeadline(time.Time{}))
		require.NoError(t, c.Write(t.Context(), ws.Text, []byte("in time")))
		p, err := ws.NewConn(peer, ws.RoleClient, ws.Agreement{}, nil)
		require.NoError(t, err)
		_, got, err := p.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "in time", string(got))

		start := time.Now()
		require.NoError(t, c.SetWriteDeadline(start.Add(time.Second)))
		err = c.Write(t.Context(), ws.Binary, make([]byte, 64<<20))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.ErrorIs(t, err, net.ErrClosed, "half a frame is out")
		assert.Equal(t, time.Second, time.Since(start))
		p.CloseNow()
	})
}

// A thousand control frames a second are answered, more end the connection.
// A flood of Pings never holds more than one Pong.
func TestW4_ControlFlood(t *testing.T) {
	inBubble(t, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, peer net.Conn) {
		ping := []byte{0x89, 0x81, 0, 0, 0, 0, 'x'}
		go func() {
			for range ws.DefaultMaxControlRate {
				_, _ = peer.Write(ping)
			}
			pass(2 * time.Second)
			for range ws.DefaultMaxControlRate + 1 {
				_, _ = peer.Write(ping)
			}
		}()
		start := time.Now()
		_, _, err := c.Read(t.Context())
		require.ErrorIs(t, err, frame.ErrControlFlood)
		assert.Equal(t, ws.StatusPolicyViolation, ws.CloseStatus(err))
		assert.Equal(t, 2*time.Second, time.Since(start))
	})
}

// After its Close frame a failed connection is held for no more than a second,
// although the peer keeps it open and goes on sending.
//
//req:test RFC6455-7.1.7-05
func TestFailedConnectionLingersForASecond(t *testing.T) {
	inBubble(t, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, peer net.Conn) {
		sent := make(chan struct{})
		defer func() { <-sent }()
		go func() {
			defer close(sent)
			for {
				pass(100 * time.Millisecond)
				if _, err := peer.Write([]byte{0xff, 0xff}); err != nil {
					return
				}
			}
		}()
		_, _, err := c.Read(t.Context())
		require.ErrorIs(t, err, frame.ErrReservedBits)
		start := time.Now()
		require.ErrorIs(t, c.Close(ws.StatusNormalClosure, ""), frame.ErrReservedBits)
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// A context that ends between two calls costs nothing: the next call has its
// own.
func TestContextOfAnEarlierCall(t *testing.T) {
	inBubble(t, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, peer net.Conn) {
		p := client(t, peer)
		ctx, cancel := context.WithCancel(t.Context())
		require.NoError(t, p.Write(ctx, ws.Text, []byte("one")))
		_, _, err := c.Read(ctx)
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		require.NoError(t, p.Write(t.Context(), ws.Text, []byte("two")))
		_, got, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "two", string(got))
		_, _, err = c.Read(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, c.Write(ctx, ws.Text, nil), context.Canceled)
		p.CloseNow()
	})
}
