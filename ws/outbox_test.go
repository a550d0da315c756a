package ws

import (
	"context"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// A Ping that comes while the flushing goroutine is in the middle of a write
// is answered when that is done.
func TestPingDuringFlush(t *testing.T) {
	var seen sync.Map
	o := &Options{}
	o.Hooks.Trace = func(c *Conn, d Direction, _ []byte) {
		if _, again := seen.LoadOrStore(c, true); d == Sent && !again {
			c.out.mu.Lock()
			c.out.pong, c.out.pongDue = []byte("late"), true
			c.out.mu.Unlock()
			c.kick()
		}
	}
	against(t, o, func(t *testing.T, c *Conn, p *rawPeer) {
		require.NoError(t, c.TryWrite(Binary, make([]byte, 2*bufferSize)))
		length := 0
		for {
			ev, err := p.next()
			require.NoError(t, err)
			if ev.Kind == protocol.KindPong {
				assert.Equal(t, "late", string(ev.Payload))
				break
			}
			require.Equal(t, protocol.KindData, ev.Kind)
			length += len(ev.Payload)
		}
		assert.Equal(t, 2*bufferSize, length)
	})
}

// What was queued goes out before a later Write, in order, and many small
// messages in few writes.
func TestQueueKeepsOrder(t *testing.T) {
	against(t, &Options{QueueMessages: 1000}, func(t *testing.T, c *Conn, p *rawPeer) {
		w, err := c.Writer(t.Context(), Text) // holds the queue back
		require.NoError(t, err)
		_, err = w.Write([]byte("fir"))
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		for i := range 100 {
			require.NoError(t, c.TryWrite(Binary, []byte{byte(i)}))
		}
		messages, octets := c.Buffered()
		assert.Equal(t, []int{100, 100}, []int{messages, octets})
		done := make(chan error, 1)
		go func() { done <- c.Write(t.Context(), Text, []byte("last")) }()
		_, err = w.Write([]byte("st"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		next := func() string {
			ev, err := p.next()
			require.NoError(t, err)
			require.Equal(t, protocol.KindData, ev.Kind)
			return string(ev.Payload)
		}
		require.Equal(t, "first", next()+next())
		for i := range 100 {
			require.Equal(t, string(rune(i)), next())
		}
		require.Equal(t, "last", next())
		require.NoError(t, <-done)
	})
}

// A control frame goes between the fragments of a message, a queued message
// does not.
//
//req:test RFC6455-5.4-01
func TestControlFramesBetweenFragments(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		w, err := c.Writer(t.Context(), Text)
		require.NoError(t, err)
		_, err = w.Write([]byte("one"))
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		require.NoError(t, c.TryWrite(Text, []byte("queued")))
		b, err := p.send.AppendFrame(nil, frame.OpPing, protocol.Fin, []byte("p"))
		require.NoError(t, err)
		_, err = p.Write(b)
		require.NoError(t, err)
		c.Discard()
		want := func(kind protocol.Kind, payload string) {
			t.Helper()
			ev, err := p.next()
			require.NoError(t, err)
			require.Equal(t, kind, ev.Kind)
			require.Equal(t, payload, string(ev.Payload))
		}
		want(protocol.KindData, "one")
		want(protocol.KindPong, "p")
		_, err = w.Write([]byte("two"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		want(protocol.KindData, "two")
		want(protocol.KindData, "queued")
	})
}

// What is being written counts as queued until it is: a peer that takes
// nothing holds one queue and not a second one.
func TestW17_StuckMessageCounts(t *testing.T) {
	a, _ := net.Pipe() // nobody reads
	c := connOver(t, a, RoleServer, &Options{QueueMessages: 1})
	require.NoError(t, c.TryWrite(Text, []byte("stuck")))
	require.Eventually(t, func() bool {
		c.out.mu.Lock()
		defer c.out.mu.Unlock()
		return len(c.out.queue) == 0 // taken, and in the write
	}, 5*time.Second, time.Millisecond)
	require.ErrorIs(t, c.TryWrite(Text, nil), ErrBackpressure)
	messages, octets := c.Buffered()
	assert.Equal(t, []int{1, 5}, []int{messages, octets})
}

// inLine tells how many calls wait to write a message.
func (c *Conn) inLine() (n int) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	for k := c.out.calls.first; k != nil; k = k.next {
		n++
	}
	return n
}

// Whoever waits to write a message and gives up just when its turn comes lets
// the queue go instead: nobody else is there to do it.
func TestQueueGoesWhenACallGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := wstest.Pipe()
		c, err := NewConn(near, RoleServer, Agreement{}, &Options{PingInterval: -1})
		require.NoError(t, err)
		require.True(t, c.out.tryTake())
		ctx, cancel := context.WithCancel(t.Context())
		f := c.message(Text, []byte("given up"))
		k := c.standInLine(ctx, turnMessage, &f)
		c.free()
		cancel()
		require.NoError(t, c.TryWrite(Text, []byte("queued")))
		synctest.Wait()
		require.Zero(t, far.Unread())

		require.True(t, c.await(k))
		c.lead(k)
		require.ErrorIs(t, k.err, context.Canceled)
		synctest.Wait()
		messages, _ := c.Buffered()
		assert.Zero(t, messages)
		assert.Equal(t, 2+len("queued"), far.Unread())

		require.NoError(t, far.Close())
		require.NoError(t, c.CloseNow())
	})
}
