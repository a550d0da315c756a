package ws

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
	"longwire.example/ws/protocol"
)

// kept are the ways to keep a context.
var kept = []Compression{{}, {WindowOnly: true}, {Level: 1}, {Level: 9}}

// sender gives a server with permessage-deflate whose peer takes everything,
// and what it has sent.
func sender(t *testing.T, p handshake.DeflateParams, o *Compression) (*Conn, *frames) {
	t.Helper()
	var sent frames
	near, far := loopback(t)
	go func() {
		buf := make([]byte, 64<<10)
		for {
			if _, err := far.Read(buf); err != nil {
				return
			}
		}
	}()
	return compressedOver(t, near, RoleServer, p, sent.hook(&Options{Compression: o, PingInterval: -1})), &sent
}

var compressible = []byte(strings.Repeat("a message that gets shorter, ", 40))

// What is below the threshold, what was asked to go plain, and what would not
// get shorter goes as it is, without RSV1.
//
//req:test RFC7692-6.1-01
//req:test RFC7692-6.1-03
func TestWhatIsCompressed(t *testing.T) {
	noise := corpus(5, 3)[2]
	for i := range noise {
		noise[i] = byte(i*i*31 + i>>3*17 + i*i*i)
	}
	for _, c := range []struct {
		name     string
		p        handshake.DeflateParams
		o        Compression
		typ      MessageType
		data     []byte
		compress bool
	}{
		{"long", noTakeover, Compression{}, Text, compressible, true},
		{"binary", noTakeover, Compression{}, Binary, compressible, true},
		{"below the default", noTakeover, Compression{}, Text, compressible[:DefaultThreshold-1], false},
		{"at the default", noTakeover, Compression{}, Text, compressible[:DefaultThreshold], true},
		{"below the default with takeover", handshake.DeflateParams{}, *allTakeover, Text, bytes.Repeat([]byte("a"), DefaultTakeoverThreshold-1), true},
		{"takeover", handshake.DeflateParams{}, Compression{ServerContextTakeover: true}, Text, compressible[:DefaultTakeoverThreshold-1], false},
		{"takeover, at the default", handshake.DeflateParams{}, Compression{ServerContextTakeover: true}, Text, bytes.Repeat([]byte("a"), DefaultTakeoverThreshold), true},
		{"takeover, below the default of a coder", handshake.DeflateParams{}, Compression{Level: 1, ServerContextTakeover: true}, Text, compressible[:DefaultCoderThreshold-1], false},
		{"takeover, at the default of a coder", handshake.DeflateParams{}, Compression{Level: 1, ServerContextTakeover: true}, Text, compressible[:DefaultCoderThreshold], true},
		{"threshold", noTakeover, Compression{Threshold: 1000}, Text, compressible[:999], false},
		{"no threshold", noTakeover, Compression{Threshold: -1}, Text, compressible[:30], false}, // would be longer
		{"no threshold, repetitive", noTakeover, Compression{Threshold: -1}, Text, bytes.Repeat([]byte("a"), 30), true},
		{"empty", noTakeover, Compression{Threshold: -1}, Text, nil, false},
		{"plain", noTakeover, Compression{}, Text.Plain(), compressible, false},
		{"plain binary", handshake.DeflateParams{}, *allTakeover, Binary.Plain(), compressible, false},
	} {
		ways := map[string]func(conn *Conn) error{
			"Write":  func(conn *Conn) error { return conn.Write(t.Context(), c.typ, c.data) },
			"Writev": func(conn *Conn) error { return conn.Writev(t.Context(), c.typ, c.data) },
			"Writer": func(conn *Conn) error {
				w, err := conn.Writer(t.Context(), c.typ)
				if err == nil {
					_, _ = w.Write(c.data)
					err = w.Close()
				}
				return err
			},
			"TryWrite": func(conn *Conn) error {
				if err := conn.TryWrite(c.typ, c.data); err != nil {
					return err
				}
				return conn.Write(t.Context(), Text.Plain(), nil) // goes behind it
			},
			"WritePrepared": func(conn *Conn) error {
				m, err := NewPrepared(c.typ, c.data)
				if err == nil {
					err = conn.WritePrepared(t.Context(), m)
				}
				return err
			},
		}
		for way, write := range ways {
			conn, sent := sender(t, c.p, &c.o)
			require.NoError(t, write(conn))
			f := sent.take(t)[0]
			name := c.name + ", " + way
			require.Equal(t, c.compress, f.RSV1(), name)
			assert.Equal(t, c.typ&^plainBit, MessageType(f.Opcode()), name)
			if c.compress {
				assert.Equal(t, string(c.data), string(new(unpacker).message(t, f.payload)), name)
				assert.Less(t, len(f.payload), max(len(c.data), 40), name)
			} else {
				assert.Equal(t, string(c.data), string(f.payload), name)
			}
		}
	}
	assert.Equal(t, "text, plain", Text.Plain().String())
	assert.Equal(t, Text.Plain(), Text.Plain().Plain())
}

