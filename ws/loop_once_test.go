package ws_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// The poller tells once what has come. Where octets and their end come together,
// while the loop is busy elsewhere, the loop takes the octets and meets the end,
// although nothing tells it again.
func TestLoopMeetsTheEndBehindOctets(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{})
	taken := make(chan string, 1)
	closed := make(chan *ws.CloseError, 1)
	addr := runServer(t, &ws.Server{
		Loops:   1,
		Options: &ws.Options{PingInterval: -1},
		OnMessage: func(c *ws.Conn, m ws.Message) {
			if c.Info().Target == "/hold" {
				held <- struct{}{}
				<-hold
				return
			}
			taken <- string(m.Data)
		},
		OnClose: func(c *ws.Conn, err *ws.CloseError) {
			if c.Info().Target != "/hold" {
				closed <- err
			}
		},
	})
	holder := openTCP(t, addr, requestText("/hold"))
	other := openTCP(t, addr, requestText("/"))
	_, err := io.WriteString(holder, clientFrame(frame.OpText, "x"))
	require.NoError(t, err)
	<-held
	_, err = io.WriteString(other, clientFrame(frame.OpText, "octets"))
	require.NoError(t, err)
	require.NoError(t, other.(*net.TCPConn).CloseWrite())
	close(hold)
	assert.Equal(t, "octets", <-taken)
	select {
	case err := <-closed:
		assert.ErrorIs(t, err, ws.ErrNoClose)
	case <-time.After(patience):
		t.Error("the end was not met")
	}
}
