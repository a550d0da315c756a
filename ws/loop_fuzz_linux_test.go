package ws

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// stepLoop is an event loop without a goroutine: it takes a step when the test
// says so. Its connections are pairs of sockets, so nothing is left to chance.
type stepLoop struct {
	lp    *loop
	heard strings.Builder // by the callbacks
}

// maxOfStep is the limit on messages in these tests.
const maxOfStep = 4000

// theStepLoop is used for all inputs: making one takes longer than most of them.
var theStepLoop = sync.OnceValue(func() *stepLoop {
	s := new(stepLoop)
	server := &Server{
		Options: &Options{
			MaxMessage: maxOfStep, MaxControlRate: -1, QueueMessages: 4,
			Compression: &Compression{Threshold: -1, ServerContextTakeover: true, ClientContextTakeover: true},
		},
		OnMessage: func(_ *Conn, m Message) {
			fmt.Fprintf(&s.heard, "%v %q\n", m.Type, m.Data)
			if err := m.Reply(m.Type, m.Data); err != nil {
				fmt.Fprintf(&s.heard, "reply: %v\n", err)
			}
		},
		OnClose: func(_ *Conn, err *CloseError) { fmt.Fprintln(&s.heard, err) },
	}
	set, err := newSettings(server.Options)
	if err == nil {
		s.lp, err = newLoop(server, set)
	}
	if err != nil {
		panic(err)
	}
	return s
})

// step lets the loop work until there is nothing to do.
func (s *stepLoop) step(t *testing.T) {
	t.Helper()
	for range 1000 {
		found := s.lp.poll.poll()
		s.lp.serveReady()
		if s.lp.hasPosts.Load() {
			s.lp.takePosts()
			continue
		}
		if !found {
			return
		}
	}
	t.Fatal("the loop does not come to rest")
}

// converse sends octets to a new connection, the n-th piece as long as cut(n)
// says, reads what comes back after each piece, or only at the end if lazy, and
// gives what the callbacks heard and what was read.
func (s *stepLoop) converse(t *testing.T, octets []byte, cut func(n int) int, lazy bool) (heard string, got []byte) {
	t.Helper()
	s.heard.Reset()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	near := pair[1]
	defer syscall.Close(near)
	if lazy {
		require.NoError(t, syscall.SetsockoptInt(pair[0], syscall.SOL_SOCKET, syscall.SO_SNDBUF, 1))
	}
	require.True(t, s.lp.server.came(0))
	s.lp.begin(arrival{fd: socket(pair[0])})
	open := true
	read := func() {
		for open {
			b := make([]byte, 4096)
			n, err := syscall.Read(near, b)
			if err == syscall.EAGAIN {
				return
			}
			open = err == nil && n > 0
			got = append(got, b[:max(n, 0)]...)
			s.step(t)
		}
	}
	for n := 0; len(octets) > 0; n++ {
		k, err := syscall.Write(near, octets[:min(cut(n), len(octets))])
		switch {
		case err == syscall.EAGAIN:
			read() // both ends are full
		case err != nil:
			octets = nil // the loop has closed it
		default:
			octets = octets[k:]
		}
		s.step(t)
		if !lazy {
			read()
		}
	}
	read()
	_ = syscall.Shutdown(near, syscall.SHUT_WR)
	s.step(t)
	read()
	assert.Zero(t, s.lp.conns.count, "the loop has closed it")
	// The system may still be busy with that: the runtime's own poller looks at
	// the socket, too.
	for open {
		runtime.Gosched()
		read()
	}
	return s.heard.String(), got
}

// alone gives what the callbacks should hear, and what should be sent behind the
// handshake: what Receiver and Sender make of the octets at once.
func alone(octets []byte) (heard string, sent []byte) {
	set := theStepLoop().lp.set
	r, s := protocol.NewReceiver(set.rules(RoleServer)), protocol.NewSender(RoleServer, false)
	octets = bytes.Clone(octets)
	var message []byte
	var op frame.Opcode
	for {
		ev, n, err := r.Next(octets)
		octets = octets[n:]
		switch {
		case err != nil:
			return heard + fmt.Sprintln(failingWith(err)), s.Fail(sent, err)
		case ev.Kind == protocol.KindNone:
			return heard + fmt.Sprintln(&CloseError{Code: StatusAbnormalClosure, Err: ErrNoClose}), sent
		case ev.Kind == protocol.KindData:
			if ev.Flags&protocol.First != 0 {
				op = ev.Op
			}
			if message = append(message, ev.Payload...); ev.Flags&protocol.Fin == 0 {
				continue
			}
			heard += fmt.Sprintf("%v %q\n", MessageType(op), message)
			sent, _ = s.AppendFrame(sent, op, protocol.Fin, message)
			message = message[:0]
		case ev.Kind == protocol.KindPing:
			sent, _ = s.Answer(sent, ev)
		case ev.Kind == protocol.KindClose:
			sent, _ = s.Answer(sent, ev)
			return heard + fmt.Sprintln(closingWith(ev, false)), sent
		}
	}
}

