package ws_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// openTCP sends a request with what may stand behind it, and reads the answer,
// which is a 101, and nothing behind it.
func openTCP(t *testing.T, addr, request string) net.Conn {
	t.Helper()
	nc := dialTCP(t, addr)
	_, err := io.WriteString(nc, request)
	require.NoError(t, err)
	readAnswer(t, nc)
	return nc
}

// dialTCP gives a connection on which nobody waits for ever.
func dialTCP(t *testing.T, addr string) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	return nc
}

// readAnswer reads a 101 and nothing behind it.
func readAnswer(t *testing.T, nc net.Conn) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(oneByOne{nc}), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	require.NoError(t, resp.Body.Close())
}

// oneByOne reads single octets, so that a bufio.Reader over it takes nothing
// that is not asked for.
type oneByOne struct{ io.Reader }

func (r oneByOne) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(len(p), 1)]) }

// patience is how long a test waits for what must come, looking each tick.
const (
	patience = 20 * time.Second
	tick     = time.Millisecond
)

// runServer runs a Server on a free port until the test ends: on event loops,
// where there are.
func runServer(t *testing.T, s *ws.Server) (addr string) {
	t.Helper()
	return runServerOn(t, s, func(ln net.Listener) net.Listener { return ln })
}

// runServerOn is runServer with what wrap makes of the listener.
func runServerOn(t *testing.T, s *ws.Server, wrap func(net.Listener) net.Listener) (addr string) {
	t.Helper()
	checkGoroutines(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(wrap(ln)) }()
	t.Cleanup(func() {
		assert.NoError(t, s.Close())
		assert.ErrorIs(t, soon(t, served), ws.ErrServerClosed)
	})
	return ln.Addr().String()
}

// eachServer runs f with both ways in which a Server serves: on event loops, where
// there are, and with a goroutine for each connection.
func eachServer(t *testing.T, f func(t *testing.T, run func(*ws.Server) (addr string))) {
	t.Helper()
	t.Run("loop", func(t *testing.T) {
		f(t, func(s *ws.Server) string { return runServer(t, s) })
	})
	t.Run("goroutine", func(t *testing.T) {
		f(t, func(s *ws.Server) string {
			return runServerOn(t, s, func(ln net.Listener) net.Listener { return anyListener{ln} })
		})
	})
}
