package ws

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Over TCP, where a write waits only when the socket is full, time-outs, deadlines
// and contexts count as everywhere once it does.
func TestFullSocket(t *testing.T) {
	payload := make([]byte, 64<<20) // more than the sockets hold
	short := &Options{WriteTimeout: 20 * time.Millisecond}
	for name, test := range map[string]struct {
		o    *Options
		then func(c *Conn, cancel func()) // when the first octet is out
		err  error
	}{
		"timeout":  {short, func(*Conn, func()) {}, ErrWriteTimeout},
		"context":  {nil, func(_ *Conn, cancel func()) { cancel() }, context.Canceled},
		"deadline": {nil, func(c *Conn, _ func()) { _ = c.SetWriteDeadline(aLongTimeAgo) }, os.ErrDeadlineExceeded},
		"CloseNow": {nil, func(c *Conn, _ func()) { _ = c.CloseNow() }, ErrClosedNow},
	} {
		for way, write := range map[string]func(ctx context.Context, c *Conn) error{
			"Write":  func(ctx context.Context, c *Conn) error { return c.Write(ctx, Binary, payload) },
			"Writev": func(ctx context.Context, c *Conn) error { return c.Writev(ctx, Binary, payload[:1], payload[1:]) },
			"WritePrepared": func(ctx context.Context, c *Conn) error {
				return c.WritePrepared(ctx, &Prepared{typ: Binary, plain: prepare(Binary, protocol.Fin, payload)})
			},
		} {
			t.Run(name+" "+way, func(t *testing.T) {
				near, far := loopback(t)
				c := connOver(t, near, RoleServer, test.o)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				done := make(chan error, 1)
				go func() { done <- write(ctx, c) }()
				_, err := far.Read(make([]byte, 1))
				require.NoError(t, err)
				test.then(c, cancel)
				err = <-done
				require.ErrorIs(t, err, test.err)
				require.ErrorIs(t, err, net.ErrClosed, "half a frame is out")
			})
		}
	}
}

// A write that had to wait once leaves a deadline behind. When that has passed,
// it stops nobody.
func TestStaleDeadline(t *testing.T) {
	near, far := loopback(t)
	c := connOver(t, near, RoleServer, &Options{PingInterval: -1})
	const size = 64 << 20
	go func() {
		_, err := io.CopyN(io.Discard, far, frame.MaxHeader-4+size)
		assert.NoError(t, err)
		_, err = io.Copy(far, far)
		assert.True(t, err == nil || errors.Is(err, net.ErrClosed))
	}()
	require.NoError(t, c.Write(t.Context(), Binary, make([]byte, size)))
	require.NotZero(t, c.writes.armed, "it has waited")
	require.NoError(t, near.SetWriteDeadline(aLongTimeAgo))
	c.writes.armed -= time.Hour
	for range 2 {
		require.NoError(t, c.Write(t.Context(), Text, []byte("next")))
		require.NoError(t, c.TryWrite(Text, []byte("next")))
	}
	b := make([]byte, 4*6)
	_, err := io.ReadFull(near, b)
	require.NoError(t, err)
}
