package ws_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

// countedPipe counts the writes that a connection begins.
type countedPipe struct {
	*wstest.PipeEnd
	writes []int // the octets of each
}

func (p *countedPipe) Write(b []byte) (int, error) {
	p.writes = append(p.writes, len(b))
	return p.PipeEnd.Write(b)
}

// recordPipe is one that can't be written after a write that was cut short, as
// TLS: its underlying connection is what tells.
type recordPipe struct{ *countedPipe }

func (p recordPipe) NetConn() net.Conn { return p.PipeEnd }

// meeting is a connection whose first write blocks, since it is longer than the
// pipe, so that all others meet.
type meeting struct {
	t     *testing.T
	c     *ws.Conn
	pipe  *countedPipe
	far   *wstest.PipeEnd
	first <-chan error
}

const (
	pipeSize  = 64
	firstSize = 2 + pipeSize // of the first frame, with its header
)

func meet(t *testing.T, po wstest.PipeOptions, f func(t *testing.T, m *meeting)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if po.Size == 0 {
			po.Size = pipeSize
		}
		near, far := wstest.NewPipe(po)
		m := &meeting{t: t, pipe: &countedPipe{PipeEnd: near}, far: far}
		m.open(m.pipe, ws.RoleServer, ws.Agreement{}, nil)
		f(t, m)
		m.end()
	})
}

func (m *meeting) open(nc net.Conn, role ws.Role, a ws.Agreement, o *ws.Options) {
	if o == nil {
		o = new(ws.Options)
	}
	o.PingInterval = -1
	var err error
	m.c, err = ws.NewConn(nc, role, a, o)
	require.NoError(m.t, err)
	m.first = m.write(m.t.Context(), strings.Repeat("1", pipeSize))
}

func (m *meeting) end() {
	_ = m.far.Close()
	_ = m.c.CloseNow()
	synctest.Wait()
}

// call begins a call, which stands in line when call returns.
func (m *meeting) call(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	synctest.Wait()
	return done
}

func (m *meeting) write(ctx context.Context, p string) <-chan error {
	return m.call(func() error { return m.c.Write(ctx, ws.Text, []byte(p)) })
}

// writes begins n writes of eight octets.
func (m *meeting) writes(n int) (done []<-chan error) {
	for i := range n {
		done = append(done, m.write(m.t.Context(), message(i)))
	}
	return done
}

func message(i int) string { return fmt.Sprintf("%08d", i) }

// take reads n octets at the other end.
func (m *meeting) take(n int) string {
	m.t.Helper()
	b := make([]byte, 0, n)
	for len(b) < n {
		k, err := m.far.Read(b[len(b):n])
		require.NoError(m.t, err)
		b = b[:len(b)+k]
	}
	synctest.Wait()
	return string(b)
}

// frame is a message of a server on the wire.
func frameOf(p string) string { return "\x81" + string(rune(len(p))) + p }

// pending tells whether a call has not returned.
func pending(done <-chan error) bool { return len(done) == 0 }

// Writes that meet go out in one write, in the order in which they came, each
// with its own result; one whose context ends meanwhile is left out.
func TestWritesThatMeetGoTogether(t *testing.T) {
	const n, given = 20, 7
	for _, role := range []ws.Role{ws.RoleServer, ws.RoleClient} {
		for name, deflate := range map[string]*handshake.DeflateParams{
			"plain": nil, "takeover": {}, "no takeover": {ServerNoContextTakeover: true, ClientNoContextTakeover: true},
		} {
			t.Run(role.String()+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					near, far := wstest.NewPipe(wstest.PipeOptions{Size: 4})
					m := &meeting{t: t, pipe: &countedPipe{PipeEnd: near}, far: far}
					a := ws.Agreement{Deflate: deflate}
					o := &ws.Options{Compression: &ws.Compression{Threshold: -1, ServerContextTakeover: true, ClientContextTakeover: true}}
					m.open(m.pipe, role, a, o)
					var done []<-chan error
					ctx, cancel := context.WithCancel(t.Context())
					prepared, err := ws.NewPrepared(ws.Text, []byte(message(2)))
					require.NoError(t, err)
					for i := range n {
						p := message(i)
						switch i {
						case 1:
							done = append(done, m.call(func() error { return m.c.Writev(t.Context(), ws.Text, []byte(p[:3]), []byte(p[3:])) }))
						case 2:
							done = append(done, m.call(func() error { return m.c.WritePrepared(t.Context(), prepared) }))
						case given:
							done = append(done, m.write(ctx, p))
						default:
							done = append(done, m.write(t.Context(), p))
						}
					}
					cancel()
					synctest.Wait()
					require.ErrorIs(t, <-done[given], context.Canceled)
					require.True(t, pending(m.first))
					require.Len(t, m.pipe.writes, 1)

					peerRole := ws.RoleClient
					if role == ws.RoleClient {
						peerRole = ws.RoleServer
					}
					peer, err := ws.NewConn(far, peerRole, a, o)
					require.NoError(t, err)
					_, p, err := peer.Read(t.Context())
					require.NoError(t, err)
					require.Equal(t, strings.Repeat("1", pipeSize), string(p))
					for i := range n {
						if i == given {
							continue
						}
						_, p, err := peer.Read(t.Context())
						require.NoError(t, err)
						require.Equal(t, message(i), string(p))
					}
					synctest.Wait()
					require.NoError(t, <-m.first)
					for i, d := range done {
						if i != given {
							require.NoError(t, <-d)
						}
					}
					assert.Len(t, m.pipe.writes, 2, "the first, and one for all others")
					_ = peer.CloseNow()
					m.end()
				})
			})
		}
	}
}

