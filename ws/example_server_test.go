package ws_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"longwire.example/ws"
)

// listenLocally gives a listener for an example.
func listenLocally() net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return ln
}

// clientOf serves s for an example and gives a client of it.
func clientOf(s *ws.Server, o *ws.DialOptions) *ws.Conn {
	ln := listenLocally()
	go s.Serve(ln) //nolint:errcheck // ErrServerClosed
	c, _, err := ws.Dial(context.Background(), "ws://"+ln.Addr().String()+"/", o)
	if err != nil {
		panic(err)
	}
	return c
}

// An echo server for very many connections.
func ExampleServer() {
	s := &ws.Server{
		OnOpen: func(c *ws.Conn) { fmt.Println("open:", c.Info().Target) },
		OnMessage: func(_ *ws.Conn, m ws.Message) {
			_ = m.Reply(m.Type, m.Data) // an error is what OnClose gets, too
		},
		OnClose: func(_ *ws.Conn, err *ws.CloseError) { fmt.Println(err) },
	}
	ln := listenLocally() // or s.ListenAndServe(":8080")
	go s.Serve(ln)        //nolint:errcheck // ErrServerClosed

	ctx := context.Background()
	c, _, err := ws.Dial(ctx, "ws://"+ln.Addr().String()+"/chat", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = c.Write(ctx, ws.Text, []byte("Hello"))
	_, p, _ := c.Read(ctx)
	fmt.Printf("%s\n", p)
	_ = c.Close(ws.StatusNormalClosure, "bye")
	_ = s.Shutdown(ctx)
	// Output:
	// open: /chat
	// Hello
	// ws: connection closed by the peer: 1000 normal closure: "bye"
}

// Work that takes long goes to another goroutine, with a copy of the message: the
// loop goes on meanwhile, and Write may be called from anywhere.
func ExampleServer_otherGoroutines() {
	var workers sync.WaitGroup
	s := &ws.Server{
		OnMessage: func(c *ws.Conn, m ws.Message) {
			question := bytes.Clone(m.Data)
			workers.Go(func() {
				answer := strings.ToUpper(string(question)) // or ask a database
				_ = c.Write(c.Context(), ws.Text, []byte(answer))
			})
		},
	}
	ctx := context.Background()
	c := clientOf(s, nil)
	_ = c.Write(ctx, ws.Text, []byte("slowly"))
	_, p, _ := c.Read(ctx)
	fmt.Printf("%s\n", p)
	_ = c.Close(ws.StatusNormalClosure, "")
	_ = s.Shutdown(ctx)
	workers.Wait()
	// Output: SLOWLY
}

// A connection that has to wait leaves its loop: behind "upload" comes a message
// that is read as a stream.
func ExampleConn_Detach() {
	s := &ws.Server{
		OnMessage: func(c *ws.Conn, m ws.Message) {
			if string(m.Data) != "upload" {
				return
			}
			_ = c.Detach(func(ctx context.Context, c *ws.Conn) error {
				_, r, err := c.Reader(ctx)
				if err != nil {
					return err
				}
				var file strings.Builder // or a file
				n, err := io.Copy(&file, r)
				if err != nil {
					return err
				}
				return c.Write(ctx, ws.Text, fmt.Appendf(nil, "stored %d octets", n))
			})
		},
		OnClose: func(_ *ws.Conn, err *ws.CloseError) { fmt.Println(err) },
	}
	ctx := context.Background()
	c := clientOf(s, nil)
	_ = c.Write(ctx, ws.Text, []byte("upload"))
	_ = c.Write(ctx, ws.Binary, make([]byte, 100_000))
	_, p, _ := c.Read(ctx)
	fmt.Printf("%s\n", p)
	_, _, err := c.Read(ctx)
	fmt.Println(ws.CloseStatus(err))
	_ = s.Shutdown(ctx)
	// Output:
	// stored 100000 octets
	// 1000 normal closure
	// ws: connection closed: 1000 normal closure
}

// A write on a connection of a Server never waits. What the peer does not take is
// queued, and when that is too much the caller decides.
func ExampleServer_backpressure() {
	ctx := context.Background()
	told := make(chan bool)
	s := &ws.Server{
		Options: &ws.Options{QueueBytes: 64 << 10},
		OnOpen: func(c *ws.Conn) {
			update := make([]byte, 32<<10)
			for { // the peer does not read yet
				err := c.Write(ctx, ws.Binary, update)
				if errors.Is(err, ws.ErrBackpressure) {
					_, octets := c.Buffered()
					fmt.Println("leaving an update out, at the high-water mark:", octets >= 64<<10)
					close(told)
					return
				}
			}
		},
	}
	c := clientOf(s, nil)
	<-told
	_ = c.CloseNow()
	_ = s.Close()
	// Output: leaving an update out, at the high-water mark: true
}

// What belongs to a connection is found again in the next callback.
func ExampleConn_SetValue() {
	type player struct{ name string }
	s := &ws.Server{
		OnOpen: func(c *ws.Conn) { c.SetValue(&player{name: c.Info().Header.Get("X-Player")}) },
		OnMessage: func(c *ws.Conn, m ws.Message) {
			p := c.Value().(*player)
			_ = c.Write(context.Background(), ws.Text, []byte(p.name+" says "+string(m.Data)))
		},
	}
	ctx := context.Background()
	c := clientOf(s, &ws.DialOptions{Header: map[string][]string{"X-Player": {"Ada"}}})
	_ = c.Write(ctx, ws.Text, []byte("hello"))
	_, p, _ := c.Read(ctx)
	fmt.Printf("%s\n", p)
	_ = c.CloseNow()
	_ = s.Shutdown(ctx)
	// Output: Ada says hello
}
