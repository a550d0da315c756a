//go:build unix

package ws

import (
	"bytes"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// nothingOut tells that nobody holds the socket and nothing is to be written.
func (c *Conn) nothingOut() bool { return c.out.state.Load() == 0 }

// other is the role of the other end.
func other(r Role) Role {
	if r == RoleServer {
		return RoleClient
	}
	return RoleServer
}

// Where the socket takes a message, TryWrite has written it when it returns:
// nothing was queued and nobody is about to write.
func TestTryWriteWritesAtOnce(t *testing.T) {
	p := bytes.Repeat([]byte("p"), 1000)
	m, err := NewPrepared(Text, p)
	require.NoError(t, err)
	for _, role := range []Role{RoleServer, RoleClient} {
		for name, try := range map[string]func(c *Conn) error{
			"TryWrite":         func(c *Conn) error { return c.TryWrite(Text, p) },
			"TryWritePrepared": func(c *Conn) error { return c.TryWritePrepared(m) },
		} {
			t.Run(fmt.Sprint(role, " ", name), func(t *testing.T) {
				near, far := loopback(t)
				c := connOver(t, near, role, nil)
				peer := newRawPeer(far, other(role))
				require.NoError(t, c.SetWriteDeadline(time.Now().Add(time.Hour)))
				for range 3 {
					require.NoError(t, try(c))
					require.True(t, c.nothingOut())
					messages, octets := c.Buffered()
					require.Zero(t, messages+octets)
					ev, err := peer.next()
					require.NoError(t, err)
					require.True(t, bytes.Equal(p, ev.Payload))
				}
			})
		}
	}
}

// A message that the socket takes in part is queued in part, and counts until it
// is out; whatever comes next goes behind it.
func TestTryWriteInPart(t *testing.T) {
	p := bytes.Repeat([]byte("0123456789"), 100)
	m, err := NewPrepared(Text, p)
	require.NoError(t, err)
	for _, role := range []Role{RoleServer, RoleClient} {
		for _, deflate := range []bool{false, true} {
			for _, room := range []int{0, 1, 3, 15} {
				t.Run(fmt.Sprintf("%s, deflate %v, %d octets", role, deflate, room), func(t *testing.T) {
					near, far := loopback(t)
					o := &Options{Compression: allTakeover}
					c, peer := connOver(t, near, role, o), connOver(t, far, other(role), o)
					if deflate {
						c = compressedOver(t, near, role, noTakeover, o)
						peer = compressedOver(t, far, other(role), noTakeover, o)
					}
					narrow(&c.atOnce, room)
					for i, try := range []func() error{
						func() error { return c.TryWrite(Text, p) },
						func() error { return c.TryWritePrepared(m) },
					} {
						require.NoError(t, try())
						require.NoError(t, c.Write(t.Context(), Text, []byte("next")))
						for _, want := range [][]byte{p, []byte("next")} {
							_, got, err := peer.Read(t.Context())
							require.NoError(t, err)
							require.True(t, bytes.Equal(want, got), "%d", i)
						}
						require.Eventually(t, c.nothingOut, 5*time.Second, time.Millisecond)
						messages, octets := c.Buffered()
						require.Zero(t, messages+octets)
					}
				})
			}
		}
	}
}

// A peer that reads nothing gets, once it begins, all messages for which there
// was room, whole and in order.
func TestTryWriteUntilTheQueueIsFull(t *testing.T) {
	const size = 5000
	payload := func(i int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%010d", i), size/10) }
	near, far := loopback(t)
	require.NoError(t, near.(*net.TCPConn).SetWriteBuffer(10_000))
	c, peer := connOver(t, near, RoleServer, &Options{QueueMessages: 4}), connOver(t, far, RoleClient, nil)
	n := 0
	for err := error(nil); err == nil; {
		if n%2 == 0 {
			err = c.TryWrite(Text, payload(n))
		} else {
			m, _ := NewPrepared(Text, payload(n))
			err = c.TryWritePrepared(m)
		}
		if err == nil {
			n++
		} else {
			require.ErrorIs(t, err, ErrBackpressure)
		}
	}
	written := make(chan error, 1)
	go func() { written <- c.Write(t.Context(), Text, []byte("last")) }()
	for i := range n {
		_, p, err := peer.Read(t.Context())
		require.NoError(t, err)
		require.True(t, bytes.Equal(payload(i), p), "message %d", i)
	}
	_, p, err := peer.Read(t.Context())
	require.NoError(t, err)
	require.Equal(t, "last", string(p))
	require.NoError(t, <-written)
}

// A message that is too long for one write, and one that the connection can't
// send any more.
func TestTryWriteOtherwise(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		long := bytes.Repeat([]byte("x"), 3*bufferSize)
		m, err := NewPrepared(Text, long)
		require.NoError(t, err)
		done := make(chan error, 1)
		go func() {
			err := c.TryWrite(Text, long)
			if err == nil {
				err = c.TryWritePrepared(m)
			}
			done <- err
		}()
		for n := 0; n < 2*len(long); {
			ev, err := p.next()
			require.NoError(t, err)
			n += len(ev.Payload)
		}
		require.NoError(t, <-done)

		// The last frame is out, though nobody knows it yet.
		require.Eventually(t, c.out.tryTake, 5*time.Second, time.Millisecond)
		_, err = c.send.AppendClose(nil, StatusNormalClosure, "")
		require.NoError(t, err)
		c.closeSent.Store(true)
		c.free()
		require.ErrorIs(t, c.TryWrite(Text, nil), net.ErrClosed)
		short, err := NewPrepared(Text, nil)
		require.NoError(t, err)
		require.ErrorIs(t, c.TryWritePrepared(short), net.ErrClosed)
		require.ErrorIs(t, c.TryWrite(0, nil), ErrMessageType)
		require.True(t, c.nothingOut())
	})
}

// A write deadline that has passed does not stop TryWrite.
func TestTryWriteBehindADeadline(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		require.NoError(t, c.SetWriteDeadline(time.Unix(1, 0)))
		require.NoError(t, c.TryWrite(Text, []byte("queued")))
		ev, err := p.next()
		require.NoError(t, err)
		assert.Equal(t, protocol.KindData, ev.Kind)
		assert.Equal(t, frame.OpText, ev.Op)
		assert.Equal(t, "queued", string(ev.Payload))
	})
}
