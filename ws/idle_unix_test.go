//go:build unix

package ws

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Octets that nobody has read are life: keepalive sees them in the socket,
// and leaves them there.
func TestUnreadIsLife(t *testing.T) {
	server, client := pair(t, nil, nil)
	sc, ok := server.nc.(syscall.Conn)
	require.True(t, ok)
	require.False(t, unread(sc))
	require.False(t, server.mayLive())
	require.NoError(t, client.Write(t.Context(), Text, []byte("x")))
	require.Eventually(t, func() bool { return unread(sc) }, 5*time.Second, time.Millisecond)
	require.True(t, server.mayLive())
	_, _, err := server.Read(t.Context())
	require.NoError(t, err)
	require.False(t, unread(sc))
	client.CloseNow()
	require.False(t, unread(sc), "an end is no life")

	require.True(t, server.reading.tryLock())
	require.False(t, server.mayLive(), "a read in progress would have seen it")
	server.reading.unlock()

	a, b := net.Pipe()
	defer b.Close()
	c := connOver(t, a, RoleServer, nil)
	require.True(t, c.mayLive(), "where one can't look")
}
