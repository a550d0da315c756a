package ws_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// echoes is a Server that sends every message back, and what its OnClose got.
func echoes(t *testing.T, o *ws.Options) (*ws.Server, <-chan *ws.CloseError) {
	closed := make(chan *ws.CloseError, 1000)
	return &ws.Server{
		Options:   o,
		OnMessage: func(_ *ws.Conn, m ws.Message) { assert.NoError(t, m.Reply(m.Type, m.Data)) },
		OnClose:   func(_ *ws.Conn, err *ws.CloseError) { closed <- err },
	}, closed
}

// site is where a Server can be reached.
type site struct {
	t       *testing.T
	connect func() (net.Conn, error)
}

// dial gives a client's connection.
func (s site) dial() *ws.Conn {
	s.t.Helper()
	c, _, err := ws.Dial(s.t.Context(), "ws://example.com/", &ws.DialOptions{
		NetDial: func(context.Context, string, string) (net.Conn, error) { return s.connect() },
	})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { c.CloseNow() })
	return c
}

// peer gives a connection whose frames are made by hand.
func (s site) peer() *wstest.Peer {
	s.t.Helper()
	return wstest.NewPeer(s.t, s.open(), ws.RoleClient)
}

// open gives a transport behind the opening handshake.
func (s site) open() net.Conn {
	s.t.Helper()
	nc, err := s.connect()
	require.NoError(s.t, err)
	s.t.Cleanup(func() { nc.Close() })
	require.NoError(s.t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(nc, requestText("/"))
	require.NoError(s.t, err)
	readAnswer(s.t, nc)
	return nc
}

// eachListener runs f with a Server on each kind of listener that is served
// differently.
func eachListener(t *testing.T, f func(t *testing.T, serve func(s *ws.Server) site)) {
	start := func(t *testing.T, s *ws.Server, ln net.Listener, connect func() (net.Conn, error)) site {
		checkGoroutines(t)
		served := make(chan error, 1)
		go func() { served <- s.Serve(ln) }()
		t.Cleanup(func() {
			assert.NoError(t, s.Close())
			assert.ErrorIs(t, soon(t, served), ws.ErrServerClosed)
		})
		return site{t, connect}
	}
	t.Run("TCP", func(t *testing.T) {
		f(t, func(s *ws.Server) site {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			return start(t, s, ln, func() (net.Conn, error) { return net.Dial("tcp", ln.Addr().String()) })
		})
	})
	t.Run("TLS", func(t *testing.T) {
		f(t, func(s *ws.Server) site {
			ours, theirs := tlsOf(t)
			ln, err := tls.Listen("tcp", "127.0.0.1:0", ours)
			require.NoError(t, err)
			return start(t, s, ln, func() (net.Conn, error) {
				return tls.Dial("tcp", ln.Addr().String(), asExampleCom(theirs))
			})
		})
	})
	t.Run("pipe", func(t *testing.T) {
		f(t, func(s *ws.Server) site {
			ln := wstest.Listen()
			return start(t, s, ln, func() (net.Conn, error) { return ln.Dial(t.Context(), "", "") })
		})
	})
}

func TestServerEcho(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		s, closed := echoes(t, nil)
		c := serve(s).dial()
		for _, n := range []int{0, 1, 125, 126, 1000, 4096, 8192, 8193, 20_000, 65_536, 100_000, 1 << 20} {
			p := []byte(strings.Repeat("0123456789\n", n/11+1)[:n])
			require.NoError(t, c.Write(t.Context(), ws.Text, p))
			typ, got, err := c.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, ws.Text, typ)
			require.Equal(t, string(p), string(got))
		}
		require.NoError(t, c.Close(ws.StatusNormalClosure, "bye"))
		assert.Equal(t, &ws.CloseError{Code: ws.StatusNormalClosure, Reason: "bye", Remote: true}, soon(t, closed))
	})
}

