package ws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
)

// greet is a service for the examples: it says hello and is done.
func greet(ctx context.Context, c *ws.Conn) error {
	return c.Write(ctx, ws.Text, []byte("hello"))
}

// exampleServer gives the ws URL of a server.
func exampleServer(h http.Handler) (url string, stop func()) {
	s := httptest.NewServer(h)
	return "ws" + strings.TrimPrefix(s.URL, "http"), s.Close
}

func ExampleHandler() {
	url, stop := exampleServer(ws.Handler(func(ctx context.Context, c *ws.Conn) error {
		_, p, err := c.Read(ctx)
		if err != nil {
			return err
		}
		if string(p) != "please" {
			return &ws.CloseError{Code: ws.StatusPolicyViolation, Reason: "say please"}
		}
		return c.Write(ctx, ws.Text, []byte("here you are"))
	}, nil))
	defer stop()

	for _, word := range []string{"please", "now"} {
		c, _, err := ws.Dial(context.Background(), url, nil)
		if err != nil {
			log.Fatal(err)
		}
		_ = c.Write(context.Background(), ws.Text, []byte(word))
		for {
			_, p, err := c.Read(context.Background())
			if err != nil {
				fmt.Println(err)
				break
			}
			fmt.Println(string(p))
		}
	}
	// Output:
	// here you are
	// ws: connection closed by the peer: 1000 normal closure
	// ws: connection closed by the peer: 1008 policy violation: "say please"
}

func ExampleAccept() {
	url, stop := exampleServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ws.Accept(w, r, &ws.Options{Subprotocols: []string{"chat.v2", "chat.v1"}})
		if err != nil {
			return // the client has been answered
		}
		_ = c.Write(r.Context(), ws.Text, []byte("you speak "+c.Subprotocol()))
		_ = c.Close(ws.StatusNormalClosure, "")
	}))
	defer stop()

	c, _, err := ws.Dial(context.Background(), url, &ws.DialOptions{
		Options: ws.Options{Subprotocols: []string{"chat.v1"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, p, _ := c.Read(context.Background())
	fmt.Println(string(p))
	// Output: you speak chat.v1
}

// Upgrade needs no net/http server: any net.Conn will do.
func ExampleUpgrade() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				ctx := context.Background()
				c, err := ws.Upgrade(ctx, nc, nil)
				if err != nil {
					return // the client has been answered, and nc is closed
				}
				_ = greet(ctx, c)
				_ = c.Close(ws.StatusNormalClosure, "")
			}()
		}
	}()

	c, _, err := ws.Dial(context.Background(), "ws://"+l.Addr().String(), nil)
	if err != nil {
		log.Fatal(err)
	}
	_, p, _ := c.Read(context.Background())
	fmt.Println(string(p))
	// Output: hello
}

func ExampleDial() {
	url, stop := exampleServer(ws.Handler(greet, nil))
	defer stop()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, resp, err := ws.Dial(ctx, url, &ws.DialOptions{
		Header: http.Header{"Authorization": {"Bearer 0123"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Status)
	for m, err := range c.Messages(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(m.Data))
	}
	// Output:
	// 101 Switching Protocols
	// hello
}

// A DialError says at which step Dial failed. When the server refused, its
// answer tells why.
func ExampleDialError() {
	url, stop := exampleServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "log in first", http.StatusUnauthorized)
	}))
	defer stop()

	_, resp, err := ws.Dial(context.Background(), url, nil)
	if e, ok := errors.AsType[*ws.DialError](err); ok {
		fmt.Println("step:", e.Step)
	}
	if e, ok := errors.AsType[*handshake.Error](err); ok {
		fmt.Println("token:", e.Token)
	}
	body, _ := io.ReadAll(resp.Body)
	fmt.Printf("%s: %s", resp.Status, body)

	_, _, err = ws.Dial(context.Background(), "http://example.com", nil)
	fmt.Println(err)
	// Output:
	// step: verify
	// token: status
	// 401 Unauthorized: log in first
	// ws: dial: url: websocket handshake: not a valid WebSocket URI: scheme is not ws or wss
}

