package ws_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// beginWith sends octets to addr, of which the first are a request, reads the
// answer up to its end and gives the rest of the connection as a peer's.
func beginWith(t *testing.T, addr, octets string) *wstest.Peer {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(nc, octets)
	require.NoError(t, err)
	readAnswer(t, nc)
	return wstest.NewPeer(t, nc, ws.RoleClient)
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

// soon gives what comes out of a channel, and ends the test when nothing does.
func soon[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing has come")
	}
	return v
}
