package ws

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/protocol"
)

// Frames that are held back go out in one write, and before whatever is written
// in any other way.
func TestHeldFramesGoFirst(t *testing.T) {
	for name, then := range map[string]func(c *Conn) (want string){
		"writeHeld": func(c *Conn) string {
			assert.NoError(t, c.writeHeld(t.Context()))
			return "one two"
		},
		"kick": func(c *Conn) string {
			c.kick()
			return "one two"
		},
		"Write": func(c *Conn) string {
			assert.NoError(t, c.Write(t.Context(), Text, []byte("write")))
			return "one two write"
		},
		"TryWrite": func(c *Conn) string {
			assert.NoError(t, c.TryWrite(Text, []byte("try")))
			return "one two try"
		},
		"Writer": func(c *Conn) string {
			w, err := c.Writer(t.Context(), Text)
			assert.NoError(t, err)
			_, err = w.Write([]byte("writer"))
			assert.NoError(t, err)
			assert.NoError(t, w.Close())
			return "one two writer"
		},
		"Ping": func(c *Conn) string {
			assert.NoError(t, c.answerNow())
			return "one two between"
		},
		"Pong": func(c *Conn) string {
			c.answerPing(protocol.Event{Kind: protocol.KindPing, Payload: []byte("pong")})
			return "one two pong"
		},
	} {
		t.Run(name, func(t *testing.T) {
			against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
				for _, m := range []string{"one", "two"} {
					ok, err := c.hold(Text, []byte(m))
					require.NoError(t, err)
					require.True(t, ok)
				}
				done := make(chan string, 1)
				go func() { done <- then(c) }()
				want := <-done
				for m := range strings.SplitSeq(want, " ") {
					ev, err := p.next()
					require.NoError(t, err)
					require.Equal(t, m, string(ev.Payload))
				}
				assert.NoError(t, c.writeHeld(t.Context()), "there is nothing more")
			})
		})
	}
}

// What can't be held back is not: behind somebody who writes, while a message in
// fragments is open, and when the room is used up.
func TestNotHeld(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, _ *rawPeer) {
		hold := func(size int) bool {
			ok, err := c.hold(Binary, make([]byte, size))
			require.NoError(t, err)
			return ok
		}
		require.True(t, c.out.tryTake())
		assert.False(t, hold(1))
		c.free()
		assert.False(t, hold(bufferSize))
		assert.Nil(t, c.out.held.buf)
		assert.True(t, hold(bufferSize/2))
		assert.False(t, hold(bufferSize/2))
		require.NoError(t, c.writeHeld(t.Context()))
		w, err := c.Writer(t.Context(), Text)
		require.NoError(t, err)
		assert.False(t, hold(1))
		require.NoError(t, w.Close())
		assert.True(t, hold(1))
		require.NoError(t, c.CloseNow())
		_, err = c.hold(Binary, nil)
		require.ErrorIs(t, err, ErrClosedNow)
		require.ErrorIs(t, c.writeHeld(t.Context()), ErrClosedNow)
	})
}

// When the context of writeHeld ends before anything went out, what is held goes
// out all the same.
func TestHeldFramesAreNotGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		c := connOver(t, g, RoleServer, &Options{PingInterval: -1})
		ok, err := c.hold(Text, []byte("held"))
		require.NoError(t, err)
		require.True(t, ok)
		g.change(func() { g.shut = true })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.writeHeld(ctx) }()
		<-g.waiting
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		synctest.Wait()
		require.Empty(t, g.octets)
		g.change(func() { g.shut = false })
		synctest.Wait()
		assert.Equal(t, "\x81\x04held", string(g.octets))
		require.NoError(t, c.CloseNow())
	})
}
