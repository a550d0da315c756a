package ws_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// Hooks.Trace sees the octets of the WebSocket connection: nothing of the opening
// handshake, also where the answer to it and the first frames go out in one
// write. It may ask for what is known of the connection.
func TestLoopTrace(t *testing.T) {
	type piece struct {
		direction ws.Direction
		octets    string
	}
	pieces := make(chan piece, 100)
	addr := runServer(t, &ws.Server{
		Options: &ws.Options{Hooks: ws.Hooks{Trace: func(c *ws.Conn, d ws.Direction, b []byte) {
			assert.Equal(t, "/chat", c.Info().Target)
			messages, _ := c.Buffered()
			assert.Zero(t, messages)
			_ = c.Context() // it does not wait; when the last Close is sent, it has ended
			pieces <- piece{d, string(b)}
		}}},
		OnOpen: func(c *ws.Conn) {
			assert.NoError(t, c.Write(context.Background(), ws.Text, []byte("welcome")))
		},
		OnMessage: func(c *ws.Conn, m ws.Message) {
			assert.NoError(t, c.Write(context.Background(), m.Type, m.Data))
		},
	})
	hello := clientFrame(frame.OpText, "Hello")
	peer := wstest.NewPeer(t, openTCP(t, addr, requestText("/chat")+hello), ws.RoleClient)
	peer.Expect(wstest.Text("welcome"), wstest.Text("Hello"))
	var seen [2]string
	for len(seen[ws.Received]) < 11 || len(seen[ws.Sent]) < 9+7 {
		p := soon(t, pieces)
		seen[p.direction] += p.octets
	}
	assert.Equal(t, [2]string{ws.Received: hello, ws.Sent: "\x81\x07welcome\x81\x05Hello"}, seen)
	peer.Send(wstest.Close(frame.CloseNormal, ""))
	peer.ExpectClose(frame.CloseNormal)
}
