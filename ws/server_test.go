package ws_test

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// serve starts a Server on a free port.
func serve(t *testing.T, s *ws.Server) (addr string) {
	t.Helper()
	checkGoroutines(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		assert.NoError(t, s.Close())
		assert.ErrorIs(t, <-served, ws.ErrServerClosed)
	})
	return ln.Addr().String()
}

func TestServerEcho(t *testing.T) {
	closed := make(chan *ws.CloseError, 1)
	addr := serve(t, &ws.Server{
		OnMessage: func(c *ws.Conn, m ws.Message) {
			assert.NoError(t, c.Write(context.Background(), m.Type, m.Data))
		},
		OnClose: func(_ *ws.Conn, err *ws.CloseError) { closed <- err },
	})
	c, _, err := ws.Dial(t.Context(), "ws://"+addr+"/", nil)
	require.NoError(t, err)
	for _, n := range []int{0, 1, 125, 126, 4000, 8192, 20_000, 65_536, 100_000, 1 << 20} {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte(i)
		}
		require.NoError(t, c.Write(t.Context(), ws.Binary, p))
		typ, got, err := c.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, ws.Binary, typ)
		require.Equal(t, p, got)
	}
	require.NoError(t, c.Close(ws.StatusNormalClosure, "bye"))
	assert.Equal(t, &ws.CloseError{Code: ws.StatusNormalClosure, Reason: "bye", Remote: true}, <-closed)
}
