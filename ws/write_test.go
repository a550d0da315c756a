package ws

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// A large message may take longer than WriteTimeout as a whole: what counts is
// that the peer goes on taking it.
func TestWriteTimeoutIsForProgress(t *testing.T) {
	const size = 1 << 20
	payload := make([]byte, size)
	prepared, err := NewPrepared(Binary, payload)
	require.NoError(t, err)
	header := frame.NewHeader(true, 0, frame.OpBinary, size).Append(nil)
	ways := map[string]func(c *Conn) error{
		"in pieces": func(c *Conn) error { return c.Write(context.Background(), Binary, payload) },
		"prepared":  func(c *Conn) error { return c.WritePrepared(context.Background(), prepared) },
		"queued":    func(c *Conn) error { return c.TryWritePrepared(prepared) },
		"vector": func(c *Conn) error { // as on a socket
			w := writing{c: c}
			return w.vector(header, payload[:size/2], [][]byte{payload[size/2:]})
		},
	}
	for name, write := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := wstest.Pipe()
				c, err := NewConn(near, RoleServer, Agreement{}, &Options{PingInterval: -1})
				require.NoError(t, err)
				require.NoError(t, far.SetReadDeadline(time.Now().Add(time.Hour)))
				done := make(chan error, 1)
				start := time.Now()
				go func() { done <- write(c) }()
				for left := int64(len(header) + size); left > 0; {
					<-time.After(time.Second)
					n, err := io.CopyN(io.Discard, far, min(left, 20_000))
					require.NoError(t, err)
					left -= n
				}
				require.NoError(t, <-done)
				assert.Greater(t, time.Since(start), 4*DefaultWriteTimeout)

				// A peer that takes nothing is given up all the same.
				start = time.Now()
				err = write(c)
				if name == "queued" {
					<-c.Context().Done()
					err = context.Cause(c.Context())
				}
				require.Error(t, err)
				assert.LessOrEqual(t, time.Since(start), 2*DefaultWriteTimeout*5/4, "the pipe took some")
				require.NoError(t, c.CloseNow())
				require.NoError(t, far.Close())
			})
		})
	}
}
