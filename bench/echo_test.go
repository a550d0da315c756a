package bench

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/handshake"
)

var echoLengths = []int{32, 1 << 10, 16 << 10, 1 << 20}

// warmUp is how many messages pay for buffers before the time is taken.
const warmUp = 3

// Each driver sends back what it gets, message by message, on a connection in
// memory and over TCP.
func TestDrivers(t *testing.T) {
	var messages []wsMessage
	for _, n := range append([]int{0, 1, 125, 126, 65535, 65536}, echoLengths...) {
		messages = append(messages, wsMessage{octets: newGenerator("echo").random(n)})
	}
	sent, want := record(messages, off, true), record(messages, off, false)
	for _, d := range drivers {
		if d.open != nil {
			t.Run("memory/"+d.name, func(t *testing.T) {
				w := &wire{head: off.request()}
				echo, err := d.open(w)
				require.NoError(t, err)
				var h handshake.Head
				n, err := handshake.ParseResponse(w.answer, &h)
				require.NoError(t, err)
				w.rec, w.left = sent.octets, len(sent.octets)
				_ = echo() // its error says that the connection is over
				got := w.answer[n:]
				require.GreaterOrEqual(t, len(got), len(want.octets)) // a Close may follow
				assert.True(t, bytes.Equal(want.octets, got[:len(want.octets)]))
			})
		}
		t.Run("tcp/"+d.name, func(t *testing.T) {
			nc, stop, err := served(d)
			require.NoError(t, err)
			defer stop()
			from, to := 0, 0
			for i := range messages {
				got := make([]byte, want.ends[i]-to)
				require.NoError(t, roundTrip(nc, sent.octets[from:sent.ends[i]], got))
				require.True(t, bytes.Equal(want.octets[to:want.ends[i]], got), "message %d", i)
				from, to = sent.ends[i], want.ends[i]
			}
		})
	}
}

// BenchmarkEcho is a binary message that a driver takes and sends back. In
// memory each read gives one frame ("memory"), or as many as there is room for
// ("memory-pipelined"). Over TCP one message is under way, and the client's side
// is in the figures, the same for all; "tcp-alone" knows no WebSocket but how
// long a message is.
func BenchmarkEcho(b *testing.B) {
	for _, n := range echoLengths {
		for _, d := range drivers {
			if d.open != nil {
				b.Run(fmt.Sprintf("memory/%d/%s", n, d.name), func(b *testing.B) { echoInMemory(b, d, n, true) })
			}
		}
	}
	for _, n := range echoLengths[:2] {
		for _, d := range drivers {
			if d.open != nil {
				b.Run(fmt.Sprintf("memory-pipelined/%d/%s", n, d.name), func(b *testing.B) { echoInMemory(b, d, n, false) })
			}
		}
	}
	for _, n := range echoLengths {
		frame := oneFrame(n)
		b.Run(fmt.Sprintf("tcp/%d/tcp-alone", n), func(b *testing.B) {
			echoOverTCP(b, tcpAlone(len(frame)), n, frame, len(frame))
		})
		for _, d := range drivers {
			b.Run(fmt.Sprintf("tcp/%d/%s", n, d.name), func(b *testing.B) {
				echoOverTCP(b, d, n, frame, len(frame)-len(aMask))
			})
		}
	}
}

// oneFrame is a client's frame with n octets of payload.
func oneFrame(n int) []byte {
	return record([]wsMessage{{octets: newGenerator("echo").random(n)}}, off, true).octets
}