// An error of the transport is one of everybody whose frame was in the write.
func TestErrorOfAWriteTogether(t *testing.T) {
	meet(t, wstest.PipeOptions{}, func(t *testing.T, m *meeting) {
		done := m.writes(10)
		m.take(firstSize)
		require.NoError(t, <-m.first)
		require.Len(t, m.pipe.writes, 2)
		m.far.Reset()
		synctest.Wait()
		for _, d := range done {
			err := <-d
			require.ErrorIs(t, err, wstest.ErrReset)
			require.ErrorIs(t, err, net.ErrClosed)
		}
	})
}

// A peer that takes nothing loses the connection, and everybody whose frame was
// in the write is told why.
func TestTimeoutOfAWriteTogether(t *testing.T) {
	meet(t, wstest.PipeOptions{}, func(t *testing.T, m *meeting) {
		done := m.writes(10)
		m.take(firstSize)
		start := time.Now()
		for _, d := range done {
			require.ErrorIs(t, <-d, ws.ErrWriteTimeout)
		}
		assert.LessOrEqual(t, time.Since(start), ws.DefaultWriteTimeout*5/4)
	})
}

// What becomes of a call whose context ends while its frame is in a write
// together with others, as far as the frame has come.
func TestContextDuringAWriteTogether(t *testing.T) {
	// Of ten frames of ten octets the pipe holds six, and four octets of the
	// seventh.
	for name, test := range map[string]struct {
		who int
		err error // of that one
		end bool  // the connection ends
	}{
		"the leader, out":   {who: 0},
		"out":               {who: 3},
		"partly out":        {who: 6, err: context.Canceled, end: true},
		"not begun":         {who: 8, err: context.Canceled},
		"not begun, at end": {who: 9, err: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			meet(t, wstest.PipeOptions{}, func(t *testing.T, m *meeting) {
				ctx, cancel := context.WithCancel(t.Context())
				var done []<-chan error
				for i := range 10 {
					with := t.Context()
					if i == test.who {
						with = ctx
					}
					done = append(done, m.write(with, message(i)))
				}
				m.take(firstSize)
				require.NoError(t, <-m.first)
				for _, d := range done {
					require.True(t, pending(d))
				}
				cancel()
				synctest.Wait()
				err := <-done[test.who]
				if test.end {
					for i, d := range done {
						if i != test.who {
							err = <-d
						}
						require.ErrorIs(t, err, context.Canceled)
						require.ErrorIs(t, err, net.ErrClosed)
					}
					return
				}
				require.Equal(t, test.err, err)
				for i := range 10 {
					if i != test.who || err == nil {
						require.Equal(t, frameOf(message(i)), m.take(10))
					}
					if i != test.who {
						require.NoError(t, <-done[i])
					}
				}
				assert.Zero(t, m.far.Unread())
				next := m.write(t.Context(), "next")
				require.NoError(t, <-next)
				assert.Equal(t, frameOf("next"), m.take(6))
			})
		})
	}
}

// A write deadline is that of all calls whose frames are in the write.
func TestDeadlineDuringAWriteTogether(t *testing.T) {
	// A transport that writes all of it or nothing.
	meet(t, wstest.PipeOptions{Size: 110, Atomic: true}, func(t *testing.T, m *meeting) {
		require.NoError(t, <-m.first)
		second := m.write(t.Context(), strings.Repeat("2", pipeSize)) // waits until the first is read
		done := m.writes(10)
		m.take(firstSize)
		require.NoError(t, <-second)
		require.NoError(t, m.c.SetWriteDeadline(time.Now().Add(time.Second)))
		require.NoError(t, m.c.TryWrite(ws.Text, []byte("queued")))
		synctest.Wait()
		require.True(t, pending(done[0]))
		for _, d := range done {
			require.Equal(t, os.ErrDeadlineExceeded, <-d)
		}
		require.NoError(t, m.c.SetWriteDeadline(time.Time{}))
		synctest.Wait()
		require.NoError(t, m.c.Write(t.Context(), ws.Text, []byte("again")))
		assert.Equal(t, frameOf(strings.Repeat("2", pipeSize))+frameOf("queued")+frameOf("again"), m.take(firstSize+8+7))
	})
	// One that was in the middle of a frame.
	meet(t, wstest.PipeOptions{}, func(t *testing.T, m *meeting) {
		done := m.writes(10)
		m.take(firstSize)
		require.NoError(t, m.c.SetWriteDeadline(time.Now().Add(time.Second)))
		for _, d := range done {
			require.ErrorIs(t, <-d, os.ErrDeadlineExceeded)
		}
		<-m.c.Context().Done()
	})
}

