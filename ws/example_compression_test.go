package ws_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

// Both sides turn compression on, and here both want messages to refer to those
// before them; what they agreed on is in Info.
func ExampleCompression() {
	o := ws.Options{Compression: &ws.Compression{ServerContextTakeover: true, ClientContextTakeover: true}}
	server := ws.Handler(greet, &o)
	url, stop := exampleServer(server)
	defer stop()
	c, _, err := ws.Dial(context.Background(), url, &ws.DialOptions{Options: o})
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()
	fmt.Println(c.Info().Extensions)
	_, p, err := c.Read(context.Background())
	fmt.Println(string(p), err)
	// Output:
	// [permessage-deflate]
	// hello <nil>
}

// A secret is sent as it is: compressed together with what others choose, its
// length would tell about it.
func ExampleMessageType_Plain() {
	a, b := wstest.Pipe()
	sent := 0
	o := ws.Options{Compression: &ws.Compression{}}
	o.Hooks.Trace = func(_ *ws.Conn, d ws.Direction, octets []byte) {
		if d == ws.Sent {
			sent += len(octets)
		}
	}
	agreed := ws.Agreement{Deflate: &handshake.DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true}}
	server, _ := ws.NewConn(a, ws.RoleServer, agreed, &o)
	client, _ := ws.NewConn(b, ws.RoleClient, agreed, nil)
	defer client.CloseNow()
	defer server.CloseNow()
	message := []byte(strings.Repeat("very much alike ", 50))
	for _, t := range []ws.MessageType{ws.Text, ws.Text.Plain()} {
		sent = 0
		_ = server.Write(context.Background(), t, message)
		got, p, err := client.Read(context.Background())
		fmt.Println(t, "-", got, len(p), err, "- shorter on the wire:", sent < len(message))
	}
	// Output:
	// text - text 800 <nil> - shorter on the wire: true
	// text, plain - text 800 <nil> - shorter on the wire: false
}
