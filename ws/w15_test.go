package ws_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// ended tells whether err is one that a connection may give once it ends or
// closes.
func ended(err error) bool { return errors.Is(err, net.ErrClosed) }

// crowd lets n goroutines of each kind use c until it has ended, and waits
// for all of them. After some messages it calls enough. Only errors that
// belong to an end are allowed.
func crowd(t *testing.T, c *ws.Conn, n int, enough func()) {
	t.Helper()
	var wg sync.WaitGroup
	defer wg.Wait()
	large := make([]byte, 50_000)
	until := func(name string, f func() error) {
		wg.Go(func() {
			for {
				err := f()
				if ended(err) {
					return
				}
				if err != nil && !errors.Is(err, ws.ErrBackpressure) {
					t.Errorf("%s: %v", name, err)
					return
				}
			}
		})
	}
	ctx := context.Background()
	m, err := ws.NewPrepared(ws.Binary, large[:200])
	require.NoError(t, err)
	for range n {
		until("Write", func() error { return c.Write(ctx, ws.Text, []byte("text")) })
		until("Write large", func() error { return c.Write(ctx, ws.Binary, large) })
		until("WritePrepared", func() error { return c.WritePrepared(ctx, m) })
		until("TryWrite", func() error {
			runtime.Gosched() // it never waits
			return c.TryWrite(ws.Text, []byte("queued"))
		})
		until("TryWrite large", func() error {
			runtime.Gosched() // it never waits
			return c.TryWrite(ws.Binary, large)
		})
		until("Ping", func() error {
			_, err := c.Ping(ctx)
			return err
		})
		until("Writer", func() error {
			w, err := c.Writer(ctx, ws.Binary)
			if err != nil {
				return err
			}
			if _, err = w.Write(large[:40_000]); err != nil {
				return err
			}
			if err = w.Flush(); err != nil {
				return err
			}
			return w.Close()
		})
	}
	read := 0
	for _, err := range c.Messages(ctx) {
		if err != nil && !ended(err) {
			t.Errorf("Messages: %v", err)
		}
		if read++; read == 200 {
			wg.Go(enough)
		}
	}
}

// ends are ways for a connection to end, from this side or the other.
var ends = map[string]func(server, client *ws.Conn){
	"Close":          func(s, _ *ws.Conn) { _ = s.Close(ws.StatusNormalClosure, "") },
	"CloseNow":       func(s, _ *ws.Conn) { _ = s.CloseNow() },
	"both Close":     func(s, c *ws.Conn) { go c.Close(ws.StatusGoingAway, ""); _ = s.Close(ws.StatusNormalClosure, "") },
	"Close and now":  func(s, c *ws.Conn) { go c.CloseNow(); _ = s.Close(ws.StatusNormalClosure, "") },
	"the other side": func(_, c *ws.Conn) { _ = c.Close(ws.StatusNormalClosure, "") },
	"many": func(s, c *ws.Conn) {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { _ = s.Close(ws.StatusNormalClosure, "") })
			wg.Go(func() { _ = c.Close(ws.StatusNormalClosure, "") })
		}
		wg.Wait()
	},
}

// Hundreds of goroutines write, ping and close on both sides of a connection:
// none panics, none waits for ever (the bubble would say so) and none is left.
func TestW15_Crowd(t *testing.T) {
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				o := &ws.Options{MaxControlRate: -1, PingInterval: time.Second}
				server, err := ws.NewConn(a, ws.RoleServer, ws.Agreement{}, o)
				require.NoError(t, err)
				client, err := ws.NewConn(b, ws.RoleClient, ws.Agreement{}, o)
				require.NoError(t, err)
				crowds(t, server, client, func() { end(server, client) })
			})
		})
	}
}

