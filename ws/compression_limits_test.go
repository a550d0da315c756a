package ws

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// The greatest limit there is: what the peer sends must not meet an overflow.
func TestW2_TheGreatestLimits(t *testing.T) {
	near, far := loopback(t)
	c := compressedOver(t, near, RoleServer, noTakeover, &Options{
		MaxMessage: math.MaxInt64, MaxFrame: math.MaxInt64, MaxFragments: math.MaxInt, Compression: &Compression{MaxRatio: math.MaxInt},
	})
	p := newPacker(t)
	wire := append(fromClient(false, true, frame.OpText, p.piece("hel", false)), fromClient(true, false, frame.OpContinuation, p.piece("lo", true))...)
	_, err := far.Write(wire)
	require.NoError(t, err)
	_, got, err := c.Read(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "hello", string(got))
}

// A message within the limit passes also when its sender flushes all the time,
// which makes it longer on the wire than it is.
func TestW2_FlushedFragmentsPass(t *testing.T) {
	text := corpus(10, 3)[2]
	for len(text) < 8<<10 {
		text = append(text, text...)
	}
	text = text[:8<<10]
	for _, level := range []int{0, 1} {
		server, client := compressedPair(t, noTakeover, &Options{Compression: &Compression{Level: level}}, &Options{MaxMessage: int64(len(text))})
		done := make(chan error, 1)
		go func() {
			w, err := server.Writer(context.Background(), Text)
			for b := text; err == nil && len(b) > 0; b = b[4:] {
				_, _ = w.Write(b[:4])
				err = w.Flush()
			}
			if err == nil {
				err = w.Close()
			}
			done <- err
		}()
		_, got, err := client.Read(t.Context())
		require.NoError(t, err, "level %d", level)
		assert.Equal(t, string(text), string(got))
		require.NoError(t, <-done)
	}
}
