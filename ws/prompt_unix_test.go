//go:build unix

package ws

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/handshake"
)

func TestPromptSocket(t *testing.T) {
	server, client := loopback(t)
	var p promptSocket
	require.True(t, p.open(server))
	b := make([]byte, 16)
	assert.Zero(t, p.read(b), "nothing is there")
	_, err := client.Write([]byte("0123456789"))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return unread(server.(*net.TCPConn)) }, 5*time.Second, time.Millisecond)
	assert.Equal(t, 4, p.read(b[:4]))
	assert.Equal(t, 6, p.read(b[4:]))
	assert.Equal(t, "0123456789", string(b[:10]))

	assert.Equal(t, 5, p.write([]byte("hello")))
	_, err = io.ReadFull(client, b[:5])
	require.NoError(t, err)
	assert.Equal(t, "hello", string(b[:5]))
	most := make([]byte, 32<<20)
	n := p.write(most)
	assert.Positive(t, n)
	assert.Less(t, n, len(most), "no more than the socket takes")

	_ = server.Close()
	assert.Zero(t, p.read(b))
	assert.Zero(t, p.write(b))
	p.close()

	a, c := net.Pipe()
	defer a.Close()
	defer c.Close()
	assert.False(t, p.open(a), "not a socket")
}

// A handshake that waits for nothing sets no deadline, and one that waits does
// so however its request is cut, and takes it off again.
func TestUpgradeWaitsOnlyWhereItMust(t *testing.T) {
	request := browserRequestText
	for _, cut := range []int{0, 1, 15, 200, len(request) - 1, len(request)} {
		server, client := loopback(t)
		_, err := client.Write([]byte(request[:cut]))
		require.NoError(t, err)
		if cut > 0 {
			require.Eventually(t, func() bool { return unread(server.(*net.TCPConn)) }, 5*time.Second, time.Millisecond)
		}
		result := make(chan *Conn, 1)
		go func() {
			c, _ := Upgrade(context.Background(), server, &Options{HandshakeTimeout: time.Minute})
			result <- c
		}()
		_, err = client.Write([]byte(request[cut:]))
		require.NoError(t, err)
		c := <-result
		require.NotNil(t, c, "%d", cut)
		b := make([]byte, 512)
		n, err := client.Read(b)
		require.NoError(t, err)
		var h handshake.Head
		end, err := handshake.ParseResponse(b[:n], &h)
		require.NoError(t, err)
		assert.Equal(t, n, end)
		assert.Equal(t, 101, h.Status)
		assert.Equal(t, "/chat?room=1", c.Info().Target)
		c.CloseNow()
	}
}

// A context that ends before the answer is out ends the handshake, also where
// nothing has to be waited for.
func TestUpgradeWhoseContextEndsInOnRequest(t *testing.T) {
	server, client := loopback(t)
	_, err := client.Write([]byte(browserRequestText))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return unread(server.(*net.TCPConn)) }, 5*time.Second, time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = Upgrade(ctx, server, &Options{OnRequest: func(*Request) error { cancel(); return nil }})
	require.ErrorIs(t, err, context.Canceled)
	all, err := io.ReadAll(client)
	require.NoError(t, err)
	assert.Empty(t, all)
}