// crowds has a crowd on each side, until one of them ends the connection.
func crowds(t *testing.T, server, client *ws.Conn, end func()) {
	t.Helper()
	var once sync.Once
	var wg sync.WaitGroup
	for _, c := range []*ws.Conn{server, client} {
		wg.Go(func() { crowd(t, c, 15, func() { once.Do(end) }) })
	}
	wg.Wait()
}

// The same over TCP, where sockets take part and time is real.
func TestW15_CrowdOverTCP(t *testing.T) {
	checkGoroutines(t)
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			o := &ws.Options{MaxControlRate: -1}
			accepted := make(chan *ws.Conn, 1)
			go func() {
				defer close(accepted)
				nc, err := l.Accept()
				if !assert.NoError(t, err) {
					return
				}
				c, err := ws.Upgrade(context.Background(), nc, o)
				assert.NoError(t, err)
				accepted <- c
			}()
			client, _, err := ws.Dial(t.Context(), "ws://"+l.Addr().String(), &ws.DialOptions{Options: *o})
			require.NoError(t, err)
			server := <-accepted
			require.NotNil(t, server)
			crowds(t, server, client, func() { end(server, client) })
		})
	}
}

// deaths are what may happen to a peer after a number of octets of either
// direction.
var deaths = map[string]func(n int64) wstest.Faults{
	"hang up, sending":   func(n int64) wstest.Faults { return wstest.Faults{Write: fault(wstest.FaultHangup, n)} },
	"hang up, receiving": func(n int64) wstest.Faults { return wstest.Faults{Read: fault(wstest.FaultHangup, n)} },
	"stall, sending":     func(n int64) wstest.Faults { return wstest.Faults{Write: fault(wstest.FaultStall, n)} },
	"stall, both": func(n int64) wstest.Faults {
		return wstest.Faults{Write: fault(wstest.FaultStall, n), Read: fault(wstest.FaultStall, n)}
	},
	"fail, sending": func(n int64) wstest.Faults { return wstest.Faults{Write: fault(wstest.FaultFail, n)} },
	"short writes":  func(n int64) wstest.Faults { return wstest.Faults{Write: fault(wstest.FaultShort, n)} },
	"in pieces":     func(n int64) wstest.Faults { return wstest.Faults{WritePiece: int(n) + 1, ReadPiece: int(n) + 1} },
}

func fault(kind wstest.FaultKind, n int64) wstest.Fault { return wstest.Fault{Kind: kind, After: n} }

// conversation is what the peer says before it dies.
func conversation(role ws.Role) wstest.Script {
	closing := wstest.Script{
		wstest.Send(wstest.Close(ws.StatusNormalClosure, "bye")),
		wstest.Drain(),
	}
	return append(wstest.Script{
		wstest.Send(wstest.Text("Hello")),
		wstest.Send(wstest.Text("fragm").More(), wstest.Ping("in between"), wstest.Continuation("ents")),
		wstest.Send(wstest.Binary(make([]byte, 130)), wstest.Pong("unasked")),
	}, closing...)
}

// Whatever octet the peer dies at, and in whatever way: every call returns, no
// goroutine is left and the connection has ended.
func TestW15_PeerDiesAtEveryOctet(t *testing.T) {
	for name, faults := range deaths {
		for _, role := range []ws.Role{ws.RoleServer, ws.RoleClient} {
			t.Run(fmt.Sprintf("%s/%v", name, role), func(t *testing.T) {
				peerRole := ws.RoleClient
				if role == ws.RoleClient {
					peerRole = ws.RoleServer
				}
				script := conversation(peerRole)
				octets := len(script.Octets(peerRole))
				for n := range octets + 1 {
					synctest.Test(t, func(t *testing.T) { dieAt(t, role, peerRole, script, faults(int64(n))) })
				}
			})
		}
	}
}

