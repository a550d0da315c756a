package ws_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// reading reads c in a goroutine until it ends.
func reading(t *testing.T, c *ws.Conn) {
	t.Helper()
	go func() {
		for {
			if _, _, err := c.Read(t.Context()); err != nil {
				return
			}
		}
	}()
}

// A Ping that comes while a queued message is being written is answered behind
// it.
//
//req:test RFC6455-5.5.2-02
func TestPongBehindTheQueue(t *testing.T) {
	inPipe(t, wstest.PipeOptions{Size: 100}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		reading(t, c)
		large := strings.Repeat("x", 40_000)
		require.NoError(t, c.TryWrite(ws.Text, []byte(large)))
		synctest.Wait()
		p.Send(wstest.Ping("Hello"))
		synctest.Wait()
		p.Expect(wstest.Text(large), wstest.Pong("Hello"))
	})
}

// A write deadline that has passed is for the application's writes. It stops
// neither Pongs nor keepalive nor what is queued.
func TestWriteDeadlineIsTheApplications(t *testing.T) {
	o := &ws.Options{PingInterval: time.Minute}
	inPipe(t, wstest.PipeOptions{}, o, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		reading(t, c)
		require.NoError(t, c.SetWriteDeadline(time.Now().Add(time.Second)))
		require.NoError(t, c.Write(t.Context(), ws.Text, []byte("in time")))
		p.Expect(wstest.Text("in time"))
		pass(2 * time.Second)
		p.Send(wstest.Ping("Hello"))
		p.Expect(wstest.Pong("Hello"))
		require.NoError(t, c.TryWrite(ws.Text, []byte("queued")))
		p.Expect(wstest.Text("queued"))
		pass(58 * time.Second)
		p.Expect(wstest.Ping(""))
		p.Send(wstest.Pong(""))
		synctest.Wait()

		require.Error(t, c.Write(t.Context(), ws.Text, []byte("too late")))
		require.NoError(t, c.SetWriteDeadline(time.Time{}))
		require.NoError(t, c.Write(t.Context(), ws.Text, []byte("again")))
		p.Expect(wstest.Text("again"))
	})
}

// The write timeout holds for what is queued, whatever deadline the
// application has set meanwhile.
func TestWriteTimeoutOfTheQueue(t *testing.T) {
	o := &ws.Options{PingInterval: -1, WriteTimeout: 4 * time.Second}
	for _, deadline := range []time.Duration{0, time.Second, time.Hour} {
		inPipe(t, wstest.PipeOptions{Size: 10}, o, func(t *testing.T, c *ws.Conn, _ *wstest.Peer) {
			start := time.Now()
			require.NoError(t, c.TryWrite(ws.Text, []byte("more than ten octets")))
			synctest.Wait()
			if deadline > 0 {
				require.NoError(t, c.SetWriteDeadline(start.Add(deadline)))
			}
			<-c.Context().Done()
			assert.Equal(t, 5*time.Second, time.Since(start), "a quarter more than WriteTimeout")
		})
	}
}

// How long the end may take is not the application's to change any more.
func TestDeadlinesOfTheEnd(t *testing.T) {
	for name, move := range map[string]time.Duration{"never": 0, "later": time.Hour} {
		t.Run(name, func(t *testing.T) {
			to := func() time.Time {
				if move == 0 {
					return time.Time{}
				}
				return time.Now().Add(move)
			}
			// The peer has closed, and leaves its side of the transport open.
			inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
				p.Send(wstest.Close(ws.StatusNormalClosure, ""))
				_, _, err := c.Read(t.Context())
				require.Error(t, err)
				start := time.Now()
				p.ExpectClose(ws.StatusNormalClosure)
				p.ExpectEOF()
				require.NoError(t, c.SetReadDeadline(to()))
				require.NoError(t, c.SetWriteDeadline(to()))
				require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
				assert.Equal(t, time.Second, time.Since(start), "what is discarded afterwards")
			})
			// The peer does not take the last Close frame.
			inPipe(t, wstest.PipeOptions{Size: 10}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
				require.NoError(t, c.Write(t.Context(), ws.Text, []byte("eight ho")))
				p.Send(wstest.Ping("").Unmasked().First(2))
				_, _, err := c.Read(t.Context())
				require.Error(t, err)
				synctest.Wait()
				require.NoError(t, c.SetWriteDeadline(to()))
				start := time.Now()
				require.Error(t, c.Close(ws.StatusNormalClosure, ""))
				assert.Equal(t, ws.DefaultCloseTimeout, time.Since(start))
			})
		})
	}
}

