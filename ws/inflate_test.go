package ws

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// readWays are the ways to read a message to its end.
var readWays = map[string]func(c *Conn) (string, error){
	"Read": func(c *Conn) (string, error) { _, p, err := c.Read(context.Background()); return string(p), err },
	"ReadInto": func(c *Conn) (string, error) {
		_, p, err := c.ReadInto(context.Background(), make([]byte, 0, 10))
		return string(p), err
	},
	"Reader": func(c *Conn) (string, error) {
		_, r, err := c.Reader(context.Background())
		if err != nil {
			return "", err
		}
		p, err := io.ReadAll(r)
		return string(p), err
	},
	"Reader in small steps": readerOf(3),
	"Messages": func(c *Conn) (string, error) {
		for m, err := range c.Messages(context.Background()) {
			return string(m.Data), err
		}
		return "", io.EOF
	},
	"discarding": func(c *Conn) (string, error) {
		if _, _, err := c.Reader(context.Background()); err != nil {
			return "", err
		}
		_, p, err := c.Read(context.Background())
		return string(p), err
	},
}

// readAndForget are ways to read a message that add nothing to the memory that
// the connection itself takes for it.
func readAndForget() map[string]func(c *Conn) error {
	ways := map[string]func(c *Conn) error{}
	for _, name := range []string{"Read", "ReadInto", "Messages", "discarding"} {
		ways[name] = func(c *Conn) error { _, err := readWays[name](c); return err }
	}
	for name, size := range map[string]int{"Reader": 8192, "Reader in small steps": 3} {
		ways[name] = func(c *Conn) error {
			_, r, err := c.Reader(context.Background())
			for p := make([]byte, size); err == nil; {
				_, err = r.Read(p)
			}
			return err
		}
	}
	return ways
}

// bomb is what n zeros deflate to.
func bomb(t testing.TB, n int) []byte {
	p := newPacker(t)
	return p.piece(strings.Repeat("\x00", n), true)
}

// The limit counts inflated octets and acts while inflating: 16 MiB of zeros in
// less than 20 KB, whichever way they are read and in however many fragments,
// with and without context takeover, end the connection with 1009 and take less
// memory than four times the limit.
//
//req:test RFC6455-10.4-01
func TestW2_InflatingStopsAtTheLimit(t *testing.T) {
	const limit = 64 << 10
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // it empties the pools
	zeros := bomb(t, 16<<20)
	require.Less(t, len(zeros), 20_000)
	for name, read := range readAndForget() {
		for _, fragments := range []int{1, 2, 300} {
			for _, takeover := range []bool{false, true} {
				var p handshake.DeflateParams
				if !takeover {
					p = noTakeover
				}
				near, far := loopback(t)
				c := compressedOver(t, near, RoleServer, p, &Options{MaxMessage: limit, Compression: allTakeover, PingInterval: -1})
				// There is a past already, and the pools are not empty.
				wire := fromClient(true, true, frame.OpBinary, newPacker(t).piece(strings.Repeat("before. ", 8000), true))
				for i := range fragments {
					op := frame.OpContinuation
					if i == 0 {
						op = frame.OpBinary
					}
					from, to := len(zeros)*i/fragments, len(zeros)*(i+1)/fragments
					wire = append(wire, fromClient(i == fragments-1, i == 0, op, zeros[from:to])...)
				}
				go func() { _, _ = far.Write(wire) }()
				_, _, err := c.Read(t.Context())
				require.NoError(t, err)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				err = read(c)
				runtime.ReadMemStats(&after)
				require.ErrorIs(t, err, frame.ErrMessageTooBig, "%s, %d fragments, takeover %t", name, fragments, takeover)
				if !raced {
					assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4*limit), "%s, %d fragments, takeover %t", name, fragments, takeover)
				}
				newRawPeer(far, RoleClient).expectClose(t, StatusMessageTooBig)
				c.CloseNow()
			}
		}
	}
}

