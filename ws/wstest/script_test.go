package wstest_test

import (
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// play plays two scripts against each other and gives what each got.
func play(client, server wstest.Script) (clientErr, serverErr error) {
	a, b := wstest.Pipe()
	done := make(chan error)
	go func() {
		err := server.Play(b, protocol.Server)
		_ = b.Close()
		done <- err
	}()
	clientErr = client.Play(a, protocol.Client)
	_ = a.Close()
	return clientErr, <-done
}

func TestScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := wstest.Script{
			wstest.Send(wstest.Text("Hel").More(), wstest.Ping("in between"), wstest.Continuation("lo")),
			wstest.Expect(wstest.Pong("in between"), wstest.Text("Hello")),
			wstest.Send(wstest.Close(frame.CloseNormal, "done")),
			wstest.ExpectClose(frame.CloseNormal),
			wstest.ExpectEOF(),
		}
		server := wstest.Script{
			wstest.Expect(wstest.Text("Hel").More(), wstest.Ping("in between")),
			wstest.ExpectMessage(wstest.NewFrame(frame.OpContinuation, []byte("lo"))),
			wstest.Send(wstest.Pong("in between"), wstest.Text("Hello")),
			wstest.Expect(wstest.Close(frame.CloseNormal, "done")),
			wstest.Send(wstest.Close(frame.CloseNormal, "")),
			wstest.CloseWrite(),
			wstest.Drain(),
			wstest.Hangup(),
		}
		clientErr, serverErr := play(client, server)
		require.NoError(t, clientErr)
		require.NoError(t, serverErr)
		assert.Equal(t, "send text (more follows) \"Hel\", ping \"in between\", continuation \"lo\"\n"+
			"expect pong \"in between\", text \"Hello\"\nsend close 1000 \"done\"\nexpect close 1000\nexpect EOF\n", client.String())
	})
}

func TestScriptFails(t *testing.T) {
	hi := wstest.Text("hi")
	for _, c := range []struct {
		name   string
		sent   wstest.Step
		expect wstest.Step
		want   string
	}{
		{"payload", wstest.Send(hi), wstest.Expect(wstest.Text("ho")), `expect text "ho": frame 1: got text "hi"`},
		{"second frame", wstest.Send(hi, hi), wstest.Expect(hi, wstest.Ping("")), `expect text "hi", ping "": frame 2: got text "hi"`},
		{"masked", wstest.Send(hi.Unmasked()), wstest.Expect(hi), `expect text "hi": frame 1: frame from a client is not masked (RFC 6455 section 5.1): text "hi"`},
		{"close code", wstest.Send(wstest.Close(frame.CloseNormal, "")), wstest.ExpectClose(frame.CloseGoingAway), `expect close 1001: got close 1000`},
		{"no close", wstest.Send(hi), wstest.ExpectClose(frame.CloseNoStatus), `expect close 1005: got text "hi"`},
		{"no end", wstest.Send(hi), wstest.ExpectEOF(), `expect EOF: got text "hi"`},
		{"end", wstest.CloseWrite(), wstest.Expect(hi), `expect text "hi": frame 1: EOF`},
		{"end in a header", wstest.Send(hi.First(1)), wstest.Expect(hi), `expect text "hi": frame 1: in a header: unexpected EOF`},
		{"end in a payload", wstest.Send(hi.First(7)), wstest.ExpectMessage(hi), `expect message text "hi": in the payload of text: unexpected EOF`},
		{"huge length", wstest.Send(hi.Declare(1 << 62)), wstest.Expect(hi), `expect text "hi": frame 1: in the payload of text: unexpected EOF`},
		{"message", wstest.Send(hi.More(), wstest.Continuation("!")), wstest.ExpectMessage(hi), `expect message text "hi": got text "hi!"`},
		{"inside a message", wstest.Send(hi.More(), wstest.Ping("")), wstest.ExpectMessage(hi), `expect message text "hi": got ping "" inside the message`},
		{"length", wstest.Send(hi.Length64()), wstest.ExpectEOF(), `expect EOF: payload length is not in its shortest form (RFC 6455 section 5.2)`},
		{"octets", wstest.Hangup(), wstest.Expect(wstest.Octets(1)), `expect octets 01: frame 1: octets can be sent, not expected`},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := play(wstest.Script{c.sent}, wstest.Script{wstest.Send(), c.expect})
				require.EqualError(t, err, "wstest: step 2, "+c.want)
				var failed *wstest.StepError
				require.ErrorAs(t, err, &failed)
				assert.Equal(t, 1, failed.Index)
			})
		})
	}
}

