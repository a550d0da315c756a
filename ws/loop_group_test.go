package ws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// A peer that reads nothing never has more queued than the bounds say, plus the
// one message that is taken below them, and the others get every message.
func TestW17_SlowReaderOfAServer(t *testing.T) {
	const fast, enough = 20, 100
	text := strings.Repeat("x", 3000)
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		checkDescriptors(t)
		var g ws.Group
		opened := make(chan *ws.Conn, 1)
		addr := run(&ws.Server{
			Options: &ws.Options{Group: &g, QueueMessages: 8, QueueBytes: 10_000},
			OnOpen:  func(c *ws.Conn) { opened <- c },
		})
		slowEnd := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
		slow := soon(t, opened)
		var peers []*wstest.Peer
		for range fast {
			peers = append(peers, wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient))
			soon(t, opened)
		}
		// What the sockets of the slow one hold is not in its queue.
		filler := prepare(t, strings.Repeat("f", 9000))
		filled := 0
		for slow.TryWritePrepared(filler) == nil {
			filled++
		}
		var taken []string // by the slow one: its sockets may find some more room
		for dropped := 0; dropped < enough; {
			require.Less(t, len(taken), 10_000, "none is dropped")
			m := fmt.Sprint(len(taken)+dropped) + text
			r := g.Broadcast(prepare(t, m), ws.DropMessage)
			assert.Equal(t, fast+1, r.Queued+r.Dropped)
			dropped += r.Dropped
			if r.Dropped == 0 {
				taken = append(taken, m)
			}
			n, octets := slow.Buffered()
			require.LessOrEqual(t, n, 9)
			require.LessOrEqual(t, octets, 10_000+9010)
			for _, p := range peers {
				p.Expect(wstest.Text(m))
			}
		}

		// What was queued comes when the slow one reads, and then it is in step again.
		for range filled {
			slowEnd.Expect(wstest.Text(strings.Repeat("f", 9000)))
		}
		for _, m := range taken {
			slowEnd.Expect(wstest.Text(m))
		}
		require.Eventually(t, func() bool { n, _ := slow.Buffered(); return n == 0 }, patience, tick)
		require.Equal(t, ws.BroadcastResult{Queued: fast + 1}, g.Broadcast(prepare(t, "last"), ws.DropMessage))
		slowEnd.Expect(wstest.Text("last"))
	})
}

// With DropConnection the slow one is closed with 1008, and nobody waits for it.
func TestW17_DropConnectionOfAServer(t *testing.T) {
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		var g ws.Group
		opened := make(chan *ws.Conn, 1)
		ended := make(chan *ws.CloseError, 1)
		addr := run(&ws.Server{
			Options: &ws.Options{Group: &g, QueueMessages: 4},
			OnOpen:  func(c *ws.Conn) { opened <- c },
			OnClose: func(_ *ws.Conn, err *ws.CloseError) { ended <- err },
		})
		slowEnd := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
		soon(t, opened)
		fast := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
		soon(t, opened)
		text := wstest.Text(strings.Repeat("x", 100_000))
		for r := (ws.BroadcastResult{}); r.Dropped == 0; {
			r = g.Broadcast(prepare(t, string(text.Payload)), ws.DropConnection)
			fast.Expect(text)
		}
		for f := slowEnd.Next(); ; f = slowEnd.Next() {
			if f.Op == frame.OpClose {
				assert.True(t, f.Equal(wstest.Close(ws.StatusPolicyViolation, "reads too slowly")), f)
				break
			}
			require.True(t, f.Equal(text))
		}
		slowEnd.Send(wstest.Close(ws.StatusPolicyViolation, ""))
		slowEnd.ExpectEOF()
		slowEnd.Hangup()
		assert.Equal(t, ws.StatusPolicyViolation, soon(t, ended).Code)
		require.Eventually(t, func() bool { return g.Len() == 1 }, patience, tick)
		assert.Equal(t, ws.BroadcastResult{Queued: 1}, g.Broadcast(prepare(t, "next"), ws.DropConnection))
		fast.Expect(wstest.Text("next"))
	})
}

// The Group of a Server's connections shuts them down like any others.
func TestW18_GroupOfAServer(t *testing.T) {
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		g := ws.Group{Pace: -1}
		opened := make(chan *ws.Conn, 1)
		addr := run(&ws.Server{Options: &ws.Options{Group: &g}, OnOpen: func(c *ws.Conn) { opened <- c }})
		var peers []*wstest.Peer
		for range 20 {
			peers = append(peers, wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient))
			soon(t, opened)
		}
		peers[1].Send(wstest.Text("half a message").More())
		peers[2].Send(wstest.Text("half a frame").First(8))
		down := make(chan error, 1)
		go func() { down <- g.Shutdown(t.Context()) }()
		for i, p := range peers {
			p.ExpectClose(ws.StatusGoingAway)
			if i != 2 { // in the middle of a frame there is no way to answer
				p.Send(wstest.Close(ws.StatusGoingAway, ""))
				p.ExpectEOF()
			}
			p.Hangup()
		}
		require.NoError(t, soon(t, down))
		late := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
		late.ExpectClose(ws.StatusGoingAway)
		late.Hangup()
	})
}
