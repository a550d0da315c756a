//go:build unix

package ws_test

import (
	"bytes"
	"context"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// smallBuffer makes the sockets that are accepted take little before they are
// full.
func smallBuffer(t *testing.T, ln net.Listener) net.Listener {
	t.Helper()
	raw, err := ln.(*net.TCPListener).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		assert.NoError(t, syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, 4096))
	}))
	return ln
}

// However much a callback sends, and however little of it the socket takes, the
// frames go out in the order in which they were sent, and the Close last, also
// where it finds no room with what was collected for one write.
func TestLoopKeepsOrder(t *testing.T) {
	const most = 64 << 10
	for _, octets := range []int{most - 200, most - 130, most - 100, most - 20, most, 3 * most} {
		t.Run(strconv.Itoa(octets), func(t *testing.T) { keepsOrder(t, octets) })
	}
}

func keepsOrder(t *testing.T, octets int) {
	const each = 1000 // and 4 of header
	reason := strings.Repeat("r", 123)
	closed := make(chan *ws.CloseError, 1)
	addr := runServerOn(t, &ws.Server{
		Loops:   1,
		Options: &ws.Options{QueueBytes: -1, QueueMessages: -1},
		OnMessage: func(c *ws.Conn, _ ws.Message) {
			ctx := context.Background()
			for i := range octets / (each + 4) {
				assert.NoError(t, c.Write(ctx, ws.Binary, bytes.Repeat([]byte{byte(i)}, each)))
			}
			assert.NoError(t, c.Write(ctx, ws.Binary, make([]byte, octets%(each+4))))
			assert.NoError(t, c.Close(4000, reason))
		},
		OnClose: func(_ *ws.Conn, err *ws.CloseError) { closed <- err },
	}, func(ln net.Listener) net.Listener { return smallBuffer(t, ln) })
	peer := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
	peer.Send(wstest.Text("go"))
	for i := range octets / (each + 4) {
		f := peer.Next()
		require.Equal(t, frame.OpBinary, f.Op, "%d messages have come", i)
		require.Equal(t, bytes.Repeat([]byte{byte(i)}, each), f.Payload)
	}
	peer.Expect(wstest.Binary(make([]byte, octets%(each+4))), wstest.Close(4000, reason))
	peer.Send(wstest.Close(4000, ""))
	peer.ExpectEOF()
	assert.Equal(t, ws.StatusCode(4000), soon(t, closed).Code)
}
