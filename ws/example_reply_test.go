package ws_test

import (
	"context"
	"fmt"
	"io"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// A client that sends several messages at once gets all replies at once.
func ExampleMessage_Reply() {
	near, far := wstest.Pipe()
	server, _ := ws.NewConn(near, ws.RoleServer, ws.Agreement{}, nil)
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
	replies := make([]byte, 15)
	_, _ = io.ReadFull(far, replies)
	fmt.Printf("%q\n", replies)
	// Output: "\x81\x03one\x81\x03two\x81\x03bye"
}
