package ws_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// A server that tells its clients that it goes away. http.Server.Shutdown
// waits for requests and does not know the connections that they became; the
// Group does.
func ExampleGroup_Shutdown() {
	group := &ws.Group{Pace: 500} // closings a second
	srv := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: ws.Handler(func(ctx context.Context, c *ws.Conn) error {
			for _, err := range c.Messages(ctx) {
				if err != nil {
					return err
				}
			}
			return nil
		}, &ws.Options{Group: group}),
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	closed := make(chan error, 1)
	srv.RegisterOnShutdown(func() { closed <- group.Shutdown(ctx) })

	l := wstest.Listen() // in a program: net.Listen
	go func() { _ = srv.Serve(l) }()
	client, _, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{NetDial: l.Dial})
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan error)
	go func() {
		_, _, err := client.Read(ctx)
		ended <- err
	}()

	fmt.Println("requests:", srv.Shutdown(ctx))
	fmt.Println("connections:", <-closed)
	fmt.Println("client:", <-ended)
	// Output:
	// requests: <nil>
	// connections: <nil>
	// client: ws: connection closed by the peer: 1001 going away
}

// Three clients in a room. One of them reads nothing, and its connection may
// hold one message.
func ExampleGroup_Broadcast() {
	room := &ws.Group{}
	join := func(size, queue int) *ws.Conn {
		near, _ := wstest.NewPipe(wstest.PipeOptions{Size: size})
		c, _ := ws.NewConn(near, ws.RoleServer, ws.Agreement{}, &ws.Options{Group: room, QueueMessages: queue})
		return c
	}
	join(1<<20, 64)
	join(1<<20, 64)
	slow := join(100, 1)

	news, _ := ws.NewPrepared(ws.Binary, make([]byte, 1000))
	for range 3 {
		fmt.Printf("%+v\n", room.Broadcast(news, ws.DropMessage))
	}
	fmt.Println(slow.Buffered())
	_ = slow.CloseNow()
	fmt.Println(room.Len(), "left")
	// Output:
	// {Queued:3 Dropped:0 Ended:0}
	// {Queued:2 Dropped:1 Ended:0}
	// {Queued:2 Dropped:1 Ended:0}
	// 1 1000
	// 2 left
}

func ExampleGroup_All() {
	group := &ws.Group{}
	for _, name := range []string{"chat", "news"} {
		near, _ := wstest.Pipe()
		_, _ = ws.NewConn(near, ws.RoleServer, ws.Agreement{Subprotocol: name}, &ws.Options{Group: group})
	}
	// A broadcast to some of them.
	m, _ := ws.NewPrepared(ws.Text, []byte("Hello"))
	for c := range group.All() {
		if c.Subprotocol() == "chat" {
			fmt.Println(c.Subprotocol(), c.TryWritePrepared(m))
		}
	}
	fmt.Println(group.Len())
	// Output:
	// chat <nil>
	// 2
}