// A message at the limit passes, and one octet more does not.
func TestW2_TheLimitIsExact(t *testing.T) {
	for name, read := range readWays {
		for _, c := range []struct {
			size int
			ok   bool
		}{{1000, true}, {1001, false}, {0, true}} {
			near, far := loopback(t)
			conn := compressedOver(t, near, RoleServer, handshake.DeflateParams{}, &Options{MaxMessage: 1000, Compression: allTakeover})
			p := newPacker(t)
			text := strings.Repeat("x", c.size)
			wire := fromClient(true, true, frame.OpText, p.piece(text, true))
			wire = append(wire, fromClient(true, true, frame.OpText, p.piece(text, true))...)
			_, err := far.Write(wire)
			require.NoError(t, err)
			got, err := read(conn)
			if c.ok {
				require.NoError(t, err, name)
				assert.Equal(t, text, got, name)
			} else {
				require.ErrorIs(t, err, frame.ErrMessageTooBig, name)
			}
		}
	}
}

// What can't inflate to a message within the limit is refused by its header.
func TestW2_TheHeaderIsEnough(t *testing.T) {
	near, far := loopback(t)
	c := compressedOver(t, near, RoleServer, noTakeover, &Options{MaxMessage: 1000})
	h := frame.NewHeader(true, bitRSV1, frame.OpText, maxCompressed(1000)+1).WithKey(1)
	_, err := far.Write(h.Append(nil))
	require.NoError(t, err)
	_, _, err = c.Read(t.Context())
	require.ErrorIs(t, err, frame.ErrMessageTooBig)
}

// The ratio counts from 32 KiB on, with what the message has on the wire so
// far; and it is the peer's Close frame that says so.
func TestW2_Ratio(t *testing.T) {
	zeros := bomb(t, 1<<20)
	for name, read := range readWays {
		for _, c := range []struct {
			ratio, size int
			ok          bool
		}{
			{0, 1 << 20, true},
			{-1, 1 << 20, true},
			{2000, 1 << 20, true},
			{100, 1 << 20, false},
			{100, 32 << 10, true},
			{2, 100 << 10, false},
		} {
			near, far := loopback(t)
			conn := compressedOver(t, near, RoleServer, noTakeover, &Options{MaxMessage: 4 << 20, Compression: &Compression{MaxRatio: c.ratio}})
			octets := zeros
			if c.size != 1<<20 {
				octets = bomb(t, c.size)
			}
			wire := fromClient(true, true, frame.OpBinary, octets)
			wire = append(wire, fromClient(true, false, frame.OpBinary, nil)...)
			go func() { _, _ = far.Write(wire) }()
			_, err := read(conn)
			if c.ok {
				assert.NoError(t, err, "%s, %+v", name, c)
				continue
			}
			require.ErrorIs(t, err, frame.ErrInflateRatio, "%s, %+v", name, c)
			newRawPeer(far, RoleClient).expectClose(t, StatusMessageTooBig)
		}
	}
}

// Compressed text is checked in its inflated form, and what is wrong first in
// it is what counts.
//
//req:test RFC7692-6.1-06
func TestCompressedTextIsChecked(t *testing.T) {
	broken := func(s string) []byte { // a block of a type that there is not, behind s
		return append(newPacker(t).piece(s, false), 7)
	}
	for _, c := range []struct {
		name   string
		op     frame.Opcode
		octets []byte
		last   bool
		err    error
	}{
		{"not UTF-8", frame.OpText, newPacker(t).piece("a\xff", true), true, frame.ErrInvalidUTF8},
		{"cut in a code point", frame.OpText, newPacker(t).piece("a\xce", true), true, frame.ErrInvalidUTF8},
		{"before the message is whole", frame.OpText, newPacker(t).piece("a\xff", false), false, frame.ErrInvalidUTF8},
		{"before what does not inflate", frame.OpText, broken("a\xff"), true, frame.ErrInvalidUTF8},
		{"behind a code point cut", frame.OpText, broken("a\xce"), true, frame.ErrInflate},
		{"behind good text", frame.OpText, broken("good"), true, frame.ErrInflate},
		{"not of a text", frame.OpBinary, broken("a\xff"), true, frame.ErrInflate},
	} {
		for name, read := range readWays {
			if name == "discarding" && !c.last {
				continue
			}
			near, far := loopback(t)
			conn := compressedOver(t, near, RoleServer, noTakeover, nil)
			_, err := far.Write(fromClient(c.last, true, c.op, c.octets))
			require.NoError(t, err)
			_, err = read(conn)
			require.ErrorIs(t, err, c.err, "%s, %s", c.name, name)
			if errors.Is(c.err, frame.ErrInflate) {
				assert.ErrorContains(t, err, "block", "%s, %s: what was wrong", c.name, name)
			}
			newRawPeer(far, RoleClient).expectClose(t, StatusInvalidPayload)
		}
	}
	near, far := loopback(t)
	conn := compressedOver(t, near, RoleServer, noTakeover, &Options{InsecureSkipUTF8: true})
	_, err := far.Write(fromClient(true, true, frame.OpText, newPacker(t).piece("a\xff", true)))
	require.NoError(t, err)
	_, p, err := conn.Read(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "a\xff", string(p))
}

