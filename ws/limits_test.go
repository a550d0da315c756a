package ws

import (
	"context"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// What a header declares costs nothing until it comes: whatever way a message
// is read in, no more is allocated than twice what was received and 32 KiB.
func TestW3_DeclaredLengthCostsNothing(t *testing.T) {
	const declared = 256 << 20
	ways := map[string]func(c *Conn, ctx context.Context) error{
		"Read":     func(c *Conn, ctx context.Context) error { _, _, err := c.Read(ctx); return err },
		"ReadInto": func(c *Conn, ctx context.Context) error { _, _, err := c.ReadInto(ctx, nil); return err },
		"Reader": func(c *Conn, ctx context.Context) error {
			_, r, err := c.Reader(ctx)
			if err == nil {
				_, err = io.Copy(io.Discard, r)
			}
			return err
		},
		"Messages": func(c *Conn, ctx context.Context) error {
			for _, err := range c.Messages(ctx) {
				return err
			}
			return nil
		},
	}
	for name, read := range ways {
		for _, received := range []int{0, 10, 100 << 10, 1 << 20} {
			var taken atomic.Int64
			o := &Options{MaxMessage: declared, PingInterval: -1}
			o.Hooks.Trace = func(_ *Conn, d Direction, octets []byte) {
				if d == Received {
					taken.Add(int64(len(octets)))
				}
			}
			against(t, o, func(t *testing.T, c *Conn, p *rawPeer) {
				taken.Store(0)
				h := frame.NewHeader(true, 0, frame.OpBinary, declared)
				if c.Role() == RoleServer {
					h = h.WithKey(1)
				}
				octets := append(h.Append(nil), make([]byte, received)...)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var before, after runtime.MemStats
				done := make(chan error, 1)
				runtime.ReadMemStats(&before)
				go func() { done <- read(c, ctx) }()
				_, err := p.Write(octets)
				require.NoError(t, err)
				require.Eventually(t, func() bool { return taken.Load() == int64(len(octets)) }, 5*time.Second, time.Millisecond)
				runtime.ReadMemStats(&after)
				cancel()
				require.ErrorIs(t, <-done, context.Canceled)
				// A slice that doubled until it held what was received adds up to
				// twice that before the last step; the buffers of the pools and the
				// machinery of this test are in the slack.
				most := uint64(4*received + bufferSize + 128<<10)
				assert.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, most, "%s, %d octets received", name, received)
			})
		}
	}
}

// The slice that a message grows in never has room for more than was received
// and 32 KiB.
func TestW3_GrowthIsBounded(t *testing.T) {
	for name, f := range map[string]growFunc{"owned": grow, "pooled": growPooled} {
		server, client := pair(t, &Options{MaxMessage: -1}, nil)
		go func() { _ = client.Write(context.Background(), Binary, make([]byte, 20<<20)) }()
		calls := 0
		_, p, err := server.readInto(nil, func(dst []byte, need, want int) []byte {
			received := len(dst)
			out := f(dst, need, want)
			calls++
			if cap(out) > cap(dst) {
				assert.LessOrEqual(t, cap(out), 2*max(received, need)+bufferSize, "%s, %d octets received", name, received)
			}
			return out
		})
		require.NoError(t, err)
		require.Len(t, p, 20<<20)
		require.Positive(t, calls)
	}
}

// A message is given as much room at once as the last one had, and no more.
func TestW3_AsMuchAsTheLastMessage(t *testing.T) {
	for name, f := range map[string]growFunc{"owned": grow, "pooled": growPooled} {
		server, client := pair(t, &Options{MaxMessage: -1}, nil)
		sizes := []int{300 << 10, 300 << 10, 40 << 10, 3 << 20, 2 << 20}
		go func() {
			for _, n := range sizes {
				_ = client.Write(context.Background(), Binary, make([]byte, n))
			}
		}()
		last := 0
		for _, n := range sizes {
			grown := 0
			_, p, err := server.readInto(nil, func(dst []byte, need, want int) []byte {
				out := f(dst, need, want)
				if cap(out) > cap(dst) {
					grown++
					assert.LessOrEqual(t, cap(out), 2*max(len(dst), need, last)+bufferSize, "%s, %d octets", name, n)
				}
				return out
			})
			require.NoError(t, err)
			require.Len(t, p, n)
			if n <= last {
				assert.LessOrEqual(t, grown, 2, "%s, %d octets after %d: what was in the buffer, and the rest", name, n, last)
			}
			last = n
		}
	}
}

// Fragments are counted, empty ones too.
func TestW4_Fragments(t *testing.T) {
	against(t, &Options{MaxFragments: 5}, func(t *testing.T, c *Conn, p *rawPeer) {
		b, err := p.send.AppendFrame(nil, frame.OpText, 0, nil)
		require.NoError(t, err)
		for range 3 {
			b, err = p.send.AppendFrame(b, frame.OpContinuation, 0, nil)
			require.NoError(t, err)
		}
		b, err = p.send.AppendFrame(b, frame.OpContinuation, protocol.Fin, []byte("five"))
		require.NoError(t, err)
		b, err = p.send.AppendFrame(b, frame.OpText, 0, nil)
		require.NoError(t, err)
		for range 5 {
			b, err = p.send.AppendFrame(b, frame.OpContinuation, 0, nil)
			require.NoError(t, err)
		}
		_, err = p.Write(b)
		require.NoError(t, err)
		_, got, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "five", string(got))
		_, _, err = c.Read(t.Context())
		require.ErrorIs(t, err, frame.ErrTooManyFragments)
		p.expectClose(t, StatusPolicyViolation)
	})
}

// However many Pings come while nothing can be written, one Pong is kept.
func TestW4_OnePongPending(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		require.True(t, c.out.tryTake(), "as if a write were stuck")
		var b []byte
		var err error
		for i := range 500 {
			b, err = p.send.AppendFrame(b, frame.OpPing, protocol.Fin, []byte{byte(i >> 8), byte(i)})
			require.NoError(t, err)
		}
		b, err = p.send.AppendFrame(b, frame.OpText, protocol.Fin, []byte("after"))
		require.NoError(t, err)
		_, err = p.Write(b)
		require.NoError(t, err)
		_, _, err = c.Read(t.Context())
		require.NoError(t, err, "reading does not wait for the socket")
		c.free()
		ev, err := p.next()
		require.NoError(t, err)
		assert.Equal(t, protocol.KindPong, ev.Kind)
		assert.Equal(t, []byte{499 >> 8, 499 & 0xff}, ev.Payload, "the latest Ping")
		require.NoError(t, c.Write(t.Context(), Text, []byte("next")))
		ev, err = p.next()
		require.NoError(t, err)
		assert.Equal(t, protocol.KindData, ev.Kind, "no other Pong")
	})
}
