// Package servertest checks that a server does what its race wants of it.
package servertest

import (
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// Listen gives a listener. It ends with the process: there are servers that ask a
// closed one again and again.
func Listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return ln
}

// Dial opens a WebSocket to a server on ln.
func Dial(t *testing.T, ln net.Listener) *ws.Conn {
	t.Helper()
	c, _, err := ws.Dial(t.Context(), "ws://"+ln.Addr().String()+"/", &ws.DialOptions{Options: ws.Options{MaxMessage: 1 << 21}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// text is payload of any length, all of it ASCII.
func text(n int) []byte { return bytes.Repeat([]byte("Longwire"), n/8+1)[:n] }

// Echo checks that messages come back as they were: of all forms of length, one
// after the other, and several at once on two connections.
func Echo(t *testing.T, ln net.Listener) {
	t.Helper()
	ctx := t.Context()
	a, b := Dial(t, ln), Dial(t, ln)
	for _, kind := range []ws.MessageType{ws.Text, ws.Binary} {
		for _, n := range []int{1, 125, 126, 4096, 65535, 65536, 1 << 20} {
			for _, c := range []*ws.Conn{a, b} {
				require.NoError(t, c.Write(ctx, kind, text(n)))
			}
			for _, c := range []*ws.Conn{a, b} {
				got, p, err := c.Read(ctx)
				require.NoError(t, err)
				require.Equal(t, kind, got)
				require.True(t, bytes.Equal(text(n), p), "%d octets", n)
			}
		}
	}
	for n := range 100 {
		require.NoError(t, a.Write(ctx, ws.Binary, text(n+1)))
	}
	for n := range 100 {
		_, p, err := a.Read(ctx)
		require.NoError(t, err)
		assert.Equal(t, text(n+1), p)
	}
}

// Octets checks that a server without a protocol gives back octets.
func Octets(t *testing.T, ln net.Listener) {
	t.Helper()
	c, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	want := text(100000)
	go func() { _, _ = c.Write(want) }()
	got := make([]byte, len(want))
	_, err = io.ReadFull(c, got)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got))
}

// All checks that a message goes to all connections, the one that it comes from
// too, and that one that has gone is not missed.
func All(t *testing.T, ln net.Listener) {
	t.Helper()
	ctx := t.Context()
	gone := Dial(t, ln)
	conns := []*ws.Conn{Dial(t, ln), Dial(t, ln), Dial(t, ln)}
	// A server may take a connection into its set after the handshake: each has
	// been seen when its own message has come back.
	for _, c := range append(conns, gone) {
		require.NoError(t, c.Write(ctx, ws.Binary, []byte("here")))
		for {
			_, p, err := c.Read(ctx)
			require.NoError(t, err)
			if string(p) == "here" {
				break
			}
		}
	}
	require.NoError(t, gone.CloseNow())
	for i, from := range conns {
		news := []byte{byte(i)}
		require.NoError(t, from.Write(ctx, ws.Binary, news))
		for _, c := range conns {
			for {
				_, p, err := c.Read(ctx)
				require.NoError(t, err)
				if string(p) != "here" {
					assert.Equal(t, news, p)
					break
				}
			}
		}
	}
}