// What would wait is not for a connection of a Server, whoever drives it.
func TestErrEventLoop(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		conns := make(chan *ws.Conn, 1)
		ctx := context.Background()
		serve(&ws.Server{OnOpen: func(c *ws.Conn) { conns <- c }}).dial()
		s := soon(t, conns)
		for name, call := range map[string]func() error{
			"Read":     func() error { _, _, err := s.Read(ctx); return err },
			"ReadInto": func() error { _, _, err := s.ReadInto(ctx, nil); return err },
			"Reader":   func() error { _, _, err := s.Reader(ctx); return err },
			"Writer":   func() error { _, err := s.Writer(ctx, ws.Text); return err },
			"Messages": func() error {
				for _, err := range s.Messages(ctx) {
					return err
				}
				return nil
			},
			"SetReadDeadline":  func() error { return s.SetReadDeadline(time.Now()) },
			"SetWriteDeadline": func() error { return s.SetWriteDeadline(time.Now()) },
			"NetConn":          func() error { _, err := ws.NetConn(s, ws.Text).Read(make([]byte, 1)); return err },
		} {
			assert.ErrorIs(t, call(), ws.ErrEventLoop, name)
		}
		assert.NoError(t, s.Discard().Err(), "its callbacks read")
	})
}

// OnOpen comes first and OnClose last, also when OnOpen closes the connection;
// what is sent in OnOpen follows the answer to the handshake.
func TestServerOrderOfCallbacks(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		type key struct{}
		var mu sync.Mutex
		var calls []string
		called := func(s string) { mu.Lock(); calls = append(calls, s); mu.Unlock() }
		closed := make(chan *ws.CloseError, 1)
		at := serve(&ws.Server{
			OnOpen: func(c *ws.Conn) {
				called("open")
				assert.Nil(t, c.Value())
				c.SetValue(key{})
				assert.Equal(t, "/", c.Info().Target)
				assert.Equal(t, ws.RoleServer, c.Role())
				assert.NoError(t, c.Write(context.Background(), ws.Text, []byte("welcome")))
			},
			OnMessage: func(c *ws.Conn, m ws.Message) {
				called(string(m.Data))
				assert.Equal(t, key{}, c.Value())
				if string(m.Data) == "two" {
					assert.NoError(t, c.Close(ws.StatusNormalClosure, "enough"))
					assert.ErrorIs(t, c.Write(context.Background(), ws.Text, nil), net.ErrClosed)
				}
			},
			OnClose: func(c *ws.Conn, err *ws.CloseError) {
				called("close")
				assert.ErrorIs(t, c.Write(context.Background(), ws.Text, nil), err)
				assert.ErrorIs(t, context.Cause(c.Context()), err)
				closed <- err
			},
		})
		c := at.dial()
		for _, m := range []string{"one", "two", "three"} {
			require.NoError(t, c.Write(t.Context(), ws.Text, []byte(m)))
		}
		_, p, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "welcome", string(p))
		_, _, err = c.Read(t.Context())
		assert.Equal(t, ws.StatusNormalClosure, ws.CloseStatus(err))
		assert.Equal(t, &ws.CloseError{Code: ws.StatusNormalClosure}, soon(t, closed))
		mu.Lock()
		assert.Equal(t, []string{"open", "one", "two", "close"}, calls, "nothing is handed out after Close")
		mu.Unlock()
	})
}

