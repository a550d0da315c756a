package wsjson_test

import (
	"context"
	"errors"
	"fmt"

	"longwire.example/ws"
	"longwire.example/ws/wsjson"
	"longwire.example/ws/wstest"
)

// connected gives two connections that talk to each other.
func connected() (server, client *ws.Conn) {
	a, b := wstest.Pipe()
	server, _ = ws.NewConn(a, ws.RoleServer, ws.Agreement{}, nil)
	client, _ = ws.NewConn(b, ws.RoleClient, ws.Agreement{}, nil)
	return server, client
}

func ExampleRead() {
	server, client := connected()
	ctx := context.Background()
	type point struct{ X, Y int }

	_ = client.Write(ctx, ws.Text, []byte(`{"x": 3, "y": 4}`))
	p, err := wsjson.Read[point](ctx, server)
	fmt.Println(p, err)

	_ = client.Write(ctx, ws.Text, []byte(`{"x": "three"}`))
	_, err = wsjson.Read[point](ctx, server)
	fmt.Println(err)
	// Output:
	// {3 4} <nil>
	// wsjson: text message of 14 octets is no JSON for wsjson_test.point: json: cannot unmarshal string into Go struct field point.X of type int
}

func ExampleReadStrict() {
	server, client := connected()
	ctx := context.Background()
	_ = wsjson.Write(ctx, client, map[string]int{"x": 1, "z": 2})
	_, err := wsjson.ReadStrict[struct{ X, Y int }](ctx, server)
	fmt.Println(errors.Unwrap(err))
	// Output: json: unknown field "z"
}

// A server that answers what it can't read and goes on, except for binary
// messages.
func ExampleMessages() {
	server, client := connected()
	ctx := context.Background()
	go func() {
		for n, err := range wsjson.Messages[int](ctx, server) {
			var bad *wsjson.Error
			switch {
			case errors.Is(err, wsjson.ErrBinary):
				_ = server.Close(ws.StatusUnsupportedData, "text only")
				return
			case errors.As(err, &bad):
				_ = wsjson.Write(ctx, server, "a number, please")
			case err != nil:
				return
			default:
				_ = wsjson.Write(ctx, server, n*n)
			}
		}
	}()

	for _, m := range []string{"7", "seven", "-3"} {
		_ = client.Write(ctx, ws.Text, []byte(m))
		answer, err := wsjson.Read[any](ctx, client)
		fmt.Println(answer, err)
	}
	_ = client.Write(ctx, ws.Binary, []byte{7})
	_, err := wsjson.Read[any](ctx, client)
	fmt.Println(err)
	// Output:
	// 49 <nil>
	// a number, please <nil>
	// 9 <nil>
	// ws: connection closed by the peer: 1003 unsupported data: "text only"
}

func ExampleMessagesStrict() {
	server, client := connected()
	ctx := context.Background()
	_ = wsjson.Write(ctx, client, map[string]int{"x": 1})
	_ = wsjson.Write(ctx, client, map[string]int{"x": 1, "z": 2})
	go func() { _ = client.Close(ws.StatusNormalClosure, "") }()
	for p, err := range wsjson.MessagesStrict[struct{ X, Y int }](ctx, server) {
		fmt.Println(p, errors.Unwrap(err))
	}
	// Output:
	// {1 0} <nil>
	// {0 0} json: unknown field "z"
}

func ExampleWrite() {
	server, client := connected()
	ctx := context.Background()
	_ = wsjson.Write(ctx, server, []string{"a", "b"})
	_, p, err := client.Read(ctx)
	fmt.Printf("%s %v\n", p, err)
	fmt.Println(wsjson.Write(ctx, server, func() {}))
	// Output:
	// ["a","b"] <nil>
	// wsjson: can't encode func(): json: unsupported type: func()
}
