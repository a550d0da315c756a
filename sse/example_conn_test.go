package sse_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"time"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// A handler of one's own. In a program it is given to http.HandleFunc.
func ExampleAccept() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("over") {
			w.WriteHeader(http.StatusNoContent) // tells an EventSource to stop
			return
		}
		c, err := sse.Accept(w, r, &sse.Options{Retry: 2 * time.Second})
		if err != nil {
			return // the client has been answered
		}
		defer c.Close()
		_ = c.Send(sse.Message{Type: "price", Data: "17.20", ID: "41"})
		_ = c.Send(sse.Message{Data: "two\nlines"})
	}

	rec := &ssetest.Recorder{}
	rec.Serve(http.HandlerFunc(handler), httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Println(rec.Status(), rec.Sent().Get("Content-Type"))
	fmt.Print(rec.Body())

	rec = &ssetest.Recorder{}
	rec.Serve(http.HandlerFunc(handler), httptest.NewRequest(http.MethodGet, "/?over", nil))
	fmt.Println(rec.Status())
	// Output:
	// 200 text/event-stream
	// retry: 2000
	//
	// event: price
	// id: 41
	// data: 17.20
	//
	// data: two
	// data: lines
	//
	// 204
}

// Prices as they come, until the client leaves.
func ExampleHandler() {
	prices := make(chan string, 3)
	handler := sse.Handler(func(ctx context.Context, c *sse.Conn) error {
		for {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case p := <-prices:
				if err := c.Send(sse.Message{Type: "price", Data: p}); err != nil {
					return err
				}
			}
		}
	}, nil)

	for _, p := range []string{"17.20", "17.35", "17.10"} {
		prices <- p
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	for event, err := range sse.Read(resp.Body, nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(event.Type, event.Data)
		if event.Data == "17.10" {
			break
		}
	}
	// Output:
	// price 17.20
	// price 17.35
	// price 17.10
}

// What a language model gives, piece by piece.
func ExampleServe() {
	pieces := func(prompt string) iter.Seq2[sse.Message, error] {
		return func(yield func(sse.Message, error) bool) {
			for _, word := range []string{"You", " said ", prompt} {
				if !yield(sse.Message{Data: word}, nil) {
					return // the client is gone
				}
			}
			yield(sse.Message{Data: "[DONE]"}, nil)
		}
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		if err := sse.Serve(w, r, pieces(r.FormValue("prompt")), nil); err != nil && !errors.Is(err, sse.ErrGone) {
			fmt.Println("to the log:", err)
		}
	}

	rec := &ssetest.Recorder{}
	rec.Serve(http.HandlerFunc(handler), httptest.NewRequest(http.MethodPost, "/?prompt=hello", nil))
	for _, e := range rec.Events() {
		fmt.Printf("%q\n", e.Data)
	}
	// Output:
	// "You"
	// " said "
	// "hello"
	// "[DONE]"
}

// A page of another site, and one that is not listed.
func ExampleOptions_origins() {
	o := &sse.Options{Origins: []string{"https://app.example"}}
	fmt.Println(o.Check())
	fmt.Println((&sse.Options{Origins: []string{"https://app.example/"}}).Check())

	handler := sse.Handler(func(context.Context, *sse.Conn) error { return nil }, o)
	for _, origin := range []string{"https://app.example", "https://evil.example"} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Header.Set("Origin", origin)
		rec := &ssetest.Recorder{}
		rec.Serve(handler, req)
		fmt.Println(rec.Status(), rec.Sent().Get("Access-Control-Allow-Origin"))
	}
	// Output:
	// <nil>
	// sse: Options.Origins: "https://app.example/": after the scheme it has more than an ASCII host and a port
	// 200 https://app.example
	// 403
}

// http.Server.Shutdown waits for handlers; Stop makes them end.
func ExampleOptions_stop() {
	stop := make(chan struct{})
	handler := sse.Handler(func(ctx context.Context, c *sse.Conn) error {
		<-ctx.Done()
		if errors.Is(context.Cause(ctx), sse.ErrStopped) {
			return c.Send(sse.Message{Type: "bye", Data: "back soon", Retry: 5 * time.Second})
		}
		return context.Cause(ctx)
	}, &sse.Options{Stop: stop})

	close(stop) // in a program: server.RegisterOnShutdown(func() { close(stop) })
	rec := &ssetest.Recorder{}
	rec.Serve(handler, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Print(rec.Body())
	// Output:
	// retry: 5000
	// event: bye
	// data: back soon
}

// A client that comes again gets what it has missed.
func ExampleConn_LastEventID() {
	handler := sse.Handler(func(_ context.Context, c *sse.Conn) error {
		if id, ok := c.LastEventID(); ok {
			return c.Comment("after " + id)
		}
		return c.Comment("from now on")
	}, &sse.Options{LastEventIDParam: "lastEventId"})

	for _, target := range []string{"/", "/?lastEventId=41"} {
		rec := &ssetest.Recorder{}
		rec.Serve(handler, httptest.NewRequest(http.MethodGet, target, nil))
		fmt.Print(rec.Body())
	}
	// Output:
	// : from now on
	// : after 41
}

// One event for many streams is encoded once.
func ExampleConn_SendRaw() {
	m := sse.Message{Type: "news", Data: "hello"}
	frame, err := m.Append(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := sse.Handler(func(_ context.Context, c *sse.Conn) error {
		fmt.Println(c.SendRaw([]byte("data: no blank line\n")))
		return c.SendRaw(frame)
	}, nil)
	rec := &ssetest.Recorder{}
	rec.Serve(handler, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Print(rec.Body())
	// Output:
	// sse: SendRaw: the frame does not end with a blank line
	// event: news
	// data: hello
}

func ExampleConn_Send() {
	handler := sse.Handler(func(_ context.Context, c *sse.Conn) error {
		fmt.Println(c.Send(sse.Message{Data: "1", ID: "a\nb"}))
		fmt.Println(c.Send(sse.Message{Data: "2", ID: "ab"})) // the stream goes on
		fmt.Println(c.SetRetry(10 * time.Second))
		return c.Close()
	}, nil)
	rec := &ssetest.Recorder{}
	rec.Serve(handler, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Printf("%q\n", rec.Flushed())
	// Output:
	// sse: id: octet 1 is the control character LF, which can't come back in a header
	// <nil>
	// <nil>
	// ["" "id: ab\ndata: 2\n\n" "retry: 10000\n\n"]
}
