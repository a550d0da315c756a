package ws_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// tap is a net.Conn that keeps what was written to it.
type tap struct {
	*wstest.PipeEnd
	mu  sync.Mutex
	out bytes.Buffer
}

func (c *tap) Write(p []byte) (int, error) {
	n, err := c.PipeEnd.Write(p)
	c.mu.Lock()
	c.out.Write(p[:n])
	c.mu.Unlock()
	return n, err
}

// dice are random choices that are the same for the same seed.
type dice struct{ src *rand.ChaCha8 }

func newDice(seed ...byte) *dice {
	var s [32]byte
	copy(s[:], seed)
	return &dice{rand.NewChaCha8(s)}
}

func (d *dice) upTo(n int) int { return int(d.src.Uint64() % uint64(n)) }

func (d *dice) wait(most time.Duration) { pass(time.Duration(d.upTo(int(most)))) }

// anything does one thing with c that an application might do.
func anything(c *ws.Conn, d *dice) {
	ctx := context.Background()
	if d.upTo(2) == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(d.upTo(int(time.Second))))
		defer cancel()
	}
	// Each message is of one octet throughout, so that mixed ones show.
	p := bytes.Repeat([]byte{byte('a' + d.upTo(26))}, []int{0, 10, 500, 5000, 40_000}[d.upTo(5)])
	switch d.upTo(14) {
	case 0, 1:
		_ = c.Write(ctx, ws.Binary, p)
	case 2:
		_ = c.Writev(ctx, ws.Text, p[:len(p)/2], p[len(p)/2:])
	case 3, 4, 5:
		_ = c.TryWrite(ws.Text, p)
	case 6:
		_, _ = c.Ping(ctx)
	case 7:
		if w, err := c.Writer(ctx, ws.Binary); err == nil {
			for range d.upTo(4) {
				_, _ = w.Write(p)
				if d.upTo(2) == 0 {
					_ = w.Flush()
				}
				d.wait(100 * time.Millisecond)
			}
			_ = w.Close()
		}
	case 8:
		_ = c.SetWriteDeadline(time.Now().Add(time.Duration(d.upTo(int(time.Second)))))
	case 9:
		_ = c.SetWriteDeadline(time.Time{})
	case 10:
		_ = c.SetReadDeadline(time.Now().Add(time.Duration(d.upTo(int(time.Second)))))
	case 11:
		_ = c.SetReadDeadline(time.Time{})
	case 12:
		_, _ = c.Buffered()
	case 13:
		if d.upTo(50) == 0 {
			_ = c.Close(ws.StatusGoingAway, "enough")
		}
	}
}

// readAnyhow reads c in all the ways there are, until it has ended.
func readAnyhow(t *testing.T, c *ws.Conn, d *dice) {
	whole := func(p []byte, err error) error {
		if err == nil && len(p) > 0 && bytes.Count(p, p[:1]) != len(p) {
			t.Errorf("a message of %d octets is mixed", len(p))
		}
		return err
	}
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(d.upTo(int(time.Second))))
		var err error
		switch d.upTo(4) {
		case 0:
			_, p, e := c.Read(ctx)
			err = whole(p, e)
		case 1:
			_, p, e := c.ReadInto(ctx, make([]byte, 0, 100))
			err = whole(p, e)
		case 2:
			for m, e := range c.Messages(ctx) {
				err = whole(m.Data, e)
				if d.upTo(3) == 0 {
					break
				}
			}
		case 3:
			var r *ws.Reader
			if _, r, err = c.Reader(ctx); err == nil {
				var rest io.Reader = r
				if d.upTo(2) == 0 {
					rest = io.LimitReader(r, int64(d.upTo(1000)))
				}
				p, e := io.ReadAll(rest)
				err = whole(p, e)
			}
		}
		cancel()
		if errors.Is(err, net.ErrClosed) || c.Context().Err() != nil {
			return
		}
		d.wait(20 * time.Millisecond)
	}
}

// Two connections on which everything happens at any time, over a transport
// that may be slow and may fail: nobody waits for ever, nobody is left, and
// whatever went out is legal as far as it went.
func TestW15_Chaos(t *testing.T) {
	const seeds = 30
	for seed := range byte(seeds) {
		synctest.Test(t, func(t *testing.T) {
			d := newDice(seed)
			a, b := wstest.NewPipe(wstest.PipeOptions{Size: 100 << d.upTo(10)})
			taps := map[ws.Role]*tap{ws.RoleServer: {PipeEnd: a}, ws.RoleClient: {PipeEnd: b}}
			o := &ws.Options{PingInterval: 3 * time.Second, PingTimeout: time.Second, MaxControlRate: -1}
			var all sync.WaitGroup
			for _, role := range []ws.Role{ws.RoleServer, ws.RoleClient} {
				var nc net.Conn = taps[role]
				if d.upTo(2) == 0 {
					kind := []wstest.FaultKind{wstest.FaultHangup, wstest.FaultStall, wstest.FaultFail}[d.upTo(3)]
					f := wstest.Faults{ReadPiece: d.upTo(300)}
					if d.upTo(2) == 0 {
						f.Write = fault(kind, int64(d.upTo(100_000)))
					} else {
						f.Read = fault(kind, int64(d.upTo(100_000)))
					}
					nc = wstest.Faulty(nc, f)
				}
				c, err := ws.NewConn(nc, role, ws.Agreement{}, o)
				require.NoError(t, err)
				all.Go(func() { readAnyhow(t, c, newDice(seed, byte(role), 1)) })
				for i := range byte(8) {
					all.Go(func() {
						d := newDice(seed, byte(role), 2, i)
						for range 30 {
							anything(c, d)
							d.wait(100 * time.Millisecond)
						}
					})
				}
				all.Go(func() {
					pass(time.Minute)
					start := time.Now()
					_ = c.Close(ws.StatusNormalClosure, "")
					assert.LessOrEqual(t, time.Since(start), ws.DefaultCloseTimeout)
				})
			}
			all.Wait()
			for role, tap := range taps {
				legal(t, role, tap.out.Bytes())
			}
		})
	}
}

// legal sees that what a role sent breaks no rule. It may end anywhere.
func legal(t *testing.T, sender ws.Role, octets []byte) {
	t.Helper()
	rules := protocol.Rules{Role: protocol.Server}
	if sender == ws.RoleServer {
		rules.Role = protocol.Client
	}
	r := protocol.NewReceiver(rules)
	for {
		ev, n, err := r.Next(octets)
		if errors.Is(err, protocol.ErrClosed) {
			require.Empty(t, octets, "%v: octets behind the Close frame", sender)
			return
		}
		require.NoError(t, err, "%v", sender)
		if ev.Kind == protocol.KindNone {
			return
		}
		octets = octets[n:]
	}
}
