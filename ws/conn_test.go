package ws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// loopback gives both ends of a TCP connection.
func loopback(t testing.TB) (server, client net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := ln.Accept()
		if err != nil {
			close(accepted)
			return
		}
		accepted <- c
	}()
	client, err = net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	server, ok := <-accepted
	require.True(t, ok, "accept failed")
	t.Cleanup(func() { server.Close(); client.Close() })
	return server, client
}

// pair gives a connected server and client over loopback.
func pair(t testing.TB, so, co *Options) (server, client *Conn) {
	t.Helper()
	s, c := loopback(t)
	return connOver(t, s, RoleServer, so), connOver(t, c, RoleClient, co)
}

func connOver(t testing.TB, rw io.ReadWriteCloser, role Role, o *Options) *Conn {
	t.Helper()
	c, err := NewConn(rw, role, Agreement{}, o)
	require.NoError(t, err)
	t.Cleanup(func() { c.CloseNow(); <-c.gone.done() })
	return c
}

// echo answers every message of c until it ends, and gives its error.
func echo(t testing.TB, c *Conn) <-chan error {
	done := make(chan error, 1)
	go func() {
		var err error
		for m, e := range c.Messages(context.Background()) {
			if err = e; err != nil {
				break
			}
			if err = c.Write(context.Background(), m.Type, m.Data); err != nil {
				break
			}
		}
		done <- err
	}()
	return done
}

// stream hides what a net.Conn can do.
type stream struct{ io.ReadWriteCloser }

// everyTransport runs f over each kind of transport that is handled
// differently.
func everyTransport(t *testing.T, f func(t *testing.T, server, client *Conn)) {
	o := &Options{MaxMessage: 8 << 20}
	t.Run("tcp", func(t *testing.T) {
		s, c := pair(t, o, o)
		f(t, s, c)
	})
	t.Run("pipe", func(t *testing.T) {
		s, c := net.Pipe()
		f(t, connOver(t, s, RoleServer, o), connOver(t, c, RoleClient, o))
	})
	t.Run("stream", func(t *testing.T) {
		s, c := loopback(t)
		f(t, connOver(t, stream{s}, RoleServer, o), connOver(t, stream{c}, RoleClient, o))
	})
}

//req:test RFC6455-6.1-01
//req:test RFC6455-6.1-09
//req:test RFC6455-6.2-01
//req:test RFC6455-4.1-47 RFC6455-4.2.2-17
func TestEcho(t *testing.T) {
	everyTransport(t, func(t *testing.T, server, client *Conn) {
		done := echo(t, server)
		for _, n := range []int{0, 1, 125, 126, 4090, 4096, 32 << 10, 65535, 65536, 3 << 20} {
			want := bytes.Repeat([]byte("0123456789abcdef\x00é"), n/16+1)[:n]
			written := make(chan error, 1)
			go func() { written <- client.Write(t.Context(), Binary, want) }()
			typ, got, err := client.Read(t.Context())
			require.NoError(t, err)
			require.NoError(t, <-written)
			assert.Equal(t, Binary, typ)
			require.True(t, bytes.Equal(want, got), "%d octets", n)
			require.NotNil(t, got)
		}
		require.NoError(t, client.Close(StatusNormalClosure, "done"))
		require.NoError(t, <-done)
	})
}

