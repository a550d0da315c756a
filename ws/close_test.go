package ws

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// rawPeer is the other end of a connection, frame by frame.
type rawPeer struct {
	net.Conn
	send protocol.Sender
	recv protocol.Receiver
	buf  []byte
}

func newRawPeer(nc net.Conn, role Role) *rawPeer {
	return &rawPeer{Conn: nc, send: protocol.NewSender(role, false), recv: protocol.NewReceiver(protocol.Rules{Role: role})}
}

// next gives the next frame or piece of one.
func (p *rawPeer) next() (protocol.Event, error) {
	chunk := make([]byte, 4096)
	for {
		ev, n, err := p.recv.Next(p.buf)
		p.buf = p.buf[n:]
		if err != nil || ev.Kind != protocol.KindNone {
			return ev, err
		}
		n, err = p.Read(chunk)
		p.buf = append(p.buf, chunk[:n]...)
		if n == 0 && err != nil {
			return ev, err
		}
	}
}

// expectClose checks that a Close with code comes next, and then the end of
// the stream and no reset.
func (p *rawPeer) expectClose(t *testing.T, code StatusCode) {
	t.Helper()
	ev, err := p.next()
	require.NoError(t, err)
	require.Equal(t, protocol.KindClose, ev.Kind)
	got, _, err := frame.ParseClose(ev.Payload)
	require.NoError(t, err)
	require.Equal(t, code, got)
	_, err = p.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	p.Close()
}

// against gives a connection of each role over TCP and its raw peer.
func against(t *testing.T, o *Options, f func(t *testing.T, c *Conn, p *rawPeer)) {
	t.Run("server", func(t *testing.T) {
		s, c := loopback(t)
		f(t, connOver(t, s, RoleServer, o), newRawPeer(c, RoleClient))
	})
	t.Run("client", func(t *testing.T) {
		s, c := loopback(t)
		f(t, connOver(t, c, RoleClient, o), newRawPeer(s, RoleServer))
	})
}

// What the peer does wrong is answered with its close code, never by a bare
// reset, and nothing that comes afterwards is processed.
//
//req:test RFC6455-7.1.7-01 RFC6455-7.1.7-03 RFC6455-7.1.7-07 RFC6455-7.2.1-01
//req:test RFC6455-10.4-01
func TestFailing(t *testing.T) {
	o := &Options{MaxMessage: 1000, MaxFrame: 900, MaxFragments: 3}
	huge := frame.NewHeader(true, 0, frame.OpBinary, 1<<62)
	tests := map[string]struct {
		fin     bool
		rsv     byte
		op      frame.Opcode
		payload string
		more    int // fragments before it
		want    *frame.Error
	}{
		"reserved bit":      {true, 0x20, frame.OpText, "", 0, frame.ErrReservedBits},
		"reserved opcode":   {true, 0, 3, "", 0, frame.ErrReservedOpcode},
		"invalid UTF-8":     {true, 0, frame.OpText, "\xff", 0, frame.ErrInvalidUTF8},
		"continuation":      {true, 0, frame.OpContinuation, "", 0, frame.ErrContinuation},
		"interleaved":       {true, 0, frame.OpText, "", 1, frame.ErrInterleaved},
		"fragments":         {true, 0, frame.OpContinuation, "", 3, frame.ErrTooManyFragments},
		"frame too big":     {true, 0, frame.OpBinary, string(make([]byte, 901)), 0, frame.ErrFrameTooBig},
		"close of one":      {true, 0, frame.OpClose, "x", 0, frame.ErrCloseLength},
		"close code":        {true, 0, frame.OpClose, "\x03\xed", 0, frame.ErrCloseCode},
		"fragmented ping":   {false, 0, frame.OpPing, "", 0, frame.ErrControlFragmented},
		"long control ping": {true, 0, frame.OpPing, string(make([]byte, 126)), 0, frame.ErrControlTooLong},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			against(t, o, func(t *testing.T, c *Conn, p *rawPeer) {
				write := func(fin bool, rsv byte, op frame.Opcode, payload string) {
					h := frame.NewHeader(fin, rsv, op, int64(len(payload)))
					if c.Role() == RoleServer {
						h = h.WithKey(0) // octets as they are
					}
					_, err := p.Write(append(h.Append(nil), payload...))
					require.NoError(t, err)
				}
				for i := range tt.more {
					op := frame.OpContinuation
					if i == 0 {
						op = frame.OpText
					}
					write(false, 0, op, "a")
				}
				write(tt.fin, tt.rsv, tt.op, tt.payload)
				write(true, 0, frame.OpClose, "\x03\xe8") // not to be processed
				_, _, err := c.Read(t.Context())
				var e *CloseError
				require.ErrorAs(t, err, &e)
				assert.Equal(t, tt.want.Code, e.Code)
				assert.False(t, e.Remote)
				require.ErrorIs(t, err, tt.want)
				p.expectClose(t, tt.want.Code)
				_, _, again := c.Read(t.Context())
				require.Same(t, err, again)
				require.Same(t, err, c.Write(t.Context(), Text, nil))
			})
		})
	}
	t.Run("too big by its header alone", func(t *testing.T) {
		against(t, o, func(t *testing.T, c *Conn, p *rawPeer) {
			h := huge
			if c.Role() == RoleServer {
				h = h.WithKey(1)
			}
			_, err := p.Write(h.Append(nil))
			require.NoError(t, err)
			_, _, err = c.Read(t.Context())
			assert.Equal(t, StatusMessageTooBig, CloseStatus(err))
			p.expectClose(t, StatusMessageTooBig)
		})
	})
}