// withoutPongs leaves the Pongs out of what a server sent: of those that nobody
// takes, only the latest is sent.
func withoutPongs(t *testing.T, octets []byte) (rest []byte) {
	t.Helper()
	for len(octets) > 0 {
		h, n, err := frame.Parse(octets)
		require.NoError(t, err)
		require.Positive(t, n)
		end := n + int(h.Length)
		require.LessOrEqual(t, end, len(octets), "half a frame")
		if h.Opcode() != frame.OpPong {
			rest = append(rest, octets[:end]...)
		}
		octets = octets[end:]
	}
	return rest
}

// FuzzLoop feeds octets of anybody to a connection of an event loop, behind the
// opening handshake and cut anywhere. The callbacks hear, and the peer gets, what
// Receiver and Sender alone make of them, or with compression what the loop makes
// of them at once.
func FuzzLoop(f *testing.F) {
	text := strings.Repeat("Grüße, 世界! ", 60)
	plain := fromClient(true, false, frame.OpText, []byte("Hello"))
	plain = append(plain, fromClient(false, false, frame.OpText, []byte(text[:501]))...)
	plain = append(plain, fromClient(true, false, frame.OpPing, []byte("between"))...)
	plain = append(plain, fromClient(true, false, frame.OpContinuation, []byte(text[501:]))...)
	plain = append(plain, fromClient(true, false, frame.OpBinary, make([]byte, maxOfStep))...)
	closing := append(bytes.Clone(plain), fromClient(true, false, frame.OpClose, []byte("\x03\xe8bye"))...)
	f.Add(plain, []byte{}, byte(0))
	f.Add(closing, []byte{0, 1, 2, 3, 100, 255}, byte(1))
	f.Add(bytes.Repeat(plain, 10), []byte{255}, byte(1))
	f.Add(append(bytes.Clone(plain), fromClient(true, false, frame.OpText, []byte("ok\xff"))...), []byte{0}, byte(0))
	f.Add(fromClient(true, false, frame.OpBinary, make([]byte, maxOfStep+1)), []byte{7}, byte(0))
	f.Add(append(fromClient(true, true, frame.OpText, []byte{0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), closing...), []byte{3, 200}, byte(2))
	f.Add(append(fromClient(false, true, frame.OpBinary, []byte{0xf2, 0x48}), fromClient(true, false, frame.OpContinuation, []byte{0xcd, 0xc9, 0xff})...), []byte{0}, byte(3))
	request := "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	f.Fuzz(func(t *testing.T, octets, cuts []byte, bits byte) {
		if len(octets) > 64<<10 {
			return
		}
		lazy, deflate := bits&1 != 0, bits&2 != 0
		head := request + "\r\n"
		if deflate {
			head = request + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
		}
		all := append([]byte(head), octets...)
		at := func(n int) int {
			if len(cuts) == 0 {
				return len(all)
			}
			k := int(cuts[n%len(cuts)])
			return 1 + k*k/8
		}
		s := theStepLoop()
		heard, got := s.converse(t, all, at, lazy)
		answer, sent, ok := bytes.Cut(got, []byte("\r\n\r\n"))
		require.True(t, ok, "%q", got)
		require.True(t, bytes.HasPrefix(answer, []byte("HTTP/1.1 101 ")), "%q", answer)

		wantHeard, wantSent := alone(octets)
		if deflate {
			var all2 []byte
			wantHeard, all2 = s.converse(t, all, func(int) int { return len(all) }, false)
			_, wantSent, _ = bytes.Cut(all2, []byte("\r\n\r\n"))
		}
		if lazy {
			sent, wantSent = withoutPongs(t, sent), withoutPongs(t, wantSent)
		}
		require.Equal(t, wantHeard, heard)
		require.Equal(t, string(wantSent), string(sent))
	})
}
