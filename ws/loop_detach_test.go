package ws_test

import (
	"context"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// dialInPieces gives a client whose octets come in pieces of at most n.
func dialInPieces(ctx context.Context, url string, n int, o ws.Options) (*ws.Conn, error) {
	c, _, err := ws.Dial(ctx, url, &ws.DialOptions{
		Options: o,
		Proxy:   ws.NoProxy,
		NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			var d net.Dialer
			nc, err := d.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return wstest.Faulty(nc, wstest.Faults{WritePiece: n}), nil
		},
	})
	return c, err
}

// However a connection gets from its callbacks to a function while its peer
// sends: no message is lost, doubled or out of order.
func TestDetachWhileMessagesArrive(t *testing.T) {
	const conns, messages = 60, 100
	targets := []string{"/open", "/elsewhere", "/0", "/1", "/10"}
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		checkDescriptors(t)
		var closed atomic.Int32
		detach := make(chan *ws.Conn, conns)
		o := ws.Options{Compression: &ws.Compression{Threshold: -1, ClientContextTakeover: true, ServerContextTakeover: true}}
		addr := run(&ws.Server{
			Options: &o,
			OnOpen: func(c *ws.Conn) {
				switch c.Info().Target {
				case "/open":
					assert.NoError(t, c.Detach(echoBack))
				case "/elsewhere":
					detach <- c
				}
			},
			OnMessage: func(c *ws.Conn, m ws.Message) {
				assert.NoError(t, c.Write(context.Background(), m.Type, m.Data))
				if c.Info().Target == "/"+string(m.Data) {
					assert.NoError(t, c.Detach(echoBack))
					assert.Error(t, c.Detach(echoBack), "twice")
				}
			},
			OnClose: func(*ws.Conn, *ws.CloseError) { closed.Add(1) },
		})
		var all sync.WaitGroup
		for i := range conns {
			all.Go(func() {
				d := newDice(byte(i))
				c, err := dialInPieces(t.Context(), "ws://"+addr+targets[i%len(targets)], 1+d.upTo(300), o)
				if !assert.NoError(t, err) {
					return
				}
				all.Go(func() {
					for n := range messages {
						w, err := c.Writer(t.Context(), ws.Text)
						if !assert.NoError(t, err) {
							return
						}
						for _, digit := range []byte(strconv.Itoa(n)) {
							_, _ = w.Write([]byte{digit})
							if d.upTo(2) == 0 {
								_ = w.Flush()
							}
						}
						assert.NoError(t, w.Close())
					}
				})
				for n := range messages {
					_, got, err := c.Read(t.Context())
					if !assert.NoError(t, err, "connection %d", i) || !assert.Equal(t, strconv.Itoa(n), string(got), "connection %d", i) {
						break
					}
				}
				assert.NoError(t, c.Close(ws.StatusNormalClosure, ""))
			})
		}
		for range conns / len(targets) {
			if err := soon(t, detach).Detach(echoBack); err != nil {
				assert.ErrorIs(t, err, net.ErrClosed, "all its messages were answered before")
			}
		}
		all.Wait()
		require.Eventually(t, func() bool { return closed.Load() == conns }, patience, tick)
	})
}

// Detach and everything that ends a connection at the same time: each one is
// closed, and OnClose is called once for each.
func TestDetachAndEnd(t *testing.T) {
	const conns = 400
	ends := map[string]func(c *ws.Conn, peer *net.TCPConn){
		"CloseNow": func(c *ws.Conn, _ *net.TCPConn) { _ = c.CloseNow() },
		"Close":    func(c *ws.Conn, _ *net.TCPConn) { _ = c.Close(ws.StatusGoingAway, "") },
		"hangs up": func(_ *ws.Conn, peer *net.TCPConn) { _ = peer.Close() },
		"resets":   func(_ *ws.Conn, peer *net.TCPConn) { _ = peer.SetLinger(0); _ = peer.Close() },
		"Context":  func(c *ws.Conn, _ *net.TCPConn) { _ = c.Context() },
	}
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		checkDescriptors(t)
		opened := make(chan *ws.Conn, conns)
		closed := make(chan *ws.Conn, conns)
		addr := run(&ws.Server{
			Options:   &ws.Options{CloseTimeout: soonTime, PingInterval: soonTime, PingTimeout: soonTime},
			OnOpen:    func(c *ws.Conn) { opened <- c },
			OnMessage: func(*ws.Conn, ws.Message) {},
			OnClose:   func(c *ws.Conn, _ *ws.CloseError) { closed <- c },
		})
		for name, end := range ends {
			t.Run(name, func(t *testing.T) {
				left := map[*ws.Conn]bool{}
				for range conns {
					nc := openTCP(t, addr, requestText("/")).(*net.TCPConn)
					c := soon(t, opened)
					left[c] = true
					var both sync.WaitGroup
					both.Go(func() { _ = c.Detach(func(ctx context.Context, c *ws.Conn) error { return echoBack(ctx, c) }) })
					both.Go(func() { end(c, nc) })
					both.Wait()
				}
				for range conns {
					c := soon(t, closed)
					assert.True(t, left[c], "twice")
					delete(left, c)
					soon(t, c.Context().Done())
				}
			})
		}
	})
}