// A peer that has sent a lot when the connection fails still gets the Close
// frame: what it sent is taken from the socket before that is closed.
//
//req:test RFC6455-7.1.1-01 RFC6455-7.1.7-05
func TestFailingWithMuchUnread(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		h := frame.NewHeader(true, 0x70, frame.OpText, 100)
		if c.Role() == RoleServer {
			h = h.WithKey(1)
		}
		_, err := p.Write(append(h.Append(nil), make([]byte, 200<<10)...))
		require.NoError(t, err)
		_, _, err = c.Read(t.Context())
		require.ErrorIs(t, err, frame.ErrReservedBits)
		p.expectClose(t, StatusProtocolError)
	})
}

// The peer's Close is answered with its code, and both ends see the same.
//
//req:test RFC6455-5.5.1-07 RFC6455-5.5.1-08 RFC6455-5.5.1-10 RFC6455-5.5.1-11
//req:test RFC6455-7.1.5-01 RFC6455-7.1.6-01
func TestPeerCloses(t *testing.T) {
	for _, tt := range []struct {
		code   StatusCode
		reason string
		clean  bool
	}{
		{StatusNormalClosure, "bye", true},
		{StatusGoingAway, "", true},
		{StatusNoStatus, "", true},
		{StatusPolicyViolation, "no", false},
		{4321, "own", false},
	} {
		against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
			b, err := p.send.AppendClose(nil, tt.code, tt.reason)
			require.NoError(t, err)
			_, err = p.Write(b)
			require.NoError(t, err)
			var got error
			for _, err := range c.Messages(t.Context()) {
				got = err
			}
			assert.Equal(t, tt.clean, got == nil, "Messages gave %v", got)
			_, _, err = c.Read(t.Context())
			var e *CloseError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, CloseError{Code: tt.code, Reason: tt.reason, Remote: true}, *e)

			ev, err := p.next()
			require.NoError(t, err)
			code, _, err := frame.ParseClose(ev.Payload)
			require.NoError(t, err)
			assert.Equal(t, tt.code, code)
			if c.Role() == RoleClient {
				p.Close() // a client waits for the server to close
			} else {
				_, err = p.Read(make([]byte, 1))
				require.ErrorIs(t, err, io.EOF)
				p.Close()
			}
			require.NoError(t, c.Close(StatusNormalClosure, ""), "both Close frames were exchanged")
		})
	}
}

