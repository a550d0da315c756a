package ws

import (
	"context"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// Nothing is allocated on the path of a message through a loop, whichever way it
// is answered.
func TestLoopAllocations(t *testing.T) {
	if raced {
		t.Skip("sync.Pool drops items under the race detector")
	}
	prepared, err := NewPrepared(Binary, []byte("prepared"))
	assert.NoError(t, err)
	ctx := context.Background()
	ways := map[string]func(c *Conn, m Message) error{
		"Reply":         func(_ *Conn, m Message) error { return m.Reply(m.Type, m.Data) },
		"Write":         func(c *Conn, m Message) error { return c.Write(ctx, m.Type, m.Data) },
		"TryWrite":      func(c *Conn, m Message) error { return c.TryWrite(m.Type, m.Data) },
		"WritePrepared": func(c *Conn, _ Message) error { return c.WritePrepared(ctx, prepared) },
	}
	for name, answer := range ways {
		for _, d := range []*handshake.DeflateParams{nil, {ServerNoContextTakeover: true}} {
			var failed error
			f := feedLoop(t, d, &Server{
				Options: &Options{Compression: &Compression{Threshold: 100}},
				OnMessage: func(c *Conn, m Message) {
					if err := answer(c, m); err != nil {
						failed = err
					}
				},
			})
			in := clientMessages(32, 32)
			in = append(in, clientMessages(1, 300)...)
			in = append(in, fromClient(true, false, frame.OpPing, []byte("ping"))...)
			fragment := fromClient(false, false, frame.OpBinary, []byte("in two frag"))
			rest := fromClient(true, false, frame.OpContinuation, []byte("ments"))
			buf := make([]byte, len(in))
			assert.Zero(t, testing.AllocsPerRun(100, func() {
				f.take(buf[:copy(buf, in)])
				f.take(buf[:copy(buf, fragment)])
				f.take(buf[:copy(buf, rest[:3])])
				f.take(buf[:copy(buf, rest[3:])])
				f.sent = f.sent[:0]
			}), "%s %v", name, d)
			assert.NoError(t, failed)
		}
	}
}

// A connection of a loop is one allocation of 352 octets: 360 would be 384.
func TestLoopConnectionSize(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("pointers of 32 bits")
	}
	assert.LessOrEqual(t, unsafe.Sizeof(Conn{})+unsafe.Sizeof(served{}), uintptr(352))
}

// One batch of 32 messages of 32 octets and their answers, without the system
// calls.
func BenchmarkLoopEcho(b *testing.B) {
	for name, echo := range map[string]func(c *Conn, m Message){
		"Reply": func(_ *Conn, m Message) { _ = m.Reply(m.Type, m.Data) },
		"Write": func(c *Conn, m Message) { _ = c.Write(context.Background(), m.Type, m.Data) },
	} {
		b.Run(name, func(b *testing.B) {
			f := feedLoop(b, nil, &Server{OnMessage: echo})
			in := clientMessages(32, 32)
			b.ReportAllocs()
			for range b.N / 32 {
				f.sent = f.sent[:0]
				f.take(in)
			}
		})
	}
}
