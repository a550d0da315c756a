package ws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// gate is a transport that takes whole writes, and while it is shut nothing:
// then a write waits for its deadline, and its context can end just there.
type gate struct {
	changed  sync.Cond
	octets   []byte
	shut     bool
	closed   bool
	deadline time.Time
	waiting  chan struct{} // gets a value for each write that begins to wait
}

func newGate() *gate {
	return &gate{changed: sync.Cond{L: new(sync.Mutex)}, waiting: make(chan struct{}, 1)}
}

func (g *gate) Write(p []byte) (int, error) {
	g.changed.L.Lock()
	defer g.changed.L.Unlock()
	for {
		switch {
		case g.closed:
			return 0, net.ErrClosed
		case !g.deadline.IsZero() && !time.Now().Before(g.deadline):
			return 0, os.ErrDeadlineExceeded
		case !g.shut:
			g.octets = append(g.octets, p...)
			return len(p), nil
		}
		select {
		case g.waiting <- struct{}{}:
		default:
		}
		g.changed.Wait()
	}
}

func (g *gate) Read([]byte) (int, error) {
	g.changed.L.Lock()
	defer g.changed.L.Unlock()
	for !g.closed {
		g.changed.Wait()
	}
	return 0, io.EOF
}

func (g *gate) change(f func()) {
	g.changed.L.Lock()
	f()
	g.changed.L.Unlock()
	g.changed.Broadcast()
}

func (g *gate) Close() error                    { g.change(func() { g.closed = true }); return nil }
func (g *gate) LocalAddr() net.Addr             { return nil }
func (g *gate) RemoteAddr() net.Addr            { return nil }
func (g *gate) SetDeadline(t time.Time) error   { return g.SetWriteDeadline(t) }
func (g *gate) SetReadDeadline(time.Time) error { return nil }
func (g *gate) SetWriteDeadline(t time.Time) error {
	g.change(func() { g.deadline = t })
	return nil
}

// attempt begins a write that finds the gate shut and is given up there, maybe
// behind what is queued.
func (g *gate) attempt(t *testing.T, write func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- write(ctx) }()
	<-g.waiting
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}

// sentMessages inflates what was sent, with a window of exactly 1<<bits octets
// and beside that with compress/flate.
func sentMessages(t *testing.T, wire []byte, bits int, takeover bool) (all [][]byte) {
	t.Helper()
	w, u, z := deflate.NewWindow(bits), unpacker{takeover: takeover}, new(deflate.Inflater)
	var message []byte
	packed := false
	for _, f := range (&frames{octets: wire}).take(t) {
		if f.Opcode().Control() {
			continue
		}
		if f.Opcode() != frame.OpContinuation {
			message, packed = nil, f.RSV1()
		}
		message = append(message, f.payload...)
		switch {
		case !f.Fin():
			continue
		case packed:
			if !takeover {
				w.Reset()
			}
			want := u.message(t, message)
			got := make([]byte, len(want)+1)
			z.Start(bits, w)
			n, _, done, err := z.Inflate(got, message, true)
			require.NoError(t, err)
			require.True(t, done)
			require.True(t, bytes.Equal(want, got[:n]))
			message = want
		}
		all = append(all, message)
	}
	return all
}

// Messages of sizes about those of the windows and blocks, that refer back about
// as far as a window reaches, in every way to send them in turn, some given up
// when they have been compressed and nothing is sent: the peer gets those that
// were sent, with a window of just the size that was agreed on.
func TestNothingDesynchronisesTheWindows(t *testing.T) {
	for i, k := range []struct {
		bits, level          int
		takeover, windowOnly bool
	}{
		{8, 0, true, false},
		{8, 1, true, false},
		{9, 0, true, true},
		{10, 0, false, false},
		{12, 1, false, false},
		{15, 0, true, false},
		{15, 0, true, true},
		{15, 1, true, false},
		{15, 6, true, false},
		{15, 1, false, false},
	} {
		for _, role := range []Role{RoleServer, RoleClient} {
			r := rand.NewChaCha8([32]byte{byte(i), byte(role)})
			s := scramble{
				below: func(n int) int { return int(r.Uint64() % uint64(n)) },
				gate:  newGate(), window: 1 << k.bits,
			}
			s.c = compressedOver(t, s.gate, role, handshake.DeflateParams{
				ServerNoContextTakeover: !k.takeover, ClientNoContextTakeover: !k.takeover,
				ServerMaxWindowBits: k.bits, ClientMaxWindowBits: k.bits,
			}, &Options{PingInterval: -1, QueueMessages: -1, QueueBytes: -1, Compression: &Compression{
				Level: k.level, WindowOnly: k.windowOnly, Threshold: -1,
				ServerContextTakeover: true, ClientContextTakeover: true,
			}})
			for range 5 {
				m, err := NewPrepared(Binary, s.message())
				require.NoError(t, err)
				s.prepared = append(s.prepared, m)
			}
			for range 40 {
				s.send(t)
			}
			require.NoError(t, s.c.Write(t.Context(), Binary, nil)) // behind what is queued
			got := sentMessages(t, s.gate.octets, k.bits, k.takeover)
			require.Len(t, got, len(s.sent)+1)
			for j, m := range s.sent {
				require.True(t, bytes.Equal(m, got[j]), "%+v, %s: message %d", k, role, j)
			}
		}
	}
}

