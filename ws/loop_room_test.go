package ws_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// A room: each message goes to everybody, on whatever loop, from the callback that
// got it, while others come and are reset. Everybody gets what each one said in
// the order in which it was said.
func TestLoopsWriteToEachOther(t *testing.T) {
	const members, messages, visitors = 12, 40, 60
	checkDescriptors(t)
	var mu sync.Mutex
	room := map[*ws.Conn]bool{}
	addr := runServer(t, &ws.Server{
		Loops:   3,
		Options: &ws.Options{QueueMessages: -1, QueueBytes: -1},
		OnOpen: func(c *ws.Conn) {
			mu.Lock()
			defer mu.Unlock()
			room[c] = true
		},
		OnMessage: func(_ *ws.Conn, m ws.Message) {
			mu.Lock()
			defer mu.Unlock()
			for c := range room {
				if err := c.Write(context.Background(), m.Type, m.Data); err != nil {
					assert.ErrorIs(t, err, net.ErrClosed)
				}
			}
		},
		OnClose: func(c *ws.Conn, _ *ws.CloseError) {
			mu.Lock()
			defer mu.Unlock()
			delete(room, c)
		},
	})
	var conns []*ws.Conn
	for range members {
		c, _, err := ws.Dial(t.Context(), "ws://"+addr+"/", nil)
		require.NoError(t, err)
		defer c.CloseNow()
		conns = append(conns, c)
	}
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(room) == members
	}, patience, tick)

	var all sync.WaitGroup
	all.Go(func() {
		for i := range visitors {
			nc, err := net.Dial("tcp", addr)
			if !assert.NoError(t, err) {
				return
			}
			_ = nc.SetDeadline(time.Now().Add(patience))
			_, _ = nc.Write([]byte(requestText("/")))
			_, _ = nc.Read(make([]byte, 1+i*50))
			_ = nc.(*net.TCPConn).SetLinger(-(i % 2)) // 0: half of them reset
			nc.Close()
		}
	})
	for i, c := range conns {
		all.Go(func() {
			for n := range messages {
				text := fmt.Sprintf("%d %d %s", i, n, strings.Repeat("x", n*n))
				assert.NoError(t, c.Write(t.Context(), ws.Text, []byte(text)))
			}
		})
		all.Go(func() {
			var next [members]int
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			for range members * messages {
				_, p, err := c.Read(ctx)
				if !assert.NoError(t, err) {
					return
				}
				var from, n int
				_, err = fmt.Sscan(string(p[:min(len(p), 20)]), &from, &n)
				if !assert.NoError(t, err) || !assert.Equal(t, next[from], n, "of %d at %d", from, i) {
					return
				}
				assert.Len(t, p, len(fmt.Sprint(from, " ", n, " "))+n*n)
				next[from]++
			}
		})
	}
	all.Wait()
}

// Close and Shutdown while connections arrive: all of them are closed, and
// nothing is left.
func TestServerEndsWhileConnectionsArrive(t *testing.T) {
	eachServer(t, func(t *testing.T, _ func(*ws.Server) string) {
		checkGoroutines(t)
		checkDescriptors(t)
		for round := range 20 {
			var dialling sync.WaitGroup
			var opened, closed atomic.Int32
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			s := &ws.Server{
				Pace:    -1,
				OnOpen:  func(*ws.Conn) { opened.Add(1) },
				OnClose: func(*ws.Conn, *ws.CloseError) { closed.Add(1) },
			}
			served := make(chan error, 1)
			if strings.HasSuffix(t.Name(), "goroutine") {
				ln = anyListener{ln}
			}
			go func() { served <- s.Serve(ln) }()
			some := make(chan struct{}, 1000)
			for range 4 {
				dialling.Go(func() {
					for {
						nc, err := net.Dial("tcp", ln.Addr().String())
						if err != nil {
							return
						}
						_ = nc.SetDeadline(time.Now().Add(patience))
						_, _ = nc.Write([]byte(requestText("/")))
						_, _ = nc.Read(make([]byte, 10))
						defer nc.Close() // not before the server has ended
						some <- struct{}{}
					}
				})
			}
			for range 10 {
				soon(t, some)
			}
			if round%2 == 0 {
				require.NoError(t, s.Close())
			} else {
				ctx, cancel := context.WithTimeout(t.Context(), soonTime)
				_ = s.Shutdown(ctx)
				cancel()
			}
			require.ErrorIs(t, soon(t, served), ws.ErrServerClosed)
			require.Eventually(t, func() bool { return closed.Load() == opened.Load() }, patience, tick)
			dialling.Wait()
			assert.Equal(t, opened.Load(), closed.Load())
		}
	})
}

// Whatever is called on a connection while it ends, and when it is gone, returns,
// and does not panic.
func TestCallsOnAnEndedConnectionOfAServer(t *testing.T) {
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		opened := make(chan *ws.Conn, 1)
		addr := run(&ws.Server{OnOpen: func(c *ws.Conn) { opened <- c }})
		m, err := ws.NewPrepared(ws.Text, []byte("x"))
		require.NoError(t, err)
		ctx := t.Context()
		calls := []func(c *ws.Conn) error{
			func(c *ws.Conn) error { return c.Write(ctx, ws.Text, []byte("x")) },
			func(c *ws.Conn) error { return c.Writev(ctx, ws.Text, []byte("x"), []byte("y")) },
			func(c *ws.Conn) error { return c.WritePrepared(ctx, m) },
			func(c *ws.Conn) error { return c.TryWrite(ws.Text, []byte("x")) },
			func(c *ws.Conn) error { return c.TryWritePrepared(m) },
			func(c *ws.Conn) error { return c.Detach(echoBack) },
			func(c *ws.Conn) error { _, err := c.Ping(ctx); return err },
			func(c *ws.Conn) error { _, _, err := c.Read(ctx); return err },
			func(c *ws.Conn) error { _, _, err := c.ReadInto(ctx, nil); return err },
			func(c *ws.Conn) error { _, _, err := c.Reader(ctx); return err },
			func(c *ws.Conn) error { _, err := c.Writer(ctx, ws.Text); return err },
			func(c *ws.Conn) error { return context.Cause(c.Context()) },
		}
		others := []func(c *ws.Conn){
			func(c *ws.Conn) { _ = c.Info() },
			func(c *ws.Conn) { _ = c.Subprotocol() },
			func(c *ws.Conn) { _, _ = c.Buffered() },
			func(c *ws.Conn) { _ = c.Close(ws.StatusNormalClosure, "") },
			func(c *ws.Conn) { _ = c.CloseNow() },
			func(c *ws.Conn) { _ = c.SetReadDeadline(time.Now()) },
			func(c *ws.Conn) { _ = c.SetWriteDeadline(time.Now()) },
		}
		for _, reset := range []bool{true, false} {
			nc := openTCP(t, addr, requestText("/"))
			c := soon(t, opened)
			var all sync.WaitGroup
			for _, call := range calls[:5] {
				all.Go(func() {
					for call(c) == nil { // until it has ended
						continue
					}
				})
			}
			for _, call := range others[:3] {
				all.Go(func() {
					for c.Context().Err() == nil {
						call(c)
					}
				})
			}
			if reset {
				require.NoError(t, nc.(*net.TCPConn).SetLinger(0))
			}
			require.NoError(t, nc.Close())
			all.Wait()
			soon(t, c.Context().Done())
			for i, call := range calls {
				assert.Error(t, call(c), "%d", i)
			}
			for _, call := range others {
				call(c)
			}
		}
	})
}
