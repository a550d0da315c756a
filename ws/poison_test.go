package ws

import (
	"bytes"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// poison is an octet that nothing in these tests sends on purpose: what comes
// out of the pools is full of it.
const poison = 0xDB

var poisoned = bytes.Repeat([]byte{poison}, 1<<20)

func fillPoison(b []byte) { copy(b, poisoned) }

// poisonPools makes every pooled buffer that the code under test gets full of
// poison. dirty does it again for those that have been given back meanwhile.
func poisonPools(t *testing.T) (dirty func()) {
	t.Helper()
	fresh := buffers.New
	buffers.New = func() any {
		b := new(buffer)
		fillPoison(b[:])
		return b
	}
	t.Cleanup(func() { buffers.New = fresh })
	return func() {
		var held []*buffer
		for range 8 {
			b := getBuffer()
			fillPoison(b[:])
			held = append(held, b)
		}
		for _, b := range held {
			putBuffer(b)
		}
		for class := range 4 {
			b := getMessageBuffer(1 << (class + minMessageShift))
			fillPoison(b[:cap(b)])
			putMessageBuffer(b)
		}
	}
}

// everyWay sends payloads of many sizes in every way there is, and answers a
// Ping, with poison in all buffers. The peer must get exactly what was sent.
func everyWay(t *testing.T, c *Conn, p *wstest.Peer) {
	t.Helper()
	dirty := poisonPools(t)
	ctx := t.Context()
	sizes := []int{0, 1, 7, 125, 126, 1000, 4095, 4096, 4097, bufferSize - frame.MaxHeader - 1, bufferSize, bufferSize + 1, 100_000, maxBehind + 1}
	for _, size := range sizes {
		payload := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		m, err := NewPrepared(Text, payload)
		require.NoError(t, err)
		third := size / 3
		for name, send := range map[string]func() error{
			"Write":            func() error { return c.Write(ctx, Text, payload) },
			"Writev":           func() error { return c.Writev(ctx, Text, payload[:third], nil, payload[third:]) },
			"WritePrepared":    func() error { return c.WritePrepared(ctx, m) },
			"TryWrite":         func() error { return c.TryWrite(Text, payload) },
			"TryWritePrepared": func() error { return c.TryWritePrepared(m) },
			"Writer": func() error {
				w, err := c.Writer(ctx, Text)
				if err != nil {
					return err
				}
				dirty()
				_, err = w.Write(payload[:third])
				assert.NoError(t, err)
				dirty()
				assert.NoError(t, w.Flush())
				_, err = w.Write(payload[third:])
				assert.NoError(t, err)
				return w.Close()
			},
		} {
			dirty()
			done := make(chan error, 1)
			go func() { done <- send() }() // it may be more than the transport holds
			p.ExpectMessage(wstest.NewFrame(frame.OpText, payload))
			require.NoError(t, <-done, "%s of %d", name, size)
		}
	}

	// Many small ones in one write, between them a Pong.
	dirty()
	c.Discard()
	p.Send(wstest.Ping("a ping"))
	p.Expect(wstest.Pong("a ping"))
	w, err := c.Writer(ctx, Text)
	require.NoError(t, err)
	_, err = w.Write([]byte("held"))
	require.NoError(t, err)
	require.NoError(t, w.Flush())
	for i := range 30 {
		require.NoError(t, c.TryWrite(Binary, payloadOf(i)))
	}
	dirty()
	require.NoError(t, w.Close())
	p.ExpectMessage(wstest.Text("held"))
	for i := range 30 {
		p.Expect(wstest.Binary(payloadOf(i)))
	}

	dirty()
	done := make(chan error, 2)
	go func() {
		_, err := c.Ping(ctx, 'p')
		done <- err
	}()
	p.Expect(wstest.Ping("p"))
	p.Send(wstest.Pong("p"))
	require.NoError(t, <-done)
	dirty()
	go func() { done <- c.Close(StatusNormalClosure, "the end") }()
	p.Expect(wstest.Close(StatusNormalClosure, "the end"))
	p.Send(wstest.Close(StatusNormalClosure, ""))
	if c.Role() == RoleServer {
		p.ExpectEOF()
	}
	p.Hangup()
	require.NoError(t, <-done)
}

func payloadOf(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, i) }

// No octet of a pooled buffer beyond what was written is ever sent.
func TestW12_PoisonedPools(t *testing.T) {
	for _, role := range []Role{RoleServer, RoleClient} {
		peerRole := RoleClient
		if role == RoleClient {
			peerRole = RoleServer
		}
		for name, connect := range map[string]func(*testing.T) (near, far net.Conn){
			"pipe": func(*testing.T) (net.Conn, net.Conn) { return wstest.Pipe() },
			"tcp":  func(t *testing.T) (net.Conn, net.Conn) { return loopback(t) },
		} {
			t.Run(name+"/"+role.String(), func(t *testing.T) {
				near, far := connect(t)
				everyWay(t, connOver(t, near, role, nil), wstest.NewPeer(t, far, peerRole))
			})
		}
		// What the core says by itself when it fails a connection.
		t.Run("violation/"+role.String(), func(t *testing.T) {
			dirty := poisonPools(t)
			near, far := loopback(t)
			c := connOver(t, near, role, nil)
			p := wstest.NewPeer(t, far, peerRole)
			p.Send(wstest.Text("good"), wstest.Ping("").WithRSV(0x40))
			dirty()
			_, _, err := c.Read(t.Context())
			require.NoError(t, err)
			dirty()
			_, _, err = c.Read(t.Context())
			require.ErrorIs(t, err, frame.ErrReservedBits)
			p.Expect(wstest.Close(StatusProtocolError, frame.ErrReservedBits.Text))
			p.ExpectEOF()
			p.Hangup()
		})
	}
}
