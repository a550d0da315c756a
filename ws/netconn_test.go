package ws_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// inPipe gives a connection and a peer of it, in a synctest bubble.
func inPipe(t *testing.T, po wstest.PipeOptions, o *ws.Options, f func(t *testing.T, c *ws.Conn, p *wstest.Peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := wstest.NewPipe(po)
		c, err := ws.NewConn(near, ws.RoleServer, ws.Agreement{}, o)
		require.NoError(t, err)
		f(t, c, wstest.NewPeer(t, far, ws.RoleClient))
		_ = far.Close()
		_ = c.CloseNow()
	})
}

// The contract of net.Conn. The transport writes a frame whole or not at all:
// a Write that is cut off in its frame ends the connection, and the contract
// has no room for that.
func TestNetConnIsAConn(t *testing.T) {
	nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
		x, y := wstest.NewPipe(wstest.PipeOptions{Atomic: true})
		o := &ws.Options{CloseTimeout: 200 * time.Millisecond}
		server, err := ws.NewConn(x, ws.RoleServer, ws.Agreement{}, o)
		if err != nil {
			return nil, nil, nil, err
		}
		client, err := ws.NewConn(y, ws.RoleClient, ws.Agreement{}, o)
		if err != nil {
			return nil, nil, nil, err
		}
		a, b = ws.NetConn(server, ws.Binary), ws.NetConn(client, ws.Binary)
		return a, b, func() {
			var wg sync.WaitGroup
			wg.Go(func() { _ = a.Close() })
			wg.Go(func() { _ = b.Close() })
			wg.Wait()
		}, nil
	})
}

// Over TCP a large stream goes both ways at once.
func TestNetConnStream(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	go func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		c, err := ws.Upgrade(context.Background(), nc, nil)
		if err != nil {
			return
		}
		stream := ws.NetConn(c, ws.Binary)
		_, _ = io.Copy(stream, stream)
		_ = stream.Close()
	}()
	c, _, err := ws.Dial(t.Context(), "ws://"+l.Addr().String(), nil)
	require.NoError(t, err)
	stream := ws.NetConn(c, ws.Binary)
	assert.Equal(t, l.Addr().String(), stream.RemoteAddr().String())
	assert.NotEqual(t, stream.LocalAddr().String(), stream.RemoteAddr().String())
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() {
		for p := range slices.Chunk(want, 100_001) {
			n, err := stream.Write(p)
			assert.NoError(t, err)
			assert.Equal(t, len(p), n)
		}
	}()
	got := make([]byte, len(want))
	_, err = io.ReadFull(stream, got)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got))
	require.NoError(t, stream.Close())
	require.ErrorIs(t, stream.Close(), net.ErrClosed)
}

func TestNetConnMessages(t *testing.T) {
	inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		nc := ws.NetConn(c, ws.Text)
		p.Send(wstest.Text("Hel").More(), wstest.Ping("x"), wstest.Continuation("lo"), wstest.Text(""), wstest.Text(" there"))
		got := make([]byte, 11)
		for i := range got {
			n, err := nc.Read(got[i : i+1])
			require.NoError(t, err)
			require.Equal(t, 1, n)
		}
		assert.Equal(t, "Hello there", string(got))
		p.Expect(wstest.Pong("x"))
		n, err := nc.Read(nil)
		assert.Zero(t, n)
		require.NoError(t, err)

		for _, s := range []string{"one", "", strings.Repeat("x", 40_000)} {
			n, err := nc.Write([]byte(s))
			require.NoError(t, err)
			assert.Equal(t, len(s), n)
			p.Expect(wstest.Text(s))
		}
		_, half := nc.(interface{ CloseWrite() error })
		assert.False(t, half)
	})
}

// A message of the other type ends with 1003.
//
//req:test RFC6455-7.4.1-02
func TestNetConnOtherType(t *testing.T) {
	for _, m := range []wstest.Frame{wstest.Text("text"), wstest.Text("te").More(), wstest.Text("")} {
		inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
			nc := ws.NetConn(c, ws.Binary)
			p.Send(wstest.Binary([]byte("ok")), m)
			got := make([]byte, 10)
			n, err := nc.Read(got)
			require.NoError(t, err)
			assert.Equal(t, "ok", string(got[:n]))
			_, err = nc.Read(got)
			require.ErrorIs(t, err, frame.ErrUnsupportedData)
			p.ExpectClose(ws.StatusUnsupportedData)
			p.ExpectEOF()
			_, err = nc.Read(got)
			assert.Equal(t, ws.StatusUnsupportedData, ws.CloseStatus(err))
			_, err = nc.Write(got)
			assert.Equal(t, ws.StatusUnsupportedData, ws.CloseStatus(err))
		})
	}
}

