//go:build unix

package ws

import (
	"encoding/binary"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// A burst of Pings that arrives in one read gets a Pong each, in order.
//
//req:test RFC6455-5.5.2-02 RFC6455-5.5.2-03
func TestPongForEachPing(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		var b []byte
		var err error
		for i := range 100 {
			b, err = p.send.AppendFrame(b, frame.OpPing, protocol.Fin, []byte{byte(i)})
			require.NoError(t, err)
		}
		b, err = p.send.AppendFrame(b, frame.OpText, protocol.Fin, []byte("after"))
		require.NoError(t, err)
		_, err = p.Write(b)
		require.NoError(t, err)
		_, _, err = c.Read(t.Context())
		require.NoError(t, err)
		for i := range 100 {
			ev, err := p.next()
			require.NoError(t, err)
			require.Equal(t, protocol.KindPong, ev.Kind)
			require.Equal(t, []byte{byte(i)}, ev.Payload)
		}
	})
}

// Once the socket takes no more, reading goes on and one Pong is kept. Frames
// stay whole, whatever part of one the socket took.
//
//req:test RFC6455-5.5.3-02
func TestPongsThatNobodyTakes(t *testing.T) {
	const pings = 40_000
	against(t, &Options{MaxControlRate: -1}, func(t *testing.T, c *Conn, p *rawPeer) {
		require.NoError(t, c.nc.(*net.TCPConn).SetWriteBuffer(1))
		written := make(chan error, 1)
		go func() {
			payload := make([]byte, 101)
			var b []byte
			var err error
			for i := range pings {
				binary.BigEndian.PutUint32(payload, uint32(i))
				if b, err = p.send.AppendFrame(b, frame.OpPing, protocol.Fin, payload); err != nil {
					break
				}
			}
			if err == nil {
				b, err = p.send.AppendFrame(b, frame.OpText, protocol.Fin, []byte("after"))
			}
			if err == nil {
				_, err = p.Write(b)
			}
			written <- err
		}()
		_, _, err := c.Read(t.Context())
		require.NoError(t, err, "reading does not wait for the socket")
		require.NoError(t, <-written)

		last, count := -1, 0
		for last != pings-1 {
			ev, err := p.next()
			require.NoError(t, err)
			require.Equal(t, protocol.KindPong, ev.Kind)
			require.Len(t, ev.Payload, 101)
			i := int(binary.BigEndian.Uint32(ev.Payload))
			require.Greater(t, i, last)
			last = i
			count++
		}
		assert.Less(t, count, pings, "nobody took them, so most were dropped")

		wrote := make(chan error, 1)
		go func() { wrote <- c.Write(t.Context(), Text, []byte("next")) }()
		ev, err := p.next()
		require.NoError(t, err)
		assert.Equal(t, "next", string(ev.Payload))
		require.NoError(t, <-wrote)
	})
}

// When the socket took the beginning of a Pong, nothing gets between it and
// its rest.
func TestPongInTwoWrites(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		require.True(t, c.out.tryTake())
		ping := protocol.Event{Kind: protocol.KindPing, Op: frame.OpPing, Payload: []byte("in two")}
		b, err := c.send.Answer(nil, ping)
		require.NoError(t, err)
		wrote := make(chan error, 1)
		go func() { wrote <- c.Write(t.Context(), Text, []byte("next")) }()
		w := writing{c: c}
		_, err = w.write(b[:3])
		require.NoError(t, err)
		c.leaveOver(&leftover{octets: b[3:]})

		ev, err := p.next()
		require.NoError(t, err)
		assert.Equal(t, protocol.KindPong, ev.Kind)
		assert.Equal(t, "in two", string(ev.Payload))
		ev, err = p.next()
		require.NoError(t, err)
		assert.Equal(t, "next", string(ev.Payload))
		require.NoError(t, <-wrote)
	})
}