func dieAt(t *testing.T, role, peerRole ws.Role, script wstest.Script, f wstest.Faults) {
	near, far := wstest.NewPipe(wstest.PipeOptions{Size: 1000})
	c, err := ws.NewConn(near, role, ws.Agreement{}, nil)
	require.NoError(t, err)
	peer := wstest.Faulty(far, f)
	var wg sync.WaitGroup
	wg.Go(func() {
		if script.Play(peer, peerRole) != nil {
			// A process that died, or one that is stuck: then the keepalive has
			// to find out.
			<-time.After(time.Hour)
		}
		_ = peer.Close()
	})
	ctx := context.Background()
	wg.Go(func() {
		for m, err := range c.Messages(ctx) {
			if err != nil || c.Write(ctx, m.Type, m.Data) != nil {
				return
			}
		}
	})
	loop := func(d time.Duration, f func() error) {
		wg.Go(func() {
			for {
				if err := f(); ended(err) {
					return
				}
				<-time.After(d)
			}
		})
	}
	loop(time.Second, func() error { return c.TryWrite(ws.Text, []byte("tick")) })
	loop(time.Second, func() error { return c.Write(ctx, ws.Binary, make([]byte, 300)) })
	loop(7*time.Second, func() error {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := c.Ping(ctx)
		return err
	})
	start := time.Now()
	<-c.Context().Done()
	limit := ws.DefaultPingInterval + ws.DefaultPingTimeout + ws.DefaultCloseTimeout
	assert.LessOrEqual(t, time.Since(start), limit)
	var e *ws.CloseError
	require.ErrorAs(t, context.Cause(c.Context()), &e)
	wg.Wait()
	_ = c.Close(ws.StatusNormalClosure, "")
}

// Writers whose contexts end while they wait: what was reported as written
// arrives whole and once, what was given up does not arrive, and nobody is
// forgotten.
func TestW15_WritersThatGiveUp(t *testing.T) {
	for seed := range byte(10) {
		synctest.Test(t, func(t *testing.T) {
			// A write goes out whole or not at all, so that no frame is cut off: also
			// one of 32 KiB, with the frames of many.
			near, far := wstest.NewPipe(wstest.PipeOptions{Size: 32 << 10, Atomic: true})
			c, err := ws.NewConn(near, ws.RoleServer, ws.Agreement{}, &ws.Options{WriteTimeout: -1, PingInterval: -1})
			require.NoError(t, err)
			src := rand.NewChaCha8([32]byte{seed})
			const writers, each = 40, 25
			var mu sync.Mutex
			sent := map[uint32]bool{}
			var wg sync.WaitGroup
			for i := range uint32(writers) {
				patience := time.Duration(src.Uint64()%30) * time.Millisecond
				size := 4 + int(src.Uint64()%4000)
				wg.Go(func() {
					for j := range uint32(each) {
						p := make([]byte, size)
						binary.BigEndian.PutUint32(p, i<<16|j)
						ctx, cancel := context.WithTimeout(context.Background(), patience)
						err := c.Write(ctx, ws.Binary, p)
						cancel()
						switch {
						case err == nil:
							mu.Lock()
							sent[i<<16|j] = true
							mu.Unlock()
						case !errors.Is(err, context.DeadlineExceeded):
							t.Errorf("writer %d: %v", i, err)
							return
						}
					}
				})
			}
			done := make(chan map[uint32]bool)
			go func() {
				got := map[uint32]bool{}
				defer func() { done <- got }()
				peer := wstest.NewPeer(t, far, ws.RoleClient)
				for {
					f := peer.Next()
					if f.Op.Control() {
						peer.Send(wstest.Close(ws.StatusNormalClosure, ""))
						peer.Hangup()
						return
					}
					id := binary.BigEndian.Uint32(f.Payload)
					assert.False(t, got[id], "twice")
					got[id] = true
					<-time.After(time.Millisecond)
				}
			}()
			wg.Wait()
			require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
			got := <-done
			assert.Equal(t, sent, got)
			assert.NotEmpty(t, got)
			assert.Less(t, len(got), writers*each, "somebody gave up")
		})
	}
}
