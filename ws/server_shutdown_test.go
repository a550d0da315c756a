package ws_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// Shutdown ends every connection with 1001 and waits for the last OnClose, for
// detached ones too; handshakes in progress are refused.
func TestServerShutdown(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		const n = 20
		var closed atomic.Int32
		s := &ws.Server{
			Pace: -1,
			OnOpen: func(c *ws.Conn) {
				if c.Subprotocol() == "detached" {
					assert.NoError(t, c.Detach(echoBack))
				}
			},
			OnMessage: func(_ *ws.Conn, m ws.Message) { assert.NoError(t, m.Reply(m.Type, m.Data)) },
			OnClose: func(c *ws.Conn, err *ws.CloseError) {
				assert.Equal(t, ws.StatusGoingAway, err.Code)
				closed.Add(1)
			},
			Options: &ws.Options{Subprotocols: []string{"detached"}},
		}
		at := serve(s)
		codes := make(chan ws.StatusCode, n)
		for i := range n {
			o := &ws.DialOptions{NetDial: func(context.Context, string, string) (net.Conn, error) { return at.connect() }}
			if i%2 == 0 {
				o.Options.Subprotocols = []string{"detached"}
			}
			c, _, err := ws.Dial(t.Context(), "ws://example.com/", o)
			require.NoError(t, err)
			t.Cleanup(func() { c.CloseNow() })
			require.NoError(t, c.Write(t.Context(), ws.Text, []byte("x")))
			_, _, err = c.Read(t.Context())
			require.NoError(t, err)
			go func() {
				_, _, err := c.Read(context.Background())
				codes <- ws.CloseStatus(err)
			}()
		}
		require.NoError(t, s.Shutdown(t.Context()))
		assert.Equal(t, int32(n), closed.Load())
		for range n {
			assert.Equal(t, ws.StatusGoingAway, soon(t, codes))
		}
		require.NoError(t, s.Shutdown(t.Context()), "there is nothing left")
		require.ErrorIs(t, s.Serve(wstest.Listen()), ws.ErrServerClosed)
	})
}

// A handshake that is not complete when Shutdown begins is refused with 503, also
// one of which nothing has come.
func TestServerShutdownDuringHandshakes(t *testing.T) {
	for name, begun := range map[string]string{"nothing": "", "half a request": "GET / HTTP/1.1\r\nHost: exa"} {
		t.Run(name, func(t *testing.T) {
			s, _ := echoes(t, nil)
			addr := runServer(t, s)
			nc := dialTCP(t, addr)
			_, err := nc.Write([]byte(begun))
			require.NoError(t, err)
			c, _, err := ws.Dial(t.Context(), "ws://"+addr+"/", nil)
			require.NoError(t, err)
			checkEcho(t, c) // connections are accepted in order
			done := make(chan error, 1)
			go func() { done <- s.Shutdown(context.Background()) }()
			resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			checkRefusal(t, http.StatusServiceUnavailable, resp, string(body), "")
			require.NoError(t, nc.Close())
			require.NoError(t, soon(t, done))
		})
	}
}

// What has not closed when the context of Shutdown ends is cut off, and counted.
func TestServerShutdownCutsOff(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		s, closed := echoes(t, &ws.Options{CloseTimeout: time.Hour})
		s.Pace = -1
		opened := make(chan *ws.Conn, 3)
		s.OnOpen = func(c *ws.Conn) { opened <- c }
		at := serve(s)
		const deaf = 3
		for range deaf {
			at.peer() // answers no Close
			soon(t, opened)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Shutdown(ctx) }()
		cancel()
		var cut *ws.ShutdownError
		require.ErrorAs(t, soon(t, done), &cut)
		assert.Equal(t, deaf, cut.CutOff)
		require.ErrorIs(t, cut, context.Canceled)
		for range deaf {
			assert.ErrorIs(t, soon(t, closed), ws.ErrClosedNow)
		}
	})
}

// The closing handshakes begin at the pace that was set.
func TestServerShutdownPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 40
		ln := wstest.Listen()
		s, _ := echoes(t, nil)
		s.Pace = 20
		served := make(chan error, 1)
		go func() { served <- s.Serve(ln) }()
		start := time.Now()
		ends := make(chan time.Duration, n)
		for range n {
			c, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{NetDial: ln.Dial})
			require.NoError(t, err)
			go func() {
				_, _, _ = c.Read(context.Background())
				ends <- time.Since(start)
			}()
		}
		require.NoError(t, s.Shutdown(t.Context()))
		require.ErrorIs(t, <-served, ws.ErrServerClosed)
		early := 0
		for range n {
			if at := <-ends; at <= time.Second {
				early++
			}
		}
		assert.InDelta(t, n/2, early, 2)
		assert.InDelta(t, float64(2*time.Second), float64(time.Since(start)), float64(100*time.Millisecond))
	})
}

// Close cuts everything off at once, also before the first Serve.
func TestServerClose(t *testing.T) {
	require.NoError(t, new(ws.Server).Close())
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		s, closed := echoes(t, nil)
		at := serve(s)
		c := at.dial()
		checkGoroutines(t)
		require.NoError(t, c.Write(t.Context(), ws.Text, nil))
		_, _, err := c.Read(t.Context())
		require.NoError(t, err)
		require.NoError(t, s.Close())
		assert.ErrorIs(t, soon(t, closed), ws.ErrClosedNow)
		_, _, err = c.Read(t.Context())
		assert.Equal(t, ws.StatusAbnormalClosure, ws.CloseStatus(err))
	})
}