func TestNetConnEndings(t *testing.T) {
	for _, code := range []ws.StatusCode{1000, 1001, 1005} {
		inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
			nc := ws.NetConn(c, ws.Binary)
			p.Send(wstest.Binary([]byte("last")), wstest.Close(code, ""))
			got, err := io.ReadAll(nc)
			require.NoError(t, err)
			assert.Equal(t, "last", string(got))
			p.ExpectClose(code)
			p.ExpectEOF()
			p.Hangup()
			require.NoError(t, nc.Close())
			_, err = nc.Read(make([]byte, 1))
			require.ErrorIs(t, err, net.ErrClosed)
		})
	}
	inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		nc := ws.NetConn(c, ws.Binary)
		p.Send(wstest.Close(1011, "oops"))
		_, err := nc.Read(make([]byte, 1))
		require.ErrorIs(t, err, net.ErrClosed)
		assert.Equal(t, ws.StatusInternalError, ws.CloseStatus(err))
	})
	inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		nc := ws.NetConn(c, ws.Binary)
		p.Hangup()
		_, err := nc.Read(make([]byte, 1))
		require.ErrorIs(t, err, ws.ErrNoClose)
		require.Error(t, nc.Close())
	})
	// This side closes, while something reads.
	inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		nc := ws.NetConn(c, ws.Binary)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := nc.Read(make([]byte, 1))
			assert.ErrorIs(t, err, net.ErrClosed)
		})
		synctest.Wait()
		wg.Go(func() { assert.NoError(t, nc.Close()) })
		p.ExpectClose(ws.StatusNormalClosure)
		p.Send(wstest.Binary([]byte("too late")), wstest.Close(ws.StatusNormalClosure, ""))
		p.ExpectEOF()
		p.Hangup()
		wg.Wait()
		_, err := nc.Write([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
		require.ErrorIs(t, nc.SetDeadline(time.Time{}), net.ErrClosed)
		require.ErrorIs(t, nc.SetWriteDeadline(time.Time{}), net.ErrClosed)
	})
}

// A timeout leaves the connection usable wherever it comes, and nothing is
// lost or repeated.
func TestNetConnDeadlines(t *testing.T) {
	octets := wstest.Text("Hello").Append(nil, ws.RoleClient, 0x11223344)
	for cut := range octets {
		inPipe(t, wstest.PipeOptions{}, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
			nc := ws.NetConn(c, ws.Text)
			buf := make([]byte, 100)
			p.Send(wstest.Octets(octets[:cut]...))
			got := 0
			if head := len(octets) - len("Hello"); cut > head {
				n, err := nc.Read(buf)
				require.NoError(t, err)
				require.Equal(t, cut-head, n)
				got = n
			}
			start := time.Now()
			require.NoError(t, nc.SetReadDeadline(start.Add(time.Minute)))
			n, err := nc.Read(buf[got:])
			assert.Zero(t, n)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			var timeout net.Error
			require.ErrorAs(t, err, &timeout)
			assert.True(t, timeout.Timeout())
			assert.Equal(t, time.Minute, time.Since(start))

			p.Send(wstest.Octets(octets[cut:]...), wstest.Text("!"))
			_, err = nc.Read(buf[got:])
			require.ErrorIs(t, err, os.ErrDeadlineExceeded, "it stays passed")
			require.NoError(t, nc.SetReadDeadline(time.Now().Add(time.Minute)))
			_, err = io.ReadFull(nc, buf[got:6])
			require.NoError(t, err)
			assert.Equal(t, "Hello!", string(buf[:6]))

			// One that is moved while a Read waits.
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := nc.Read(buf)
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			})
			pass(time.Second)
			require.NoError(t, nc.SetReadDeadline(time.Now().Add(time.Hour)))
			pass(time.Hour - time.Second)
			require.NoError(t, nc.SetReadDeadline(start))
			wg.Wait()
			assert.Equal(t, time.Minute+time.Hour, time.Since(start))
		})
	}
}

// The deadline that passed stops neither answers to Pings nor a Write after it
// was moved.
func TestNetConnWriteDeadline(t *testing.T) {
	inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		nc := ws.NetConn(c, ws.Text)
		require.NoError(t, nc.SetWriteDeadline(time.Now()))
		n, err := nc.Write([]byte("too late"))
		assert.Zero(t, n)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)

		go func() { _, _ = io.Copy(io.Discard, nc) }()
		p.Send(wstest.Ping("still there?"))
		p.Expect(wstest.Pong("still there?"))
		p.ExpectNothing(time.Second)

		require.NoError(t, nc.SetWriteDeadline(time.Now().Add(time.Hour)))
		_, err = nc.Write([]byte("in time"))
		require.NoError(t, err)
		p.Expect(wstest.Text("in time"))
	})
	// Part of the frame went out.
	o := &ws.Options{WriteTimeout: -1}
	inPipe(t, wstest.PipeOptions{Size: 10}, o, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		nc := ws.NetConn(c, ws.Text)
		start := time.Now()
		require.NoError(t, nc.SetWriteDeadline(start.Add(time.Second)))
		_, err := nc.Write([]byte("more than ten octets"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		require.NoError(t, nc.SetWriteDeadline(time.Time{}))
		_, err = nc.Write([]byte("x"))
		assert.Equal(t, ws.StatusAbnormalClosure, ws.CloseStatus(err))
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
	})
}
