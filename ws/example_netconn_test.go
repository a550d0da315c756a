package ws_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// A protocol of lines over text messages, whose boundaries it does not see.
func ExampleNetConn() {
	a, b := wstest.Pipe()
	server, _ := ws.NewConn(a, ws.RoleServer, ws.Agreement{}, nil)
	client, _ := ws.NewConn(b, ws.RoleClient, ws.Agreement{}, nil)

	go func() {
		conn := ws.NetConn(client, ws.Text)
		_, _ = fmt.Fprint(conn, "one\ntw")
		_, _ = fmt.Fprint(conn, "o\nthree")
		_ = conn.Close() // 1000: the other side reads io.EOF
	}()

	conn := ws.NetConn(server, ws.Text)
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		fmt.Println(lines.Text())
	}
	fmt.Println(lines.Err())
	_, err := conn.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, io.EOF))
	// Output:
	// one
	// two
	// three
	// <nil>
	// true
}
