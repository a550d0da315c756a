package ws_test

import (
	"context"
	"fmt"
	"net"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// countedWrites counts the writes of a transport.
type countedWrites struct {
	net.Conn
	n int
}

func (c *countedWrites) Write(p []byte) (int, error) {
	c.n++
	return c.Conn.Write(p)
}

// A client that sends several messages at once gets all replies at once.
func ExampleMessage_Reply() {
	near, far := wstest.Pipe()
	transport := &countedWrites{Conn: near}
	server, _ := ws.NewConn(transport, ws.RoleServer, ws.Agreement{}, nil)
	defer server.CloseNow()
	var wire []byte
	for _, f := range []wstest.Frame{wstest.Text("one"), wstest.Text("two"), wstest.Text("bye")} {
		wire = f.Append(wire, ws.RoleClient, 0x12345678)
	}
	_, _ = far.Write(wire)

	for m, err := range server.Messages(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := m.Reply(m.Type, m.Data); err != nil {
			fmt.Println(err)
			return
		}
		if string(m.Data) == "bye" {
			break
		}
	}
	fmt.Println("replies in writes:", transport.n)
	// Output: replies in writes: 1
}