// Every way to write meets every way to read.
func TestWaysToWriteAndRead(t *testing.T) {
	big := bytes.Repeat([]byte("abcdefghi\n"), 30_000)
	writes := map[string]func(c *Conn, p []byte) error{
		"Write": func(c *Conn, p []byte) error { return c.Write(t.Context(), Text, p) },
		"Writev": func(c *Conn, p []byte) error {
			return c.Writev(t.Context(), Text, p[:len(p)/3], nil, p[len(p)/3:])
		},
		"Writer": func(c *Conn, p []byte) error {
			w, err := c.Writer(t.Context(), Text)
			if err != nil {
				return err
			}
			for i := 0; i < len(p); i += 7000 {
				if _, err := w.Write(p[i:min(i+7000, len(p))]); err != nil {
					return err
				}
				if i == 7000 {
					if err := w.Flush(); err != nil {
						return err
					}
				}
			}
			return w.Close()
		},
		"WritePrepared": func(c *Conn, p []byte) error {
			m, err := NewPrepared(Text, p)
			if err != nil {
				return err
			}
			return c.WritePrepared(t.Context(), m)
		},
		"TryWrite": func(c *Conn, p []byte) error { return c.TryWrite(Text, p) },
		"TryWritePrepared": func(c *Conn, p []byte) error {
			m, err := NewPrepared(Text, p)
			if err != nil {
				return err
			}
			return c.TryWritePrepared(m)
		},
	}
	reads := map[string]func(c *Conn) ([]byte, error){
		"Read": func(c *Conn) ([]byte, error) {
			_, p, err := c.Read(t.Context())
			return p, err
		},
		"ReadInto": func(c *Conn) ([]byte, error) {
			_, p, err := c.ReadInto(t.Context(), []byte("head"))
			if err == nil && string(p[:4]) != "head" {
				err = errors.New("the buffer's own octets were lost")
			}
			return p[4:], err
		},
		"Reader": func(c *Conn) ([]byte, error) {
			_, r, err := c.Reader(t.Context())
			if err != nil {
				return nil, err
			}
			return io.ReadAll(r)
		},
		"Messages": func(c *Conn) ([]byte, error) {
			for m, err := range c.Messages(t.Context()) {
				return bytes.Clone(m.Data), err
			}
			return nil, io.EOF
		},
	}
	everyTransport(t, func(t *testing.T, server, client *Conn) {
		for wn, write := range writes {
			for rn, read := range reads {
				for _, p := range [][]byte{{}, []byte("x"), big[:1000], big[:40000], big} {
					for _, ends := range [][2]*Conn{{server, client}, {client, server}} {
						written := make(chan error, 1)
						go func() { written <- write(ends[0], p) }()
						got, err := read(ends[1])
						require.NoError(t, err, "%s, %s", wn, rn)
						require.NoError(t, <-written, "%s, %s", wn, rn)
						require.True(t, bytes.Equal(p, got), "%s, %s, %d octets", wn, rn, len(p))
					}
				}
			}
		}
	})
}

func TestConcurrentReadIsRefused(t *testing.T) {
	server, client := pair(t, nil, nil)
	started := make(chan struct{})
	got := make(chan string, 1)
	go func() {
		close(started)
		_, p, _ := server.Read(context.Background())
		got <- string(p)
	}()
	<-started
	require.Eventually(t, func() bool { return !server.reading.free() }, 5*time.Second, time.Millisecond)
	_, _, err := server.Read(t.Context())
	require.ErrorIs(t, err, ErrConcurrentRead)
	require.NoError(t, client.Write(t.Context(), Text, []byte("still there")))
	assert.Equal(t, "still there", <-got)
}

// A read that is cut short anywhere in a message loses nothing, gives the
// caller's buffer back unchanged, and the next read, of whatever kind, goes on.
func TestW16_CutShortReadsLoseNothing(t *testing.T) {
	t.Run("plain", func(t *testing.T) {
		cutShort(t, slices.Concat(
			fromClient(false, false, frame.OpText, []byte("Hé")),
			fromClient(true, false, frame.OpPing, []byte("in between")),
			fromClient(true, false, frame.OpContinuation, []byte("llo")),
		), fromClient(true, false, frame.OpBinary, []byte("next")), Agreement{})
	})
	// Compressed, the second message refers to the first.
	t.Run("compressed", func(t *testing.T) {
		p := newPacker(t)
		hello := p.piece("Héllo", true)
		cutShort(t, slices.Concat(
			fromClient(false, true, frame.OpText, hello[:2]),
			fromClient(true, false, frame.OpPing, []byte("in between")),
			fromClient(true, false, frame.OpContinuation, hello[2:]),
		), fromClient(true, true, frame.OpBinary, p.piece("next", true)), Agreement{Deflate: &handshake.DeflateParams{}})
	})
}