func ExampleDialError_Timeout() {
	silent := &ws.DialOptions{
		Options: ws.Options{HandshakeTimeout: 10 * time.Millisecond},
		NetDial: func(context.Context, string, string) (net.Conn, error) {
			nc, _ := net.Pipe()
			return nc, nil
		},
	}
	_, _, err := ws.Dial(context.Background(), "ws://example.com", silent)
	if e, ok := errors.AsType[*ws.DialError](err); ok {
		fmt.Println(e.Step, e.Timeout())
	}
	// Output: handshake true
}

// NetDial decides how the server is reached: here by a Unix socket.
func ExampleDialOptions() {
	socket := &net.UnixAddr{Name: "/nonexistent/longwire.sock", Net: "unix"}
	o := &ws.DialOptions{
		NetDial: func(ctx context.Context, _, addr string) (net.Conn, error) {
			fmt.Println("asked for", addr)
			return new(net.Dialer).DialContext(ctx, socket.Net, socket.Name)
		},
		MaxRedirects: -1,
	}
	_, _, err := ws.Dial(context.Background(), "ws://server.example/", o)
	fmt.Println(err != nil) // nobody listens there
	// Output:
	// asked for server.example:80
	// true
}

func ExampleProxyURL() {
	proxy := &url.URL{Scheme: "socks5", Host: "127.0.0.1:1", User: url.UserPassword("me", "secret")}
	_, _, err := ws.Dial(context.Background(), "wss://example.com", &ws.DialOptions{Proxy: ws.ProxyURL(proxy)})
	e, ok := errors.AsType[*ws.DialError](err)
	fmt.Println(ok && e.Step == ws.StepProxy) // nobody listens there
	// Output: true
}

func ExampleNoProxy() {
	url, stop := exampleServer(ws.Handler(greet, nil))
	defer stop()
	c, _, err := ws.Dial(context.Background(), url, &ws.DialOptions{Proxy: ws.NoProxy})
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()
	_, p, _ := c.Read(context.Background())
	fmt.Println(string(p))
	// Output: hello
}

func ExampleOptions_Check() {
	o := &ws.Options{Origins: []string{"https://*.example.com"}}
	fmt.Println(o.Check())
	o.Subprotocols = []string{"chat", "chat"}
	fmt.Println(o.Check())
	// Output:
	// <nil>
	// websocket handshake: subprotocol chat stands twice
}

// OnRequest decides about each handshake, and may add fields to the answer.
func ExampleRequest() {
	url, stop := exampleServer(ws.Handler(greet, &ws.Options{
		OnRequest: func(r *ws.Request) error {
			if r.Target != "/greetings" {
				return handshake.ErrNotFound
			}
			r.Response.Set("X-Greeting", "1")
			return nil
		},
	}))
	defer stop()
	for _, target := range []string{"/greetings", "/nothing"} {
		c, resp, err := ws.Dial(context.Background(), url+target, nil)
		fmt.Println(resp.Status, resp.Header.Get("X-Greeting"))
		if err == nil {
			_ = c.CloseNow()
		}
	}
	// Output:
	// 101 Switching Protocols 1
	// 404 Not Found
}

func ExampleConn_Info() {
	url, stop := exampleServer(ws.Handler(func(ctx context.Context, c *ws.Conn) error {
		i := c.Info()
		text := fmt.Sprintf("%s %s, User-Agent %q, TLS %t", i.HTTPVersion, i.Target, i.Header.Get("User-Agent"), i.TLS != nil)
		return c.Write(ctx, ws.Text, []byte(text))
	}, nil))
	defer stop()
	c, _, err := ws.Dial(context.Background(), url+"/info?x=1", &ws.DialOptions{Header: http.Header{"User-Agent": {"example"}}})
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseNow()
	_, p, _ := c.Read(context.Background())
	fmt.Println(string(p))
	// Output: HTTP/1.1 /info?x=1, User-Agent "example", TLS false
}
