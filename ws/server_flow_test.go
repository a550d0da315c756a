package ws_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// A peer that does not read fills its queue up to the high-water mark and no
// further, and is not read either: what it gets for it in the end is complete and
// in order.
func TestServerBackpressure(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		const size = 64 << 10
		conns := make(chan *ws.Conn, 1)
		at := serve(&ws.Server{
			Options: &ws.Options{QueueMessages: 4},
			OnOpen:  func(c *ws.Conn) { conns <- c },
		})
		c := at.dial()
		s := soon(t, conns)
		message := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, size) }
		sent := 0
		for _, write := range []func(p []byte) error{
			func(p []byte) error { return s.Write(context.Background(), ws.Binary, p) },
			func(p []byte) error { return s.TryWrite(ws.Binary, p) },
			func(p []byte) error { return s.Writev(context.Background(), ws.Binary, p[:7], p[7:]) },
		} {
			for { // the transport may take some more each time
				err := write(message(sent))
				messages, octets := s.Buffered()
				require.LessOrEqual(t, messages, 4)
				require.LessOrEqual(t, octets, 5*(size+10))
				if errors.Is(err, ws.ErrBackpressure) {
					break
				}
				require.NoError(t, err)
				sent++
			}
		}
		for i := range sent {
			_, p, err := c.Read(t.Context())
			require.NoError(t, err)
			require.True(t, bytes.Equal(message(i), p), "message %d of %d", i, sent)
		}
		// There is room again, also for more than the mark.
		big := make([]byte, 1<<20)
		for s.Write(context.Background(), ws.Binary, big) != nil {
			messages, _ := s.Buffered()
			require.LessOrEqual(t, messages, 5)
		}
		_, p, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Len(t, p, len(big))
	})
}

// An echo never meets ErrBackpressure, however little its peer reads: what can't
// be answered is not read. Pings that come meanwhile get the latest Pong at the
// end.
func TestServerEchoIsNotRefused(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		s, closed := echoes(t, &ws.Options{QueueMessages: 2, QueueBytes: 1000})
		nc := serve(s).open()
		p := wstest.NewPeer(t, nc, ws.RoleClient)
		const n = 300
		text := strings.Repeat("not read yet ", 1000)
		done := make(chan struct{})
		go func() { // it may be more than all buffers hold
			defer close(done)
			for i := range n {
				_, err := io.WriteString(nc, clientFrame(frame.OpText, fmt.Sprint(i, text))+clientFrame(frame.OpPing, fmt.Sprint(i)))
				assert.NoError(t, err)
			}
			_, err := io.WriteString(nc, clientFrame(frame.OpClose, "\x03\xe8"))
			assert.NoError(t, err)
		}()
		pong, next := -1, 0
		for {
			f := p.Next()
			if f.Op == frame.OpClose {
				break
			}
			if f.Op == frame.OpPong {
				var got int
				_, err := fmt.Sscan(string(f.Payload), &got)
				require.NoError(t, err)
				require.Greater(t, got, pong)
				pong = got
				continue
			}
			require.Equal(t, fmt.Sprint(next, text), string(f.Payload))
			next++
		}
		assert.Equal(t, n, next)
		assert.Equal(t, n-1, pong)
		<-done
		assert.Equal(t, ws.StatusNormalClosure, soon(t, closed).Code)
	})
}

// Any goroutine writes while messages arrive and are answered. Each one's
// messages come in order, and all of them come.
func TestServerConcurrentWriters(t *testing.T) {
	eachListener(t, func(t *testing.T, serve func(*ws.Server) site) {
		const writers, each = 8, 200
		prepared, err := ws.NewPrepared(ws.Text, []byte("p"))
		require.NoError(t, err)
		at := serve(&ws.Server{
			Options: &ws.Options{QueueMessages: -1, QueueBytes: -1, Compression: &ws.Compression{ServerContextTakeover: true}},
			OnOpen: func(c *ws.Conn) {
				for w := range writers {
					go func() {
						ctx := context.Background()
						for i := range each {
							text := []byte(fmt.Sprintf("%d %d %s", w, i, strings.Repeat("x", i*w)))
							var err error
							switch i % 4 {
							case 0:
								err = c.Write(ctx, ws.Text, text)
							case 1:
								err = c.TryWrite(ws.Text, text)
							case 2:
								err = c.Writev(ctx, ws.Text, text[:3], text[3:])
							case 3:
								_ = c.WritePrepared(ctx, prepared)
								err = c.Write(ctx, ws.Text.Plain(), text)
							}
							assert.NoError(t, err)
						}
					}()
				}
			},
			OnMessage: func(_ *ws.Conn, m ws.Message) { assert.NoError(t, m.Reply(m.Type, m.Data)) },
		})
		nc, err := at.connect()
		require.NoError(t, err)
		c, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{
			Options: ws.Options{Compression: &ws.Compression{}},
			NetDial: func(context.Context, string, string) (net.Conn, error) { return nc, nil },
		})
		require.NoError(t, err)
		defer c.CloseNow()
		go func() {
			for i := range each {
				assert.NoError(t, c.Write(context.Background(), ws.Text, []byte(fmt.Sprint("echo ", i))))
			}
		}()
		next := map[string]int{}
		for range writers*each + each + writers*each/4 {
			_, p, err := c.Read(t.Context())
			require.NoError(t, err)
			if string(p) == "p" {
				continue
			}
			who, rest, _ := strings.Cut(string(p), " ")
			number, _, _ := strings.Cut(rest, " ")
			require.Equal(t, fmt.Sprint(next[who]), number, "of %s", who)
			next[who]++
		}
	})
}

// Connections come and go, also by reset, and their descriptors are used again;
// what is meant for one never reaches another.
func TestServerDescriptorsAreReused(t *testing.T) {
	var open atomic.Int32
	s, _ := echoes(t, nil)
	s.OnOpen = func(*ws.Conn) { open.Add(1) }
	s.OnClose = func(*ws.Conn, *ws.CloseError) { open.Add(-1) }
	addr := runServer(t, s)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 40 {
				c, _, err := ws.Dial(t.Context(), "ws://"+addr+"/", nil)
				if !assert.NoError(t, err) {
					return
				}
				for j := range 5 {
					text := fmt.Sprint(worker, i, j)
					if !assert.NoError(t, c.Write(t.Context(), ws.Text, []byte(text))) {
						return
					}
					_, p, err := c.Read(t.Context())
					if !assert.NoError(t, err) || !assert.Equal(t, text, string(p)) {
						return
					}
				}
				switch (worker + i) % 3 {
				case 0:
					assert.NoError(t, c.Close(ws.StatusNormalClosure, ""))
				case 1: // with octets on the way in both directions
					_ = c.Write(t.Context(), ws.Binary, make([]byte, 100_000))
					assert.NoError(t, c.CloseNow())
				case 2:
					assert.NoError(t, c.CloseNow())
				}
			}
		})
	}
	all.Wait()
	c, _, err := ws.Dial(t.Context(), "ws://"+addr+"/", nil)
	require.NoError(t, err)
	checkEcho(t, c)
	require.NoError(t, s.Close())
	assert.Zero(t, open.Load(), "as many OnClose as OnOpen")
}