// A panic in any callback, and what ends its goroutine, ends that connection and
// nothing else.
func TestServerPanics(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		var in atomic.Value // the callback that panics
		in.Store("")
		closed := make(chan *ws.CloseError, 10)
		s := &ws.Server{
			Options: &ws.Options{Logger: slog.New(slog.DiscardHandler)},
			OnOpen: func(*ws.Conn) {
				if in.Load() == "OnOpen" {
					panic("OnOpen")
				}
			},
			OnMessage: func(_ *ws.Conn, m ws.Message) {
				switch in.Load() {
				case "OnMessage":
					panic("OnMessage")
				case "Goexit":
					runtime.Goexit()
				}
				assert.NoError(t, m.Reply(m.Type, m.Data))
			},
			OnClose: func(_ *ws.Conn, err *ws.CloseError) {
				closed <- err
				if in.Load() == "OnClose" {
					panic("OnClose")
				}
			},
		}
		at := serve(s)
		bystander := at.dial()
		check := func(text string) {
			require.NoError(t, bystander.Write(t.Context(), ws.Text, []byte(text)))
			_, p, err := bystander.Read(t.Context())
			require.NoError(t, err)
			assert.Equal(t, text, string(p))
		}
		check("before")
		for _, name := range []string{"OnOpen", "OnMessage", "OnClose", "Goexit"} {
			in.Store(name)
			c := at.dial()
			_ = c.Write(t.Context(), ws.Text, []byte("x"))
			if name == "OnClose" {
				require.NoError(t, c.Close(ws.StatusGoingAway, ""))
			} else {
				_, _, err := c.Read(t.Context())
				want := ws.StatusInternalError
				if name == "Goexit" {
					want = ws.StatusAbnormalClosure
				}
				assert.Equal(t, want, ws.CloseStatus(err), name)
			}
			_ = soon(t, closed)
			in.Store("")
			check(name)
		}
	})
}

// Detach leads to where one may wait. Messages that came before, behind, and in
// part, are read there, and what was sent before goes out first.
func TestDetach(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		closed := make(chan *ws.CloseError, 1)
		at := serve(&ws.Server{
			OnMessage: func(c *ws.Conn, m ws.Message) {
				assert.Equal(t, "go", string(m.Data), "nothing is handed out after Detach")
				assert.NoError(t, c.Write(context.Background(), ws.Text, []byte("going")))
				assert.NoError(t, c.Detach(func(ctx context.Context, c *ws.Conn) error {
					for m, err := range c.Messages(ctx) {
						if err != nil {
							return err
						}
						if string(m.Data) == "stop" {
							return &ws.CloseError{Code: 4000, Reason: "stopped"}
						}
						if err := m.Reply(m.Type, m.Data); err != nil {
							return err
						}
					}
					return errors.New("not stopped")
				}))
				assert.Error(t, c.Detach(nil), "once is enough")
			},
			OnClose: func(_ *ws.Conn, err *ws.CloseError) { closed <- err },
		})
		c := at.dial()
		ctx := t.Context()
		require.NoError(t, c.Write(ctx, ws.Text, []byte("go")))
		w, err := c.Writer(ctx, ws.Text)
		require.NoError(t, err)
		_, err = w.Write([]byte("in two "))
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		_, p, err := c.Read(ctx)
		require.NoError(t, err)
		assert.Equal(t, "going", string(p))
		_, err = w.Write([]byte("pieces"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.NoError(t, c.Write(ctx, ws.Text, []byte("stop")))
		_, p, err = c.Read(ctx)
		require.NoError(t, err)
		assert.Equal(t, "in two pieces", string(p))
		_, _, err = c.Read(ctx)
		assert.Equal(t, ws.StatusCode(4000), ws.CloseStatus(err))
		assert.Equal(t, ws.StatusCode(4000), soon(t, closed).Code)
	})
}

// Detach from elsewhere, in the middle of a message of which some has come.
func TestDetachInTheMiddle(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		pong := make(chan *ws.Conn, 1)
		at := serve(&ws.Server{
			Options: &ws.Options{Hooks: ws.Hooks{Pong: func(c *ws.Conn, _ []byte) { pong <- c }}},
			OnMessage: func(_ *ws.Conn, m ws.Message) {
				assert.Fail(t, "a message before Detach", "%q", m.Data)
			},
		})
		p := at.peer()
		long := strings.Repeat("long ", 20_000)
		p.Send(wstest.Text(long).More(), wstest.Pong(""))
		require.NoError(t, soon(t, pong).Detach(echoBack)) // what stands before the Pong has come
		p.Send(wstest.Continuation("end"), wstest.Text("next"))
		p.ExpectMessage(wstest.Text(long + "end"))
		p.ExpectMessage(wstest.Text("next"))
		p.Send(wstest.Close(ws.StatusNormalClosure, ""))
		p.ExpectClose(ws.StatusNormalClosure)
	})
}
