package ws_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// allocated gives the octets that were allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// What a header declares costs nothing until it comes: no more is allocated than
// twice what was received, and what the buffers of the driver take.
func TestW3_DeclaredLengthOverTCP(t *testing.T) {
	const declared = 256 << 20
	var taken atomic.Int64
	o := &ws.Options{MaxMessage: declared, Hooks: ws.Hooks{Trace: func(_ *ws.Conn, d ws.Direction, octets []byte) {
		if d == ws.Received {
			taken.Add(int64(len(octets)))
		}
	}}}
	each(t, allDrivers, o, func(t *testing.T, s *service) {
		for _, received := range []int{0, 10, 100 << 10, 1 << 20} {
			for _, fragments := range []bool{false, true} {
				peer := s.dial(t, requestText("/"))
				head := wstest.Binary(nil).Length64().Declare(declared).First(14)
				body := wstest.Octets(make([]byte, received)...)
				if fragments {
					first := wstest.Binary(make([]byte, 10)).More()
					head.Op = frame.OpContinuation
					head = head.Declare(declared - 10)
					peer.Send(first)
				}
				taken.Store(0)
				before := allocated()
				peer.Send(head)
				peer.Send(body)
				require.Eventually(t, func() bool { return taken.Load() >= int64(14+received) }, 20*time.Second, time.Millisecond)
				grew := allocated() - before
				// The peer of this test copies the body, and encodes it once.
				assert.LessOrEqual(t, grew, uint64(4*received+3*received+256<<10), "%d octets received", received)
				peer.Hangup()
				_ = soon(t, s.ended)
			}
		}
	})
}

// 16 MiB of zeros in less than 20 KB, however they are cut, end the connection
// with 1009 and take less memory than four times the limit.
//
//req:test RFC6455-10.4-01
func TestW2_BombOverTCP(t *testing.T) {
	const limit = 64 << 10
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // it empties the pools
	bomb := wstest.Binary(make([]byte, 16<<20)).Compressed()
	require.Less(t, len(bomb.Payload), 20_000)
	before := wstest.Binary(bytes.Repeat([]byte("before. "), 8000)) // the pools are not empty
	for name, c := range map[string]ws.Compression{
		"no takeover": {},
		"takeover":    {ServerContextTakeover: true, ClientContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, allDrivers, &ws.Options{MaxMessage: limit, Compression: &c}, func(t *testing.T, s *service) {
				for _, cuts := range [][]int{nil, {1}, slices.Repeat([]int{8}, 300)} {
					peer := s.dial(t, requestText("/", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"))
					peer.Send(before.Compressed())
					peer.ExpectCompressed(before)
					octets := together(bomb.Cut(cuts...))
					from := allocated()
					peer.Send(octets)
					peer.ExpectClose(frame.CloseTooBig)
					peer.ExpectEOF()
					grew := allocated() - from
					peer.Hangup()
					require.ErrorIs(t, soon(t, s.ended), frame.ErrMessageTooBig)
					if !ws.Raced {
						assert.Less(t, grew, uint64(4*limit), "cut at %v", cuts)
					}
				}
			})
		})
	}
}

// together gives very many frames of a client as one step.
func together(frames []wstest.Frame) wstest.Frame {
	var octets []byte
	for i, f := range frames {
		octets = f.Append(octets, ws.RoleClient, frame.Key(i))
	}
	return wstest.Octets(octets...)
}

// Fragments are counted, empty ones too, and a message of as many as are allowed
// passes.
func TestW4_FragmentsOverTCP(t *testing.T) {
	const most = 5000
	each(t, allDrivers, &ws.Options{MaxFragments: most}, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		text := wstest.Text(strings.Repeat("a", most))
		peer.Send(together(text.Cut(slices.Repeat([]int{1}, most-1)...)))
		peer.ExpectMessage(text)
		empty := slices.Repeat([]wstest.Frame{wstest.Continuation("").More()}, most)
		peer.Send(wstest.Text("").More(), together(empty))
		peer.ExpectClose(frame.ClosePolicyViolation)
		peer.Hangup()
		require.ErrorIs(t, soon(t, s.ended), frame.ErrTooManyFragments)
	})
}

// A burst of Pings gets a Pong each, in order.
//
//req:test RFC6455-5.5.2-02 RFC6455-5.5.2-03
func TestPongForEachPingOverTCP(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		var pings, pongs []wstest.Frame
		for i := range 900 {
			p := strings.Repeat("p", i%126)
			pings, pongs = append(pings, wstest.Ping(p)), append(pongs, wstest.Pong(p))
		}
		peer.Send(append(pings, wstest.Text("after"))...)
		peer.Expect(append(pongs, wstest.Text("after"))...)
	})
}

// Control frames above the rate end the connection with 1008.
func TestW4_ControlFloodOverTCP(t *testing.T) {
	each(t, allDrivers, &ws.Options{MaxControlRate: 100}, func(t *testing.T, s *service) {
		for _, f := range []wstest.Frame{wstest.Ping("x"), wstest.Pong("x")} {
			peer := s.dial(t, requestText("/"))
			// Many seconds' worth of them.
			peer.Send(together(slices.Repeat([]wstest.Frame{f}, 5000)))
			for f.Op = frame.OpPong; f.Op == frame.OpPong; f = peer.Next() {
				continue
			}
			assert.Equal(t, frame.ClosePolicyViolation, f.CloseCode())
			peer.Hangup()
			require.ErrorIs(t, soon(t, s.ended), frame.ErrControlFlood)
		}
	})
}

// Once the socket takes no more Pongs, reading goes on and one Pong is kept: the
// peer's flood of Pings is not answered by memory.
//
//req:test RFC6455-5.5.3-02
func TestW4_PongsThatNobodyTakesOverTCP(t *testing.T) {
	const pings = 200_000 // 25 MB of Pongs, more than sockets hold
	each(t, allDrivers, &ws.Options{MaxControlRate: -1}, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		payload := make([]byte, 120)
		var octets []byte
		for i := range uint32(pings) {
			binary.BigEndian.PutUint32(payload, i)
			octets = wstest.Ping(string(payload)).Append(octets, ws.RoleClient, frame.Key(i))
		}
		octets = wstest.Text("after").Append(octets, ws.RoleClient, 1)
		peer.Send(wstest.Octets(octets...)) // which only ends when nearly all are read
		last, count := -1, 0
		f := peer.Next()
		for ; f.Op == frame.OpPong; f = peer.Next() {
			i := int(binary.BigEndian.Uint32(f.Payload))
			require.Greater(t, i, last)
			last = i
			count++
		}
		assert.Less(t, count, pings, "nobody took them, so most were dropped")
		assert.Equal(t, "after", string(f.Payload))
		if last != pings-1 {
			f = peer.Next() // a Pong may stand behind what was queued
			assert.Equal(t, frame.OpPong, f.Op)
			assert.Equal(t, pings-1, int(binary.BigEndian.Uint32(f.Payload)), "the latest Ping")
		}
	})
}
