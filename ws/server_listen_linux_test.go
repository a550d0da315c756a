package ws

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A listener that epoll does not take is an error of Serve: nothing would ever
// tell of its connections.
func TestServerListenerThatEpollRefuses(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	p, err := newPoller()
	require.NoError(t, err)
	p.close()
	p.fd = -1
	assert.ErrorContains(t, new(Server).acceptSockets(ln.(*net.TCPListener), p), "epoll_ctl")
}
