package sse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// sent plays a handler and gives what it sent.
func sent(fn func(ctx context.Context, c *sse.Conn) error) *ssetest.Recorder {
	rec := &ssetest.Recorder{}
	rec.Serve(sse.Handler(fn, nil), httptest.NewRequest(http.MethodGet, "/", nil))
	return rec
}

// A comment is for whoever looks at the octets; no client passes it on.
func ExampleConn_Comment() {
	rec := sent(func(_ context.Context, c *sse.Conn) error {
		return c.Comment("build 17\nregion north")
	})
	fmt.Print(rec.Body())
	fmt.Println(len(rec.Events()), "events")
	// Output:
	// : build 17
	// : region north
	// 0 events
}

// A server that is about to be busy asks its clients to stay away for longer.
func ExampleConn_SetRetry() {
	rec := sent(func(_ context.Context, c *sse.Conn) error {
		fmt.Println(c.SetRetry(0))
		return c.SetRetry(30 * time.Second)
	})
	fmt.Print(rec.Body())
	// Output:
	// sse: retry: zero
	// retry: 30000
	//
}

// After Close nothing is written, whoever still holds the Conn.
func ExampleConn_Close() {
	rec := sent(func(_ context.Context, c *sse.Conn) error {
		fmt.Println(c.Close(), c.Close())
		fmt.Println(c.Send(sse.Message{Data: "late"}))
		return nil
	})
	fmt.Printf("%q\n", rec.Body())
	// Output:
	// <nil> <nil>
	// sse: the stream is closed
	// ""
}

// The context tells why the stream has ended.
func ExampleConn_Context() {
	ctx, leave := context.WithCancel(context.Background())
	handler := sse.Handler(func(ctx context.Context, c *sse.Conn) error {
		leave() // the client goes away
		<-c.Context().Done()
		fmt.Println(errors.Is(context.Cause(ctx), sse.ErrGone))
		return ctx.Err()
	}, nil)
	new(ssetest.Recorder).Serve(handler, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	// Output: true
}

// Whatever the data is, it stays data.
func ExampleMessage_Append() {
	m := sse.Message{Type: "note", ID: "7", Data: "one\r\nid: 8\n\ntwo"}
	b, err := m.Append(nil)
	fmt.Printf("%q %v\n", b, err)
	m.Type = "note\ndata: forged"
	b, err = m.Append(nil)
	fmt.Printf("%q %v\n", b, err)
	// Output:
	// "event: note\nid: 7\ndata: one\ndata: id: 8\ndata: \ndata: two\n\n" <nil>
	// "" sse: event: octet 4 is LF
}

// Mistakes are found before the first request.
func ExampleOptions_Check() {
	for _, o := range []sse.Options{
		{Origins: []string{"https://example.com"}, AllowCredentials: true},
		{Origins: []string{"https://example.com/"}},
		{AllowCredentials: true},
	} {
		fmt.Println(o.Check())
	}
	// Output:
	// <nil>
	// sse: Options.Origins: "https://example.com/": after the scheme it has more than an ASCII host and a port
	// sse: Options.AllowCredentials: there are no Origins to allow them for
}