// What a script sends is known beforehand, and how it is cut on the way
// changes nothing.
func TestScriptOctets(t *testing.T) {
	script := wstest.Script{
		wstest.Send(wstest.Text("Hello").More(), wstest.Ping("p")),
		wstest.Send(wstest.Continuation(""), wstest.Close(frame.CloseNormal, "")),
	}
	for _, role := range []protocol.Role{protocol.Client, protocol.Server} {
		want := script.Octets(role)
		for cut := range len(want) + 1 {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				conn := wstest.Faulty(a, wstest.Faults{Write: wstest.Fault{Kind: wstest.FaultHangup, After: int64(cut)}})
				err := script.Play(conn, role)
				if cut < len(want) {
					require.ErrorIs(t, err, wstest.ErrFault)
				} else {
					require.NoError(t, err)
					require.NoError(t, conn.Close())
				}
				got, err := io.ReadAll(b)
				require.NoError(t, err)
				assert.Equal(t, want[:cut], got)
			})
		}
	}
}

// recorder is a TB that remembers.
type recorder struct{ failed string }

type failNow struct{}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	panic(failNow{})
}

// run gives the failure of f.
func (r *recorder) run(f func()) (failed string) {
	defer func() {
		if _, ok := recover().(failNow); ok {
			failed = r.failed
		}
	}()
	f()
	return ""
}

func TestPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		client := wstest.NewPeer(t, a, protocol.Client)
		server := wstest.NewPeer(t, b, protocol.Server)

		client.Send(wstest.Text("one"), wstest.Text("two"))
		server.Expect(wstest.Text("one"))
		assert.Equal(t, wstest.Text("two").String(), server.Next().String())
		server.Send(wstest.Text("thr").More(), wstest.Continuation("ee"))
		client.ExpectMessage(wstest.Text("three"))

		start := time.Now()
		client.ExpectNothing(time.Hour)
		assert.Equal(t, time.Hour, time.Since(start))

		var wg sync.WaitGroup
		wg.Go(func() { client.SendEach(wstest.Ping("p"), wstest.Close(frame.CloseNormal, "")) })
		server.Expect(wstest.Ping("p"))
		server.ExpectClose(frame.CloseNormal)
		wg.Wait()

		var r recorder
		impatient := wstest.NewPeer(&r, b, protocol.Server)
		start = time.Now()
		assert.Equal(t, `expect EOF: i/o timeout`, r.run(impatient.ExpectEOF))
		assert.Equal(t, wstest.DefaultPatience, time.Since(start))
		start = time.Now()
		impatient.Patience = time.Second
		assert.Equal(t, `next frame: i/o timeout`, r.run(func() { impatient.Next() }))
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, `drain: i/o timeout`, r.run(impatient.Drain))

		client.Send(wstest.Text("late"))
		assert.Equal(t, `expect nothing for 1s: got text "late"`, r.run(func() { impatient.ExpectNothing(time.Second) }))
		client.CloseWrite()
		server.ExpectEOF()
		assert.Equal(t, `expect nothing for 1s: EOF`, r.run(func() { impatient.ExpectNothing(time.Second) }))
		server.Hangup()
		client.Drain()
	})
}
