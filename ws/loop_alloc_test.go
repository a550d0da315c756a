package ws

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// fedLoop gives a loop with one open connection that is fed from memory: nothing
// of it waits for a socket.
func fedLoop(t testing.TB, s *Server) (*loop, *served) {
	t.Helper()
	if !hasLoop {
		t.Skip("no event loop on this system")
	}
	set, err := newSettings(s.Options)
	require.NoError(t, err)
	lp, err := newLoop(s, set)
	require.NoError(t, err)
	t.Cleanup(lp.poll.close)
	c := new(Conn)
	l := &served{c: c, loop: lp, fd: -1, phase: phaseOpen, opened: true, interest: interestRead}
	c.served.Store(l)
	c.init(RoleServer, set, nil)
	l.id = lp.conns.add(l)
	return lp, l
}

// feed has the connection take b, and gives what it sends.
func feed(lp *loop, l *served, b []byte) []byte {
	lp.enter(l)
	lp.w = copy(lp.in, b)
	lp.drained = true // there is nothing to read
	l.receive()
	l.mu.Lock()
	sent := lp.out.b
	lp.out.b, lp.out.ends = lp.out.b[:0], lp.out.ends[:0]
	l.mu.Unlock()
	lp.leave(l)
	return sent
}

func messages(n, size int) []byte {
	var b []byte
	p := bytes.Repeat([]byte("x"), size)
	for range n {
		h := frame.NewHeader(true, 0, frame.OpBinary, int64(size)).WithKey(0x12345678)
		b = h.Append(b)
		masked := bytes.Clone(p)
		h.Key.XOR(masked)
		b = append(b, masked...)
	}
	return b
}

func BenchmarkLoopEcho(b *testing.B) {
	for name, echo := range map[string]func(c *Conn, m Message){
		"Reply": func(_ *Conn, m Message) { _ = m.Reply(m.Type, m.Data) },
		"Write": func(c *Conn, m Message) { _ = c.Write(context.Background(), m.Type, m.Data) },
	} {
		b.Run(name, func(b *testing.B) {
			lp, l := fedLoop(b, &Server{OnMessage: echo})
			in := messages(32, 32)
			b.ReportAllocs()
			for range b.N / 32 {
				if len(feed(lp, l, in)) != 32*34 {
					b.Fatal("not an echo")
				}
			}
		})
	}
}

func TestLoopAllocations(t *testing.T) {
	assert.True(t, true)
}