// scramble sends messages in all ways in turn.
type scramble struct {
	below    func(n int) int
	c        *Conn
	gate     *gate
	window   int
	past     []byte
	prepared []*Prepared
	sent     [][]byte
}

// message makes one that repeats what came before, at some distance.
func (s *scramble) message() []byte {
	w := s.window
	sizes := []int{
		0, 1, 5, 31, 100, 300, 600, w/4 - 1, w / 4, w/4 + 1, w - 1, w, w + 1, w + w/4, w + w/4 + 1,
		65534, 65535, 65536, 65537,
	}
	begin, size := len(s.past), sizes[s.below(len(sizes))]
	for len(s.past) < begin+size {
		distance := []int{1, 7, w - 1, w, w + 1, 32768, 65535, 65536}[s.below(8)]
		for range 3 + s.below(300) {
			octet := byte(s.below(256))
			if distance <= len(s.past) {
				octet = s.past[len(s.past)-distance]
			}
			s.past = append(s.past, octet)
		}
	}
	s.past = s.past[:begin+size]
	return bytes.Clone(s.past[begin:])
}

func (s *scramble) send(t *testing.T) {
	t.Helper()
	c, m, p, ctx := s.c, s.message(), s.prepared[s.below(len(s.prepared))], t.Context()
	var err error
	switch s.below(10) {
	case 0:
		err = c.Write(ctx, Binary, m)
	case 1:
		err = c.Writev(ctx, Binary, m[:len(m)/3], nil, m[len(m)/3:])
	case 2:
		err = c.TryWrite(Binary, m)
	case 3:
		m, err = p.payload(), c.WritePrepared(ctx, p)
	case 4:
		m, err = p.payload(), c.TryWritePrepared(p)
	case 5:
		err = c.Write(ctx, Binary.Plain(), m)
	case 6:
		s.write(t, m)
		return
	case 7, 8: // given up
		s.gate.change(func() { s.gate.shut = true })
		defer s.gate.change(func() { s.gate.shut = false })
		switch s.below(3) {
		case 0:
			s.gate.attempt(t, func(ctx context.Context) error { return c.Write(ctx, Binary, m) })
			return
		case 1:
			s.gate.attempt(t, func(ctx context.Context) error { return c.WritePrepared(ctx, p) })
			return
		}
		err = c.TryWrite(Binary, m) // this goes out all the same
		s.gate.attempt(t, func(ctx context.Context) error { return c.Write(ctx, Binary, m) })
	case 9:
		require.NoError(t, c.SetWriteDeadline(time.Unix(1, 0)))
		require.ErrorIs(t, c.Write(ctx, Binary, m), os.ErrDeadlineExceeded)
		require.NoError(t, c.SetWriteDeadline(time.Time{}))
		return
	}
	require.NoError(t, err)
	s.sent = append(s.sent, m)
}

// write sends m in fragments; between them a Ping goes out, and messages are
// queued that have to wait.
func (s *scramble) write(t *testing.T, m []byte) {
	t.Helper()
	w, err := s.c.Writer(t.Context(), Binary)
	require.NoError(t, err)
	s.sent = append(s.sent, m)
	for begun := false; len(m) > 0; {
		n := 1 + s.below(len(m))
		_, err = w.Write(m[:n])
		require.NoError(t, err)
		m = m[n:]
		if s.below(2) > 0 {
			continue
		}
		require.NoError(t, w.Flush())
		require.NoError(t, s.c.answerNow())
		if !begun {
			q := fmt.Appendf(nil, "queued %d", s.below(1000))
			require.NoError(t, s.c.TryWrite(Binary, q))
			s.sent = append(s.sent, q)
			begun = true
		}
	}
	require.NoError(t, w.Close())
}