// Where nobody can tell how much of a write is out, a context that ends while a
// call's frame is in it ends the connection; one that ends before does no harm.
func TestContextWhereNothingCanBeResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := wstest.NewPipe(wstest.PipeOptions{Size: pipeSize})
		m := &meeting{t: t, pipe: &countedPipe{PipeEnd: near}, far: far}
		m.open(recordPipe{m.pipe}, ws.RoleServer, ws.Agreement{}, nil)
		waiting, cancelWaiting := context.WithCancel(t.Context())
		given := m.write(waiting, message(0))
		ctx, cancel := context.WithCancel(t.Context())
		done := append(m.writes(9), m.write(ctx, message(9)))
		cancelWaiting()
		require.ErrorIs(t, <-given, context.Canceled)
		m.take(firstSize)
		require.NoError(t, <-m.first)
		cancel()
		synctest.Wait()
		for _, d := range done {
			err := <-d
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, net.ErrClosed)
		}
		m.end()
	})
}

// What is written together is at most 32 KiB; a frame that is longer, and a
// message in fragments, go alone.
func TestBoundOfAWriteTogether(t *testing.T) {
	meet(t, wstest.PipeOptions{}, func(t *testing.T, m *meeting) {
		const limit = 32 << 10
		var done []<-chan error
		for range 5 {
			done = append(done, m.write(t.Context(), strings.Repeat("x", 10_000)))
		}
		done = append(done,
			m.write(t.Context(), strings.Repeat("y", 2*limit)),
			m.write(t.Context(), "before"),
			m.call(func() error {
				w, err := m.c.Writer(t.Context(), ws.Text)
				if err != nil {
					return err
				}
				_, _ = w.Write([]byte("in fragments"))
				return w.Close()
			}),
			m.write(t.Context(), "behind"),
			m.write(t.Context(), "it"),
		)
		sizes := []int{firstSize}
		far := wstest.NewPeer(t, m.far, ws.RoleClient)
		far.Expect(wstest.Text(strings.Repeat("1", pipeSize)))
		for range 5 {
			far.Expect(wstest.Text(strings.Repeat("x", 10_000)))
		}
		far.Expect(wstest.Text(strings.Repeat("y", 2*limit)), wstest.Text("before"))
		far.ExpectMessage(wstest.Text("in fragments"))
		far.Expect(wstest.Text("behind"), wstest.Text("it"))
		for _, d := range done {
			require.NoError(t, <-d)
		}
		const x = 4 + 10_000
		sizes = append(sizes, 3*x, 2*x,
			limit, limit, 10, // the long one in pieces
			8, 14, 8+4)
		assert.Equal(t, sizes, m.pipe.writes)
	})
}

// A message that TryWrite has queued goes before any later Write.
func TestQueueBeforeLaterWrites(t *testing.T) {
	meet(t, wstest.PipeOptions{}, func(t *testing.T, m *meeting) {
		var want string
		var done []<-chan error
		for i := range 10 {
			require.NoError(t, m.c.TryWrite(ws.Text, []byte(message(2*i))))
			done = append(done, m.write(t.Context(), message(2*i+1)))
			want += frameOf(message(2*i)) + frameOf(message(2*i+1))
		}
		m.take(firstSize)
		got := m.take(len(want))
		require.Len(t, strings.Split(got, "\x81"), 21)
		for i := range 10 {
			tried, written := strings.Index(got, message(2*i)), strings.Index(got, message(2*i+1))
			assert.Less(t, tried, written)
		}
		for _, d := range done {
			require.NoError(t, <-d)
		}
	})
}

// Whoever waits for its turn notices a deadline that is set meanwhile, or moved.
func TestDeadlineOfACallInLine(t *testing.T) {
	meet(t, wstest.PipeOptions{Size: 1000}, func(t *testing.T, m *meeting) {
		w, err := m.c.Writer(t.Context(), ws.Text)
		require.NoError(t, err)
		start := time.Now()
		done := m.write(t.Context(), "late")
		require.NoError(t, m.c.SetWriteDeadline(start.Add(time.Hour)))
		synctest.Wait()
		require.NoError(t, m.c.SetWriteDeadline(start.Add(time.Second)))
		require.Equal(t, os.ErrDeadlineExceeded, <-done)
		assert.Equal(t, time.Second, time.Since(start))

		require.NoError(t, m.c.SetWriteDeadline(start.Add(time.Minute)))
		done = m.write(t.Context(), "in time")
		require.NoError(t, m.c.SetWriteDeadline(time.Time{}))
		pass(time.Hour)
		require.True(t, pending(done))
		require.NoError(t, w.Close())
		require.NoError(t, <-done)
	})
}
