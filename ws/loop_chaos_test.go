package ws_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// wildPeer is a client that sends all kinds of frames in pieces of any size, and
// ends in some way or other. It gives what it received.
func wildPeer(addr string, d *dice) (received []byte, err error) {
	dialled, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	nc := dialled.(*net.TCPConn)
	defer nc.Close()
	if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	got := make(chan []byte, 1)
	go func() {
		b, _ := io.ReadAll(nc)
		got <- b
	}()
	octets := []byte(requestText("/", "Sec-WebSocket-Extensions: permessage-deflate"))
	for range 5 + d.upTo(30) {
		m := wstest.Binary(bytes.Repeat([]byte{byte('a' + d.upTo(26))}, []int{0, 5, 120, 3000, 70_000}[d.upTo(5)]))
		switch d.upTo(6) {
		case 0:
			octets = wstest.Ping("ping").Append(octets, ws.RoleClient, 1)
		case 1:
			for _, f := range m.Compressed().Cut(d.upTo(50)) {
				octets = f.Append(octets, ws.RoleClient, 2)
			}
		case 2:
			for _, f := range m.Cut(d.upTo(50), 0) {
				octets = f.Append(octets, ws.RoleClient, 3)
				octets = wstest.Pong("").Append(octets, ws.RoleClient, 4)
			}
		default:
			octets = m.Append(octets, ws.RoleClient, 5)
		}
	}
	end := d.upTo(5)
	switch end {
	case 0:
		octets = wstest.Close(ws.StatusNormalClosure, "").Append(octets, ws.RoleClient, 6)
	case 1:
		octets = append(octets, 0xff)
	}
	if d.upTo(3) == 0 {
		octets = octets[:d.upTo(len(octets))]
	}
	for len(octets) > 0 {
		n := min(len(octets), 1+d.upTo(20_000))
		if _, err := nc.Write(octets[:n]); err != nil {
			break
		}
		octets = octets[n:]
		runtime.Gosched()
	}
	switch end {
	case 2:
		_ = nc.SetLinger(0)
		_ = nc.Close()
	case 3:
		_ = nc.Close()
	default:
		_ = nc.CloseWrite()
	}
	return <-got, nil
}

// Connections on which everything happens at any time, from within and from
// elsewhere, while peers come and go: nobody waits for ever, each connection is
// opened and closed once, and whatever went out is legal and its own.
func TestW15_ChaosOfAServer(t *testing.T) {
	const peers, each = 16, 6
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		checkDescriptors(t)
		var opened, closed, ended atomic.Int32
		var helpers sync.WaitGroup
		t.Cleanup(helpers.Wait) // when the server has ended
		var seed atomic.Uint32
		addr := run(&ws.Server{
			Options: &ws.Options{
				Compression: &ws.Compression{}, QueueMessages: 16, QueueBytes: 100_000, MaxControlRate: -1,
				PingInterval: 20 * time.Millisecond, CloseTimeout: time.Second,
				Hooks: ws.Hooks{End: func(*ws.Conn, *ws.CloseError) { ended.Add(1) }},
			},
			OnOpen: func(c *ws.Conn) {
				opened.Add(1)
				if c.Info().Target == "/witness" {
					return
				}
				d := newDice(byte(seed.Add(1)), 1)
				helpers.Go(func() {
					for range d.upTo(40) {
						anything(c, d)
						runtime.Gosched()
					}
					if d.upTo(4) == 0 {
						_ = c.Detach(echoBack)
					}
				})
			},
			OnMessage: func(c *ws.Conn, m ws.Message) {
				if n := len(m.Data); n > 0 && c.Info().Target != "/witness" {
					assert.Equal(t, n, bytes.Count(m.Data, m.Data[:1]), "a message is mixed")
				}
				_ = c.Write(context.Background(), m.Type, m.Data)
			},
			OnClose: func(c *ws.Conn, err *ws.CloseError) {
				closed.Add(1)
				assert.NotNil(t, err)
				assert.Error(t, c.Write(context.Background(), ws.Text, nil))
			},
		})
		w := newWitness(t, addr)
		var all sync.WaitGroup
		for i := range byte(peers) {
			all.Go(func() {
				for j := range byte(each) {
					received, err := wildPeer(addr, newDice(i, j))
					if !assert.NoError(t, err) {
						return
					}
					if head, frames, ok := bytes.Cut(received, []byte("\r\n\r\n")); ok && bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
						legalDeflated(t, frames)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() {
			all.Wait()
			close(done)
		}()
		for over := false; !over; {
			w.check()
			select {
			case <-done:
				over = true
			default:
			}
		}
		require.NoError(t, w.c.Close(ws.StatusNormalClosure, ""))
		require.Eventually(t, func() bool { return closed.Load() == opened.Load() && ended.Load() == opened.Load() }, patience, tick)
	})
}

// legalDeflated sees that what a server sent breaks no rule, and that messages
// are not mixed. It may end anywhere.
func legalDeflated(t *testing.T, octets []byte) {
	t.Helper()
	var z wstest.Decompressor
	var message []byte
	var packed bool
	for len(octets) > 0 {
		h, n, err := frame.Parse(octets)
		if !assert.NoError(t, err) || n == 0 || int64(len(octets)-n) < h.Length {
			return
		}
		payload := octets[n : n+int(h.Length)]
		octets = octets[n+int(h.Length):]
		assert.False(t, h.Masked())
		switch op := h.Opcode(); op {
		case frame.OpClose:
			assert.Empty(t, octets, "octets behind the Close frame")
			return
		case frame.OpText, frame.OpBinary, frame.OpContinuation:
			if op != frame.OpContinuation {
				assert.Empty(t, message, "a message inside a message")
				packed = h.RSV()&0x40 != 0
			}
			message = append(message, payload...)
			if !h.Fin() {
				continue
			}
			f := wstest.Binary(message)
			if packed {
				f, err = z.Decompress(f.WithRSV(0x40))
				assert.NoError(t, err)
			}
			if p := f.Payload; len(p) > 0 {
				assert.Equal(t, len(p), bytes.Count(p, p[:1]), "a message is mixed")
			}
			message = message[:0]
		default:
			assert.True(t, h.Fin())
			assert.LessOrEqual(t, len(payload), frame.MaxControlPayload)
		}
	}
}