// Messages that are compressed in ways of other encoders: empty ones of no
// octet at all, a final block, a fragment without octets, a block in pieces.
//
//req:test RFC7692-6.2-01
//req:test RFC7692-6.2-02
//req:test RFC7692-7.2.2-11
func TestCompressedMessagesOfOtherEncoders(t *testing.T) {
	hello := []byte{0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}                     // section 7.2.3.1
	final := []byte{0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}               // section 7.2.3.4
	again := []byte{0xf2, 0x00, 0x11, 0x00, 0x00}                                 // section 7.2.3.2
	stored := []byte{0x00, 0x05, 0x00, 0xfa, 0xff, 'H', 'e', 'l', 'l', 'o', 0x00} // section 7.2.3.3
	join := func(b ...[]byte) []byte { return bytes.Join(b, nil) }
	wire := join(
		fromClient(true, true, frame.OpText, hello),
		fromClient(true, true, frame.OpText, again),
		fromClient(true, true, frame.OpText, nil),
		fromClient(true, true, frame.OpText, []byte{0}),
		fromClient(true, true, frame.OpText, stored),
		fromClient(true, true, frame.OpText, final),
		fromClient(true, true, frame.OpText, again),
		fromClient(true, false, frame.OpText, []byte("plain")),
		fromClient(true, true, frame.OpText, again),
		fromClient(false, true, frame.OpText, nil),
		fromClient(false, false, frame.OpContinuation, hello[:3]),
		fromClient(true, false, frame.OpPing, []byte("between")),
		fromClient(false, false, frame.OpContinuation, nil),
		fromClient(false, false, frame.OpContinuation, hello[3:]),
		fromClient(true, false, frame.OpContinuation, nil),
		fromClient(true, true, frame.OpText, final[:7]), // no empty block behind the final one
		fromClient(true, true, frame.OpText, again),
	)
	want := []string{"Hello", "Hello", "", "", "Hello", "Hello", "Hello", "plain", "Hello", "Hello", "Hello", "Hello"}
	for name, read := range readWays {
		if name == "discarding" {
			continue
		}
		for _, step := range []int{1, 7, len(wire)} {
			near, far := net.Pipe()
			c := compressedOver(t, near, RoleServer, handshake.DeflateParams{}, nil)
			go func() {
				for b := wire; len(b) > 0; b = b[min(step, len(b)):] {
					_, _ = far.Write(b[:min(step, len(b))])
				}
			}()
			for i, w := range want {
				got, err := read(c)
				require.NoError(t, err, "%s, message %d", name, i)
				require.Equal(t, w, got, "%s, message %d", name, i)
			}
		}
	}
}

// A message that is not read to its end is still part of what the next one
// refers to.
func TestDiscardedMessagesAreInflated(t *testing.T) {
	near, far := loopback(t)
	c := compressedOver(t, near, RoleServer, handshake.DeflateParams{}, &Options{MaxMessage: -1})
	p := newPacker(t)
	text := string(bytes.Join(corpus(4, 40), nil))
	var wire []byte
	for range 4 {
		wire = append(wire, fromClient(true, true, frame.OpText, p.piece(text, true))...)
	}
	go func() { _, _ = far.Write(wire) }()
	for _, n := range []int{0, 1, 5000} {
		_, r, err := c.Reader(t.Context())
		require.NoError(t, err)
		_, err = io.ReadFull(r, make([]byte, n))
		require.NoError(t, err)
	}
	_, got, err := c.Read(t.Context())
	require.NoError(t, err)
	assert.Equal(t, text, string(got))
}
