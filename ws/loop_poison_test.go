package ws

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// With poison in all buffers a peer gets exactly what was sent to it, from within
// the callbacks and from elsewhere, and the callbacks get what the peer sent.
func TestW12_PoisonedPoolsOfAServer(t *testing.T) {
	if !hasLoop {
		t.Skip("no event loop on this system")
	}
	dirty := poisonPools(t)
	opened := make(chan *Conn, 1)
	s := &Server{
		Loops:   1,
		Options: &Options{QueueMessages: -1, QueueBytes: -1},
		OnOpen:  func(c *Conn) { opened <- c },
		OnMessage: func(c *Conn, m Message) {
			dirty()
			for _, send := range waysToSend(t, c, bytes.Clone(m.Data)) {
				assert.NoError(t, send())
				dirty()
			}
			assert.NoError(t, m.Reply(m.Type, m.Data))
		},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	defer func() {
		require.NoError(t, s.Close())
		require.ErrorIs(t, <-served, ErrServerClosed)
	}()
	nc, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	c, err := NewConn(handshaken(t, nc), RoleClient, Agreement{}, &Options{MaxMessage: -1})
	require.NoError(t, err)
	server := <-opened
	expect := func(payload []byte) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, got, err := c.Read(ctx)
		require.NoError(t, err)
		require.True(t, bytes.Equal(payload, got), "%d octets differ", len(payload))
	}
	for _, size := range []int{0, 1, 125, 126, 1000, shortSize + 1, joinSize - frame.MaxHeader, joinSize, bufferSize, 100_000, 300_000} {
		payload := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		dirty()
		// In pieces, so that the loop has to put it together.
		w, err := c.Writer(t.Context(), Text)
		require.NoError(t, err)
		_, err = w.Write(payload[:size/2])
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		_, err = w.Write(payload[size/2:])
		require.NoError(t, err)
		require.NoError(t, w.Close())
		for range len(waysToSend(t, server, nil)) + 1 {
			expect(payload)
		}
		for _, send := range waysToSend(t, server, payload) {
			dirty()
			require.NoError(t, send())
			expect(payload)
		}
	}
}

// waysToSend are the ways to send a payload on a connection of a Server.
func waysToSend(t *testing.T, c *Conn, payload []byte) []func() error {
	m, err := NewPrepared(Text, payload)
	assert.NoError(t, err)
	ctx, third := context.Background(), len(payload)/3
	return []func() error{
		func() error { return c.Write(ctx, Text, payload) },
		func() error { return c.Writev(ctx, Text, payload[:third], nil, payload[third:]) },
		func() error { return c.WritePrepared(ctx, m) },
		func() error { return c.TryWrite(Text, payload) },
		func() error { return c.TryWritePrepared(m) },
	}
}

// handshaken gives a transport of a client behind the opening handshake.
func handshaken(t *testing.T, nc net.Conn) net.Conn {
	t.Helper()
	const request = "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	_, err := nc.Write([]byte(request))
	require.NoError(t, err)
	for answer := []byte{}; !bytes.HasSuffix(answer, []byte("\r\n\r\n")); {
		b := make([]byte, 1)
		_, err := nc.Read(b)
		require.NoError(t, err)
		answer = append(answer, b...)
	}
	return nc
}