// Only the first frame of a fragmented message has RSV1, and the fragments
// joined are what inflates.
//
//req:test RFC7692-6.1-02
//req:test RFC7692-6.1-04
//req:test RFC7692-7.2.1-05
func TestCompressedFragments(t *testing.T) {
	for _, o := range kept {
		o.ServerContextTakeover, o.Threshold = true, -1
		for _, p := range []handshake.DeflateParams{noTakeover, {}} {
			conn, sent := sender(t, p, &o)
			u := unpacker{takeover: !p.ServerNoContextTakeover}
			for i, m := range corpus(6, 30) {
				w, err := conn.Writer(t.Context(), Text)
				require.NoError(t, err)
				var want []byte
				for range i % 4 {
					_, err = w.Write(m)
					require.NoError(t, err)
					require.NoError(t, w.Flush())
					require.NoError(t, conn.answerNow())
					want = append(want, m...)
				}
				require.NoError(t, w.Close())
				var joined []byte
				all := sent.take(t)
				for j, f := range all { // an empty message is not worth it
					if f.Opcode() == frame.OpPing {
						assert.False(t, f.RSV1())
						continue
					}
					require.Equal(t, j == 0 && len(want) > 0, f.RSV1(), "message %d, frame %d", i, j)
					joined = append(joined, f.payload...)
				}
				assert.True(t, all[len(all)-1].Fin())
				if len(want) == 0 {
					require.Empty(t, joined)
					continue
				}
				require.Equal(t, string(want), string(u.message(t, joined)))
			}
		}
	}
}

// answerNow puts a Ping between what the test writes.
func (c *Conn) answerNow() error {
	return c.write(context.Background(), turnPing, &draft{op: frame.OpPing, flags: protocol.Fin, p: []byte("between")})
}

// With context takeover a message that comes again is next to nothing; without
// it, it is as long as the first time.
//
//req:test RFC7692-7.2.1-08
//req:test RFC7692-7.2.1-11
//req:test RFC7692-7.2.1-12
func TestContextTakeoverIsUsed(t *testing.T) {
	m := corpus(7, 4)[3]
	for _, o := range kept {
		o.ServerContextTakeover, o.Threshold = true, -1
		for _, p := range []handshake.DeflateParams{noTakeover, {}} {
			conn, sent := sender(t, p, &o)
			require.NoError(t, conn.Write(t.Context(), Text, m))
			require.NoError(t, conn.Write(t.Context(), Text, m))
			f := sent.take(t)
			if p.ServerNoContextTakeover {
				assert.Equal(t, f[0].payload, f[1].payload)
			} else {
				assert.Less(t, len(f[1].payload), 20)
			}
			u := unpacker{takeover: !p.ServerNoContextTakeover}
			for i := range f {
				assert.Equal(t, string(m), string(u.message(t, f[i].payload)))
			}
		}
	}
}

// A message that was compressed elsewhere, once for all, between own ones: all
// of them inflate.
func TestPreparedBetweenOwnMessages(t *testing.T) {
	for _, o := range kept {
		o.ServerContextTakeover, o.Threshold = true, -1
		for _, bits := range []int{15, 9} {
			p := handshake.DeflateParams{ServerMaxWindowBits: bits}
			conn, sent := sender(t, p, &o)
			u := unpacker{takeover: true}
			var want [][]byte
			for i, m := range corpus(8, 60) {
				prepared, err := NewPrepared(Text, m)
				require.NoError(t, err)
				switch i % 4 {
				case 0:
					require.NoError(t, conn.Write(t.Context(), Text, m))
				case 1:
					require.NoError(t, conn.WritePrepared(t.Context(), prepared))
				case 2:
					require.NoError(t, conn.TryWritePrepared(prepared))
				case 3:
					require.NoError(t, conn.TryWrite(Text, m))
					require.NoError(t, conn.WritePrepared(t.Context(), prepared))
					want = append(want, m)
				}
				want = append(want, m)
			}
			require.NoError(t, conn.Write(t.Context(), Text.Plain(), nil))
			all := sent.take(t)
			require.Len(t, all, len(want)+1)
			for i, m := range want {
				got := all[i].payload
				if all[i].RSV1() {
					got = u.message(t, got)
				}
				require.Equal(t, string(m), string(got), "%+v, %d bits, message %d", o, bits, i)
			}
		}
	}
}

