package ws

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// fedLoop is an open connection of a loop that is fed from memory: it has no socket,
// and nothing runs but the test.
type fedLoop struct {
	lp   *loop
	l    *served
	sent []byte
}

func feedLoop(t testing.TB, d *handshake.DeflateParams, s *Server) *fedLoop {
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
	l := &served{c: c, loop: lp, fd: -1, phase: phaseOpen, opened: true, due: never, asked: never}
	c.served.Store(l)
	c.init(RoleServer, set, d)
	l.id = lp.conns.add(l)
	return &fedLoop{lp: lp, l: l}
}

// take has the loop take b as if it had come in one read.
func (f *fedLoop) take(b []byte) {
	lp, l := f.lp, f.l
	lp.enter(l)
	if l.seldom != nil && l.seldom.rest != nil {
		lp.kept = l.seldom
		for lp.kept != nil { // less than a frame, so it fits
			lp.nextKept()
		}
	}
	l.mu.Unlock()
	lp.w += copy(lp.in[lp.w:], b)
	for !lp.guard(l, (*served).receive) {
		continue
	}
	// The socket takes everything.
	l.mu.Lock()
	f.sent = append(f.sent, lp.out.b...)
	lp.out.b, lp.out.ends = lp.out.b[:0], lp.out.ends[:0]
	l.mu.Unlock()
	lp.leave(l)
}

// clientMessages gives n binary messages of size octets as a client sends them.
func clientMessages(n, size int) []byte {
	var b []byte
	for range n {
		b = append(b, fromClient(true, false, frame.OpBinary, bytes.Repeat([]byte("x"), size))...)
	}
	return b
}

// heard writes down what the callbacks of a Server hear.
type heard struct{ strings.Builder }

func (h *heard) server(o *Options) *Server {
	return &Server{
		Options: o,
		OnMessage: func(_ *Conn, m Message) {
			fmt.Fprintf(h, "%v %q\n", m.Type, m.Data)
			if err := m.Reply(m.Type, m.Data); err != nil {
				fmt.Fprintf(h, "reply: %v\n", err)
			}
		},
		OnClose: func(_ *Conn, err *CloseError) { fmt.Fprintf(h, "%v\n", err) },
	}
}

// Wherever the octets are cut, the callbacks hear the same and the peer gets the
// same.
func TestLoopCuts(t *testing.T) {
	text := strings.Repeat("Grüße, 世界! ", 100)
	plain := slices.Concat(
		fromClient(true, false, frame.OpText, []byte("Hello")),
		fromClient(true, false, frame.OpBinary, nil),
		fromClient(false, false, frame.OpText, []byte(text[:700])),
		fromClient(true, false, frame.OpPing, []byte("in between")),
		fromClient(false, false, frame.OpContinuation, nil),
		fromClient(true, false, frame.OpPong, nil),
		fromClient(true, false, frame.OpContinuation, []byte(text[700:])),
		fromClient(true, false, frame.OpBinary, []byte(text)),
	)
	z := newPacker(t)
	packed := slices.Concat(
		fromClient(true, true, frame.OpText, z.piece(text, true)),
		fromClient(false, true, frame.OpBinary, z.piece("in two ", false)),
		fromClient(true, false, frame.OpPing, []byte("in between")),
		fromClient(true, false, frame.OpContinuation, z.piece("fragments", true)),
		fromClient(true, false, frame.OpText, []byte("plain")),
		fromClient(true, true, frame.OpText, z.piece(text[:50], true)),
	)
	closed := fromClient(true, false, frame.OpClose, []byte("\x03\xe8bye"))
	deflate := &handshake.DeflateParams{ServerNoContextTakeover: true}
	for name, c := range map[string]struct {
		deflate *handshake.DeflateParams
		octets  []byte
		end     string
	}{
		"plain":       {nil, append(bytes.Clone(plain), closed...), "closed by the peer: 1000"},
		"compressed":  {deflate, append(bytes.Clone(packed), closed...), "closed by the peer: 1000"},
		"not UTF-8":   {nil, append(bytes.Clone(plain), fromClient(true, false, frame.OpText, []byte("abc\xff"))...), "not UTF-8"},
		"not deflate": {deflate, append(bytes.Clone(packed), fromClient(true, true, frame.OpText, []byte("\xff\xff"))...), "does not inflate"},
		"unmasked":    {nil, append(bytes.Clone(plain), 0x81, 0x01, 'x'), "not masked"},
		"too big":     {nil, append(bytes.Clone(plain), fromClient(true, false, frame.OpText, make([]byte, 5000))...), "too big"},
	} {
		t.Run(name, func(t *testing.T) {
			run := func(cut func(rest int) int) (string, string) {
				var h heard
				o := &Options{MaxMessage: 4000, Compression: &Compression{ClientContextTakeover: true}}
				f := feedLoop(t, c.deflate, h.server(o))
				for b := bytes.Clone(c.octets); len(b) > 0 && f.l.phase == phaseOpen; {
					n := cut(len(b))
					f.take(b[:n])
					b = b[n:]
				}
				return h.String(), string(f.sent)
			}
			wantHeard, wantSent := run(func(rest int) int { return rest })
			require.Contains(t, wantHeard, c.end)
			check := func(cut func(rest int) int) {
				t.Helper()
				gotHeard, gotSent := run(cut)
				require.Equal(t, wantHeard, gotHeard)
				require.Equal(t, wantSent, gotSent)
			}
			check(func(int) int { return 1 })
			step := 7
			if testing.Short() {
				step = 101
			}
			for at := 1; at < len(c.octets); at += step {
				first := true
				check(func(rest int) int {
					if first {
						first = false
						return at
					}
					return rest
				})
			}
			r := rand.NewChaCha8([32]byte{})
			for range 50 {
				check(func(rest int) int { return 1 + int(r.Uint64()%uint64(min(rest, 300))) })
			}
		})
	}
}

// A callback that panics ends its connection with 1011; nothing that comes
// behind is handed out.
func TestLoopPanic(t *testing.T) {
	var logs bytes.Buffer
	calls := 0
	var ended *CloseError
	f := feedLoop(t, nil, &Server{
		Options: &Options{Logger: slog.New(slog.NewTextHandler(&logs, nil))},
		OnMessage: func(c *Conn, m Message) {
			calls++
			_ = c.Write(context.Background(), m.Type, m.Data)
			panic("out of order")
		},
		OnClose: func(_ *Conn, err *CloseError) { ended = err },
	})
	f.take(clientMessages(3, 1))
	assert.Equal(t, 1, calls)
	assert.Equal(t, "\x82\x01x\x88\x02\x03\xf3", string(f.sent), "what was sent before, and Close with 1011")
	assert.Contains(t, logs.String(), "websocket callback panicked")
	assert.Contains(t, logs.String(), "out of order")
	f.take(fromClient(true, false, frame.OpClose, []byte("\x03\xf3")))
	require.NotNil(t, ended)
	assert.Equal(t, &CloseError{Code: StatusInternalError}, ended)
}