// A queued message that the Close frame has overtaken, because a Writer was
// open, is dropped and does not disturb the closing handshake.
func TestCloseOvertakesTheQueue(t *testing.T) {
	for _, size := range []int{10, 40_000} {
		inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
			w, err := c.Writer(t.Context(), ws.Text)
			require.NoError(t, err)
			_, err = w.Write([]byte("begun"))
			require.NoError(t, err)
			require.NoError(t, w.Flush())
			require.NoError(t, c.TryWrite(ws.Binary, make([]byte, size)))
			var wg sync.WaitGroup
			wg.Go(func() { assert.NoError(t, c.Close(ws.StatusNormalClosure, "")) })
			synctest.Wait()
			require.Error(t, w.Close())
			synctest.Wait()
			p.Expect(wstest.Text("begun").More())
			p.ExpectClose(ws.StatusNormalClosure)
			p.Send(wstest.Close(ws.StatusNormalClosure, ""))
			p.ExpectEOF()
			p.Hangup()
			wg.Wait()
		})
	}
}

// A Write that is cut short while it writes what others have queued does no
// harm: what it began for them is finished, and only its own message is left
// out.
func TestWriteGivesUpBehindTheQueue(t *testing.T) {
	ways := map[string]func(c *ws.Conn) error{
		"context": func(c *ws.Conn) error {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			return c.Write(ctx, ws.Text, []byte("given up"))
		},
		"deadline": func(c *ws.Conn) error {
			if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
				return err
			}
			return c.Write(context.Background(), ws.Text, []byte("given up"))
		},
	}
	for name, write := range ways {
		for _, size := range []int{1000, 40_000} {
			t.Run(fmt.Sprintf("%s, %d octets", name, size), func(t *testing.T) {
				inPipe(t, wstest.PipeOptions{Size: 100}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
					w, err := c.Writer(t.Context(), ws.Text)
					require.NoError(t, err)
					_, err = w.Write([]byte("first"))
					require.NoError(t, err)
					require.NoError(t, w.Flush())
					queued := strings.Repeat("q", size)
					require.NoError(t, c.TryWrite(ws.Text, []byte(queued)))
					synctest.Wait()
					start := time.Now()
					done := make(chan error)
					go func() { done <- write(c) }()
					synctest.Wait() // it waits for the Writer's message to end
					require.NoError(t, w.Close())
					err = <-done
					assert.Equal(t, time.Second, time.Since(start))
					if name == "context" {
						require.ErrorIs(t, err, context.DeadlineExceeded)
					} else {
						require.ErrorIs(t, err, os.ErrDeadlineExceeded)
						require.NoError(t, c.SetWriteDeadline(time.Time{}))
					}
					go func() { done <- c.Write(context.Background(), ws.Text, []byte("next")) }()
					p.ExpectMessage(wstest.Text("first"))
					p.Expect(wstest.Text(queued), wstest.Text("next"))
					require.NoError(t, <-done)
				})
			})
		}
	}
	// What the peer never takes ends the connection, though nobody waits.
	inPipe(t, wstest.PipeOptions{Size: 100}, &ws.Options{PingInterval: -1}, func(t *testing.T, c *ws.Conn, _ *wstest.Peer) {
		w, err := c.Writer(t.Context(), ws.Text)
		require.NoError(t, err)
		_, err = w.Write([]byte("first"))
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		require.NoError(t, c.TryWrite(ws.Text, make([]byte, 1000)))
		done := make(chan error)
		go func() { done <- ways["context"](c) }()
		synctest.Wait()
		require.NoError(t, w.Close())
		require.ErrorIs(t, <-done, context.DeadlineExceeded)
		<-c.Context().Done()
		require.ErrorIs(t, context.Cause(c.Context()), ws.ErrWriteTimeout)
	})
}

// Close takes no longer than CloseTimeout, even when the peer has answered it
// late and leaves its side of the transport open.
func TestCloseIsBounded(t *testing.T) {
	for _, role := range []ws.Role{ws.RoleServer, ws.RoleClient} {
		synctest.Test(t, func(t *testing.T) {
			near, far := wstest.Pipe()
			c, err := ws.NewConn(near, role, ws.Agreement{}, nil)
			require.NoError(t, err)
			peerRole := ws.RoleClient
			if role == ws.RoleClient {
				peerRole = ws.RoleServer
			}
			p := wstest.NewPeer(t, far, peerRole)
			start := time.Now()
			done := make(chan error)
			go func() { done <- c.Close(ws.StatusNormalClosure, "") }()
			p.ExpectClose(ws.StatusNormalClosure)
			pass(ws.DefaultCloseTimeout - 100*time.Millisecond)
			p.Send(wstest.Close(ws.StatusNormalClosure, ""))
			require.NoError(t, <-done)
			assert.Equal(t, ws.DefaultCloseTimeout, time.Since(start))
		})
	}
}
