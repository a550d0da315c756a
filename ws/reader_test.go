package ws_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// A Reader whose message another read has begun to discard is stale, also when
// that read is cut short: part of its message is gone.
func TestReaderIsStaleOnceDiscarded(t *testing.T) {
	inPipe(t, wstest.PipeOptions{}, nil, func(t *testing.T, c *ws.Conn, p *wstest.Peer) {
		p.Send(wstest.Text("one, ").More())
		_, r, err := c.Reader(t.Context())
		require.NoError(t, err)
		buf := make([]byte, 3)
		n, err := io.ReadFull(r, buf)
		require.NoError(t, err)
		assert.Equal(t, "one", string(buf[:n]))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err = c.Read(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		p.Send(wstest.Continuation("two").More())
		_, err = r.Read(buf)
		require.ErrorIs(t, err, ws.ErrStaleReader)

		p.Send(wstest.Continuation("three"), wstest.Text("next"))
		_, got, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "next", string(got))
	})
}
