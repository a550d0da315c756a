package ws_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// misbehaving is a Server whose callbacks call f once on each connection to
// /NAME, in the callback of that name.
func misbehaving(o *ws.Options, f func()) *ws.Server {
	at := func(c *ws.Conn, name string) {
		if c.Info().Target == "/"+name && c.Value() != name {
			c.SetValue(name)
			f()
		}
	}
	o.OnRequest = func(r *ws.Request) error {
		if r.Target == "/OnRequest" {
			f()
		}
		return nil
	}
	o.Hooks = ws.Hooks{
		Ping: func(c *ws.Conn, _ []byte) { at(c, "Ping") },
		Pong: func(c *ws.Conn, _ []byte) { at(c, "Pong") },
		End:  func(c *ws.Conn, _ *ws.CloseError) { at(c, "End") },
	}
	return &ws.Server{
		Options: o,
		OnOpen:  func(c *ws.Conn) { at(c, "OnOpen") },
		OnMessage: func(c *ws.Conn, m ws.Message) {
			at(c, "OnMessage")
			_ = c.Write(context.Background(), m.Type, m.Data)
		},
		OnClose: func(c *ws.Conn, _ *ws.CloseError) { at(c, "OnClose") },
	}
}

// A callback that panics ends its connection, and one that ends its goroutine
// (as a test does that fails in it) does, too. Nobody else is affected.
func TestServerMisbehavingCallbacks(t *testing.T) {
	for way, f := range map[string]func(){"panics": func() { panic("oops") }, "exits": runtime.Goexit} {
		t.Run(way, func(t *testing.T) {
			eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
				checkDescriptors(t)
				var log lockedBuffer
				var calls atomic.Int32
				server := misbehaving(&ws.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, func() {
					calls.Add(1)
					f()
				})
				server.Loops = 1
				addr := run(server)
				w := newWitness(t, addr)
				for i, name := range []string{"OnRequest", "OnOpen", "OnMessage", "Ping", "Pong", "OnClose", "End"} {
					nc := dialTCP(t, addr)
					_, err := io.WriteString(nc, requestText("/"+name))
					require.NoError(t, err)
					if way == "panics" {
						panicking(t, nc, name)
					} else {
						octets := clientFrame(frame.OpPing, "x") + clientFrame(frame.OpPong, "x") + clientFrame(frame.OpText, "x") + clientFrame(frame.OpClose, "\x03\xe8")
						_, _ = io.WriteString(nc, octets)
						_, _ = io.Copy(io.Discard, nc) // until it is closed
					}
					nc.Close()
					w.check()
					require.Eventually(t, func() bool { return int(calls.Load()) == i+1 }, patience, tick, name)
				}
				if way == "panics" {
					require.Eventually(t, func() bool {
						return strings.Count(log.String(), "websocket callback panicked") == int(calls.Load())
					}, patience, tick, "each panic is logged")
				}
			})
		})
	}
}

// panicking has the callback of this name called, and looks at the answer.
func panicking(t *testing.T, nc net.Conn, name string) {
	t.Helper()
	if name == "OnRequest" {
		all, err := io.ReadAll(nc)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(all), "HTTP/1.1 500 "), "%s", all)
		return
	}
	readAnswer(t, nc)
	peer := wstest.NewPeer(t, nc, ws.RoleClient)
	switch name {
	case "OnMessage":
		peer.Send(wstest.Text("x"), wstest.Text("not handed out"))
	case "Ping":
		peer.Send(wstest.Ping("x"))
	case "Pong":
		peer.Send(wstest.Pong("x"))
	case "OnClose", "End":
		peer.Send(wstest.Close(frame.CloseNormal, ""))
		peer.ExpectClose(ws.StatusNormalClosure)
		peer.ExpectEOF()
		return
	}
	f := peer.Next()
	if f.Op == frame.OpPong { // the hook is not asked whether to answer
		f = peer.Next()
	}
	assert.Equal(t, ws.StatusInternalError, f.CloseCode(), "%v", f)
	peer.Send(wstest.Close(ws.StatusInternalError, ""))
	peer.ExpectEOF()
}

// Many connections whose callbacks end the loop's goroutine while others come
// and go: none is forgotten.
func TestLoopGoexit(t *testing.T) {
	checkDescriptors(t)
	var opened, closed atomic.Int32
	server := &ws.Server{
		Loops:  1,
		OnOpen: func(*ws.Conn) { opened.Add(1) },
		OnMessage: func(c *ws.Conn, _ ws.Message) {
			_ = c.CloseNow()
		},
		OnClose: func(*ws.Conn, *ws.CloseError) {
			closed.Add(1)
			runtime.Goexit()
		},
	}
	addr := runServer(t, server)
	for range 20 {
		var all []net.Conn
		for range 20 {
			all = append(all, openTCP(t, addr, requestText("/")))
		}
		for _, nc := range all {
			_, _ = io.WriteString(nc, clientFrame(frame.OpText, "x"))
		}
		for _, nc := range all {
			_, err := io.Copy(io.Discard, nc)
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
			nc.Close()
		}
	}
	require.Eventually(t, func() bool { return closed.Load() == 400 }, patience, tick)
	assert.EqualValues(t, 400, opened.Load())
}
