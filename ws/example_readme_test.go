package ws_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"longwire.example/ws"
)

// These two are the examples of README.md, which a test compares.

func ExampleHandler_readme() {
	http.Handle("/echo", ws.Handler(func(ctx context.Context, c *ws.Conn) error {
		for m, err := range c.Messages(ctx) {
			if err != nil || m.Reply(m.Type, m.Data) != nil {
				return err
			}
		}
		return nil // closes with 1000
	}, nil))

	url, stop := serveReadme(http.DefaultServeMux)
	defer stop()
	c, _, err := ws.Dial(context.Background(), url+"/echo", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()
	_ = c.Write(context.Background(), ws.Binary, []byte{1, 2, 3})
	fmt.Println(c.Read(context.Background()))
	// Output: binary [1 2 3] <nil>
}

func ExampleDial_readme() {
	ctx := context.Background()
	url, stop := serveReadme(ws.Handler(echoReadme, nil))
	defer stop()

	c, _, err := ws.Dial(ctx, url, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, ws.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	_, p, err := c.Read(ctx)
	fmt.Println(string(p), err)

	// Output: Hello <nil>
}

func echoReadme(ctx context.Context, c *ws.Conn) error {
	t, p, err := c.Read(ctx)
	if err != nil {
		return err
	}
	return c.Write(ctx, t, p)
}

// serveReadme gives the ws URL of a server with this handler.
func serveReadme(h http.Handler) (url string, stop func()) {
	server := httptest.NewServer(h)
	return strings.Replace(server.URL, "http", "ws", 1), server.Close
}
