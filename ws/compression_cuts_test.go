package ws

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// fed is a transport that gives the octets it was made with, so many at a time,
// and takes whatever is written.
type fed struct {
	octets []byte
	step   int
	closed chan struct{}
	once   sync.Once
}

func (f *fed) Read(p []byte) (int, error) {
	if len(f.octets) == 0 {
		<-f.closed
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), f.step)], f.octets)
	f.octets = f.octets[n:]
	return n, nil
}

func (f *fed) Write(p []byte) (int, error) { return len(p), nil }

func (f *fed) Close() error { f.once.Do(func() { close(f.closed) }); return nil }

func (f *fed) LocalAddr() net.Addr              { return nil }
func (f *fed) RemoteAddr() net.Addr             { return nil }
func (f *fed) SetDeadline(time.Time) error      { return nil }
func (f *fed) SetReadDeadline(time.Time) error  { return nil }
func (f *fed) SetWriteDeadline(time.Time) error { return nil }

// readerOf reads a message by a Reader, so many octets at a time.
func readerOf(size int) func(c *Conn) (string, error) {
	return func(c *Conn) (string, error) {
		_, r, err := c.Reader(context.Background())
		var p []byte
		for b := make([]byte, size); err == nil; {
			var n int
			n, err = r.Read(b)
			p = append(p, b[:n]...)
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return string(p), err
	}
}

// verdict names what became of a message.
func verdict(text string, err error) string {
	if e, ok := errors.AsType[*deflate.Error](err); ok {
		return e.Token
	}
	if e, ok := errors.AsType[*frame.Error](err); ok {
		return e.Token
	}
	if err != nil {
		return err.Error()
	}
	return "good: " + text
}

// cutEverywhere receives a compressed text in every way to cut it into
// fragments and reads, and by every way to read it. The verdict has to be the
// same each time.
func cutEverywhere(t *testing.T, octets []byte, o *Options, fragments ...int) string {
	t.Helper()
	ways := map[string]func(c *Conn) (string, error){
		"Read": readWays["Read"], "ReadInto": readWays["ReadInto"], "Messages": readWays["Messages"],
		"Reader, 1": readerOf(1), "Reader, 7": readerOf(7), "Reader, 64 KiB": readerOf(64 << 10),
	}
	first := ""
	for _, size := range fragments {
		var wire []byte
		for rest, op := octets, frame.OpText; op == frame.OpText || len(rest) > 0; op = frame.OpContinuation {
			n := min(size, len(rest))
			wire = append(wire, fromClient(n == len(rest), op == frame.OpText, op, rest[:n])...)
			rest = rest[n:]
		}
		for name, read := range ways {
			for _, step := range []int{1, 11, 1 << 20} {
				f := &fed{octets: bytes.Clone(wire), step: step, closed: make(chan struct{})}
				c := compressedOver(t, f, RoleServer, handshake.DeflateParams{}, o)
				got := verdict(read(c))
				if first == "" {
					first = got
				}
				require.Equal(t, first, got, "%s, fragments of %d, %d at a time", name, size, step)
				_ = c.CloseNow()
			}
		}
	}
	return first
}

// Which violation it is that ends a connection does not depend on how the
// message comes nor on how it is read: octets that do not inflate, text that is
// none and the limit, in the order in which they stand in the message.
func TestCutsDoNotChangeTheVerdict(t *testing.T) {
	r := rand.NewChaCha8([32]byte{1})
	below := func(n int) int { return int(r.Uint64() % uint64(n)) }
	seen := map[string]bool{}
	for i := range 120 {
		var text []byte
		for range 30 + below(60) {
			text = append(text, []string{"héllo ", "wörld", "€", "aaaaaaaaaaaaaaaa", "\U0001F600", "json"}[below(6)]...)
		}
		if i%3 == 0 {
			text[below(len(text))] ^= 0x80
		}
		p, half := newPacker(t), below(len(text))
		octets := append(p.piece(string(text[:half]), false), p.piece(string(text[half:]), true)...)
		if i%2 == 0 {
			octets[below(len(octets))] ^= 1 << below(8)
		}
		octets = octets[:len(octets)-below(1+i%4)]
		limit := int64(200 + below(1000))
		got := cutEverywhere(t, octets, &Options{MaxMessage: limit, PingInterval: -1}, 1, 13, len(octets))
		seen[got[:min(len(got), 5)]] = true
	}
	for _, want := range []string{"good: ", frame.ErrInvalidUTF8.Token, frame.ErrMessageTooBig.Token, deflate.ErrUnfinishedBlock.Token, deflate.ErrDistance.Token} {
		require.Contains(t, seen, want[:5])
	}
}

// The same holds for the ratio, which a message may be over at one place and
// not at the next.
func TestCutsDoNotChangeTheRatio(t *testing.T) {
	noise := make([]byte, 20_000)
	_, _ = rand.NewChaCha8([32]byte{2}).Read(noise)
	for i := range noise {
		noise[i] &= 0x7f
	}
	run := func(n int) string { return string(make([]byte, n)) }
	for text, good := range map[string]bool{
		run(34_000) + string(noise):                 true, // 700 times at 34,000 octets
		run(34_000):                                 false,
		string(noise) + run(44_000):                 true,
		run(70_000) + string(noise):                 false, // over at 64 KiB
		string(noise[:300]) + run(32<<10-300):       true,
		string(noise[:300]) + run(32<<10-300) + "x": false,
	} {
		octets := newPacker(t).piece(text, true)
		o := &Options{PingInterval: -1, Compression: &Compression{MaxRatio: 80}}
		got := cutEverywhere(t, octets, o, 90, len(octets))
		if good {
			require.Equal(t, "good: "+text, got)
		} else {
			require.Equal(t, frame.ErrInflateRatio.Token, got)
		}
	}
}
