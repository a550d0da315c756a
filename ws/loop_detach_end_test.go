package ws_test

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// A function that was given to Detach right before Close gets a connection that
// is closing: it ends in bounded time, although the peer never answers.
func TestDetachThenClose(t *testing.T) {
	eachServer(t, func(t *testing.T, run func(*ws.Server) string) {
		closed := make(chan *ws.CloseError, 1)
		addr := run(&ws.Server{
			Options: &ws.Options{CloseTimeout: soonTime},
			OnMessage: func(c *ws.Conn, _ ws.Message) {
				assert.NoError(t, c.Detach(func(ctx context.Context, c *ws.Conn) error {
					_, _, err := c.Read(ctx)
					assert.ErrorIs(t, err, net.ErrClosed)
					return err
				}))
				assert.NoError(t, c.Close(ws.StatusGoingAway, ""))
			},
			OnClose: func(_ *ws.Conn, err *ws.CloseError) { closed <- err },
		})
		peer := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
		peer.Send(wstest.Text("x"))
		peer.ExpectClose(ws.StatusGoingAway)
		require.ErrorIs(t, soon(t, closed), ws.ErrCloseTimeout)
	})
}

// A connection that is being detached when Shutdown begins gets its 1001 like all
// others.
func TestDetachDuringShutdown(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{})
	opened := make(chan *ws.Conn, 2)
	served := make(chan error, 1)
	s := &ws.Server{
		Loops:  1,
		OnOpen: func(c *ws.Conn) { opened <- c },
		OnMessage: func(*ws.Conn, ws.Message) {
			close(held)
			<-hold
		},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { served <- s.Serve(ln) }()
	addr := ln.Addr().String()
	holder := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
	soon(t, opened)
	peer := wstest.NewPeer(t, openTCP(t, addr, requestText("/")), ws.RoleClient)
	c := soon(t, opened)

	holder.Send(wstest.Text("hold the loop"))
	soon(t, held)
	require.NoError(t, c.Detach(echoBack))
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.Background()) }()
	require.ErrorIs(t, soon(t, served), ws.ErrServerClosed) // Shutdown has begun
	close(hold)
	for _, p := range []*wstest.Peer{holder, peer} {
		p.ExpectClose(ws.StatusGoingAway)
		p.Send(wstest.Close(ws.StatusGoingAway, ""))
		p.ExpectEOF()
		p.Hangup()
	}
	require.NoError(t, soon(t, down))
}