// cutShort cuts the first message everywhere.
func cutShort(t *testing.T, first, second []byte, a Agreement) {
	wire := slices.Concat(first, second)

	next := map[string]func(c *Conn, ctx context.Context) (string, error){
		"Read": func(c *Conn, ctx context.Context) (string, error) {
			_, p, err := c.Read(ctx)
			return string(p), err
		},
		"ReadInto": func(c *Conn, ctx context.Context) (string, error) {
			buf := append(make([]byte, 0, 64), "mine"...)
			_, p, err := c.ReadInto(ctx, buf)
			if string(p[:4]) != "mine" || (err != nil && len(p) != 4) {
				return "", fmt.Errorf("the caller's buffer came back as %q", p)
			}
			return string(p[4:]), err
		},
		"Messages": func(c *Conn, ctx context.Context) (string, error) {
			for m, err := range c.Messages(ctx) {
				return string(m.Data), err
			}
			return "", io.EOF
		},
		"Reader": func(c *Conn, ctx context.Context) (string, error) {
			_, r, err := c.Reader(ctx)
			if err != nil {
				return "", err
			}
			p, err := io.ReadAll(r)
			return string(p), err
		},
	}
	interrupts := map[string]func(c *Conn) (context.Context, func(error) bool){
		"context": func(*Conn) (context.Context, func(error) bool) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Millisecond, cancel)
			return ctx, func(err error) bool { return errors.Is(err, context.Canceled) }
		},
		"deadline": func(c *Conn) (context.Context, func(error) bool) {
			require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Millisecond)))
			return context.Background(), func(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
		},
	}
	eachCut := func(f func(name string, server *Conn, interrupt func(*Conn) (context.Context, func(error) bool), rest func())) {
		for _, transport := range []string{"tcp", "stream"} {
			for in, interrupt := range interrupts {
				for cut := range len(first) {
					s, peer := loopback(t)
					var rw io.ReadWriteCloser = s
					if transport == "stream" {
						rw = stream{s}
					}
					server, err := NewConn(rw, RoleServer, a, nil)
					require.NoError(t, err)
					_, err = peer.Write(wire[:cut])
					require.NoError(t, err)
					f(fmt.Sprintf("%s, %s, cut at %d", transport, in, cut), server, interrupt, func() {
						require.NoError(t, server.SetReadDeadline(time.Time{}))
						_, err := peer.Write(wire[cut:])
						require.NoError(t, err)
					})
					server.CloseNow()
					peer.Close()
				}
			}
		}
	}
	for once, cutRead := range next {
		if once == "Reader" {
			continue
		}
		for again, fullRead := range next {
			eachCut(func(name string, server *Conn, interrupt func(*Conn) (context.Context, func(error) bool), rest func()) {
				ctx, is := interrupt(server)
				_, err := cutRead(server, ctx)
				require.True(t, is(err), "%s then %s: %s: %v", once, again, name, err)
				rest()
				for _, want := range []string{"Héllo", "next"} {
					got, err := fullRead(server, t.Context())
					require.NoError(t, err, "%s then %s: %s", once, again, name)
					require.Equal(t, want, got, "%s then %s: %s", once, again, name)
				}
			})
		}
	}
	// A Reader goes on where it was, and one left unread is discarded.
	for _, abandon := range []bool{false, true} {
		eachCut(func(name string, server *Conn, interrupt func(*Conn) (context.Context, func(error) bool), rest func()) {
			ctx, is := interrupt(server)
			_, r, err := server.Reader(ctx)
			var got []byte
			if err == nil {
				got, err = io.ReadAll(r)
			}
			require.True(t, is(err), "%s: %v", name, err)
			rest()
			if r == nil {
				_, r, err = server.Reader(t.Context())
				require.NoError(t, err, name)
			}
			if !abandon {
				r.SetContext(t.Context())
				more, err := io.ReadAll(r)
				require.NoError(t, err, name)
				require.Equal(t, "Héllo", string(append(got, more...)), name)
			}
			p, err := next["Read"](server, t.Context())
			require.NoError(t, err, name)
			require.Equal(t, "next", p, name)
			if abandon {
				r.SetContext(t.Context())
				_, err = r.Read(make([]byte, 1))
				require.ErrorIs(t, err, ErrStaleReader, name)
			}
		})
	}
}

func TestCloseBothSides(t *testing.T) {
	everyTransport(t, func(t *testing.T, server, client *Conn) {
		var wg sync.WaitGroup
		for _, c := range []*Conn{server, client} {
			wg.Go(func() { assert.NoError(t, c.Close(StatusGoingAway, "both")) })
		}
		wg.Wait()
		for _, c := range []*Conn{server, client} {
			_, _, err := c.Read(t.Context())
			var e *CloseError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, StatusGoingAway, e.Code)
			// Who had the other's Close before its own went out has answered
			// it, and an answer repeats the code alone.
			assert.Contains(t, []string{"both", ""}, e.Reason)
			require.ErrorIs(t, err, net.ErrClosed)
			require.ErrorIs(t, c.Write(t.Context(), Text, nil), net.ErrClosed)
			require.ErrorIs(t, context.Cause(c.Context()), net.ErrClosed)
		}
	})
}

func TestPing(t *testing.T) {
	everyTransport(t, func(t *testing.T, server, client *Conn) {
		ctx := server.Discard()
		client.Discard()
		for _, c := range []*Conn{server, client} {
			_, err := c.Ping(t.Context())
			require.NoError(t, err)
			_, err = c.Ping(t.Context(), []byte("payload")...)
			require.NoError(t, err)
			_, err = c.Ping(t.Context(), make([]byte, 126)...)
			require.Error(t, err)
		}
		require.NoError(t, client.Close(StatusNormalClosure, ""))
		<-ctx.Done()
		assert.Equal(t, StatusNormalClosure, CloseStatus(context.Cause(ctx)))
	})
}

func TestPingSaysThatNobodyReads(t *testing.T) {
	server, _ := pair(t, nil, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := server.Ping(ctx)
	require.ErrorIs(t, err, ErrNoReader)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