// Prepared messages are compressed once for each level and window.
func TestPreparedIsCompressedOnce(t *testing.T) {
	m, err := NewPrepared(Text, compressible)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 24 {
		conn, _ := sender(t, handshake.DeflateParams{ServerMaxWindowBits: 8 + i%3}, &Compression{Level: i % 2})
		wg.Go(func() { assert.NoError(t, conn.WritePrepared(context.Background(), m)) })
	}
	plain, sent := sender(t, noTakeover, &Compression{Threshold: 1 << 20})
	require.NoError(t, plain.WritePrepared(t.Context(), m))
	wg.Wait()
	assert.Len(t, m.packed, 6)
	assert.False(t, sent.take(t)[0].RSV1())
}

// A message that was compressed and not sent, since its context had ended
// before an octet went out, is not referred to by the next.
func TestNotSentIsNotReferredTo(t *testing.T) {
	for _, o := range kept {
		o.ServerContextTakeover, o.Threshold = true, -1
		near, far := net.Pipe() // takes nothing until it is read
		conn := compressedOver(t, near, RoleServer, handshake.DeflateParams{}, &Options{PingInterval: -1, Compression: &o})
		client := compressedOver(t, far, RoleClient, handshake.DeflateParams{}, nil)
		read := func(want string) {
			t.Helper()
			_, got, err := client.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		}
		go func() { _ = conn.Write(context.Background(), Text, []byte("first of all")) }()
		read("first of all")
		lost, err := NewPrepared(Text, bytes.Repeat([]byte("lost "), 20))
		require.NoError(t, err)
		for _, write := range []func(ctx context.Context) error{
			func(ctx context.Context) error { return conn.Write(ctx, Text, lost.payload()) },
			func(ctx context.Context) error { return conn.WritePrepared(ctx, lost) },
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			require.ErrorIs(t, write(ctx), context.DeadlineExceeded)
			cancel()
			for _, m := range []string{string(lost.payload()) + "again", "first of all", "lost lost lost"} {
				go func() { assert.NoError(t, conn.Write(context.Background(), Text, []byte(m))) }()
				read(m)
			}
		}
	}
}

// Messages from many goroutines are compressed in the order in which they go
// out, whatever way they take.
func TestCompressedFromManyGoroutines(t *testing.T) {
	server, client := compressedPair(t, handshake.DeflateParams{}, &Options{Compression: allTakeover}, &Options{Compression: allTakeover})
	const writers, each = 8, 60
	messages := corpus(9, each)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				m := fmt.Appendf(nil, "%d %d %s", w, i, messages[i])
				var err error
				switch (w + i) % 4 {
				case 0:
					err = server.Write(context.Background(), Text, m)
				case 1:
					for err = server.TryWrite(Text, m); err == ErrBackpressure; { //nolint:errorlint // as it is
						err = server.Write(context.Background(), Text, m)
					}
				case 2:
					var out *Writer
					if out, err = server.Writer(context.Background(), Text); err == nil {
						_, _ = out.Write(m)
						_ = out.Flush()
						err = out.Close()
					}
				case 3:
					var p *Prepared
					if p, err = NewPrepared(Text, m); err == nil {
						err = server.WritePrepared(context.Background(), p)
					}
				}
				assert.NoError(t, err)
			}
		})
	}
	next := map[int]int{}
	for range writers * each {
		_, p, err := client.Read(t.Context())
		require.NoError(t, err)
		var w, i int
		_, err = fmt.Sscan(string(p), &w, &i)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("%d %d %s", w, i, messages[i]), string(p))
		next[w]++
	}
	for w := range writers {
		assert.Equal(t, each, next[w])
	}
	wg.Wait()
}