//req:test RFC6455-7.1.2-01 RFC6455-5.5.1-06
func TestCloseSendsAndWaits(t *testing.T) {
	for _, reading := range []string{"nobody reads", "a read is in progress", "in the body of Messages"} {
		against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
			closed := make(chan error, 1)
			got := make(chan error, 1)
			switch reading {
			case "nobody reads":
				go func() { closed <- c.Close(4000, "enough") }()
				got <- nil
			case "a read is in progress":
				go func() {
					_, _, err := c.Read(context.Background())
					got <- err
				}()
				go func() { closed <- c.Close(4000, "enough") }()
			case "in the body of Messages":
				b, err := p.send.AppendFrame(nil, frame.OpText, protocol.Fin, []byte("borrowed"))
				require.NoError(t, err)
				_, err = p.Write(b)
				require.NoError(t, err)
				go func() {
					for m, err := range c.Messages(context.Background()) {
						if err != nil {
							got <- err
							return
						}
						closed <- c.Close(4000, "enough")
						if string(m.Data) != "borrowed" {
							got <- errors.New("a borrowed payload changed during Close: " + string(m.Data))
							return
						}
					}
					got <- nil
				}()
			}
			ev, err := p.next()
			require.NoError(t, err)
			require.Equal(t, protocol.KindClose, ev.Kind)
			// Data that was on its way is taken, and then the answer.
			b, err := p.send.AppendFrame(nil, frame.OpBinary, protocol.Fin, make([]byte, 100_000))
			require.NoError(t, err)
			b, err = p.send.Answer(b, ev)
			require.NoError(t, err)
			_, err = p.Write(b)
			require.NoError(t, err)
			if c.Role() == RoleServer {
				_, err = p.Read(make([]byte, 1))
				require.ErrorIs(t, err, io.EOF)
			}
			p.Close()
			require.NoError(t, <-closed, reading)
			switch err := <-got; reading {
			case "nobody reads", "a read is in progress": // which of the two met the data and the Close is open
			default:
				assert.Equal(t, StatusCode(4000), CloseStatus(err))
			}
			_, _, err = c.Read(t.Context())
			var e *CloseError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, CloseError{Code: 4000}, *e, "the answer has the code alone")
		})
	}
}

func TestCloseRefusesWhatCantBeSent(t *testing.T) {
	server, client := pair(t, nil, nil)
	require.Error(t, server.Close(StatusAbnormalClosure, ""))
	require.Error(t, server.Close(StatusNormalClosure, string(make([]byte, 124))))
	require.NoError(t, server.Write(t.Context(), Text, []byte("nothing happened")))
	_, p, err := client.Read(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "nothing happened", string(p))
}

//req:test RFC6455-7.2.1-02
func TestTransportEndsWithoutClose(t *testing.T) {
	against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
		p.Close()
		_, _, err := c.Read(t.Context())
		assert.Equal(t, StatusAbnormalClosure, CloseStatus(err))
		require.ErrorIs(t, err, ErrNoClose)
		require.ErrorIs(t, c.Close(StatusNormalClosure, ""), ErrNoClose)
	})
}

// CloseNow ends whatever is in progress.
//
//req:test RFC6455-7.2.2-01
func TestCloseNow(t *testing.T) {
	everyTransport(t, func(t *testing.T, server, _ *Conn) {
		errs := make(chan error, 4)
		w, err := server.Writer(t.Context(), Text)
		require.NoError(t, err)
		go func() { _, _, err := server.Read(context.Background()); errs <- err }()
		go func() { _, err := server.Ping(context.Background()); errs <- err }()
		go func() { errs <- server.Write(context.Background(), Text, nil) }() // waits for w
		go func() {
			for {
				if _, err := w.Write(make([]byte, bufferSize)); err != nil { // fills the transport
					errs <- err
					return
				}
			}
		}()
		require.Eventually(t, func() bool { return !server.reading.free() && server.inLine() == 1 }, 5*time.Second, time.Millisecond)
		require.NoError(t, server.CloseNow())
		for range 4 {
			require.ErrorIs(t, <-errs, ErrClosedNow)
		}
		require.Error(t, w.Close())
		<-server.Context().Done()
	})
}

// Messages whose write is waiting for its turn do no harm when their context
// ends; one that is cut off in the middle ends the connection.
func TestWriteCanceled(t *testing.T) {
	server, client := pair(t, nil, &Options{MaxMessage: -1})
	w, err := server.Writer(t.Context(), Text)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 1)
	go func() { waiting <- server.Write(ctx, Text, []byte("never")) }()
	require.Eventually(t, func() bool { return server.inLine() == 1 }, 5*time.Second, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-waiting, context.Canceled)
	_, err = w.Write([]byte("first"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, p, err := client.Read(t.Context())
	require.NoError(t, err)
	require.Equal(t, "first", string(p))

	ctx, cancel = context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Write(ctx, Binary, make([]byte, 64<<20)) }() // more than the sockets hold
	_, r, err := client.Reader(t.Context())
	require.NoError(t, err)
	_, err = r.Read(make([]byte, 1))
	require.NoError(t, err)
	cancel()
	err = <-done
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, net.ErrClosed)
}
