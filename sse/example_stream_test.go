package sse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// The connection is cut in the middle of an event. The stream connects again,
// goes on after the last event ID, and ends when the server says that there is
// no more.
func ExampleClient_Stream() {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Send("retry: 100\nid: 1\ndata: one\n\n", "id: 2\ndata: tw"), ssetest.Break()},
		ssetest.Script{ssetest.Send("id: 2\ndata: two\n\n")},
		ssetest.Script{ssetest.Status(http.StatusNoContent)},
	)
	defer server.Close()

	client := sse.Client{HTTP: server.Client()} // without HTTP: over the network
	req, err := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for event, err := range client.Stream(req).Events(context.Background()) {
		if err != nil {
			fmt.Println(err) // it has failed for good
			return
		}
		fmt.Println(event.LastEventID, event.Data)
	}
	for _, r := range server.Requests() {
		id, _ := r.LastEventID()
		fmt.Printf("request %d after %q\n", r.Number, id)
	}
	// Output:
	// 1 one
	// 2 two
	// request 1 after ""
	// request 2 after "1"
	// request 3 after "2"
}

// A loop that is left keeps its place: the next one, here with a stream made
// from what a former run of the program has stored, goes on after it.
func ExampleStream_Events() {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Send("id: 1\ndata: one\n\nid: 2\ndata: two\n\n")},
		ssetest.Script{ssetest.Send("id: 2\ndata: two\n\n")},
	)
	defer server.Close()
	client := sse.Client{HTTP: server.Client()}

	stored := ""
	for range 2 {
		req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
		req.Header.Set("Last-Event-ID", stored)
		stream := client.Stream(req)
		for event, err := range stream.Events(context.Background()) {
			fmt.Println(event.Data, err)
			break
		}
		stored = stream.LastEventID()
		fmt.Println(stream.State(), stream.URL(), stored)
	}
	// Output:
	// one <nil>
	// connecting http://example.com/events 1
	// two <nil>
	// connecting http://example.com/events 2
}

// A token that is fetched before each attempt, and once more when the server
// refuses it.
func ExampleClient_decide() {
	server := ssetest.NewServerFunc(func(r *ssetest.Request) ssetest.Script {
		if r.Header.Get("Authorization") != "Bearer token-2" {
			return ssetest.Script{ssetest.Status(http.StatusUnauthorized)}
		}
		return ssetest.Script{ssetest.Send("data: hello\n\n")}
	})
	defer server.Close()

	tokens, refused := 0, 0
	fetch := func(context.Context) (string, error) {
		tokens++
		return fmt.Sprint("token-", tokens), nil
	}
	client := sse.Client{
		HTTP:        server.Client(),
		Retry:       time.Millisecond,
		MaxAttempts: 5,
		Decide: func(ctx context.Context, a *sse.Attempt) error {
			if a.StatusCode != http.StatusUnauthorized {
				refused = 0
			} else if refused++; refused < 2 { // not a.Failed: it counts all failures
				a.Final = false
			}
			if a.Final {
				return nil // the stream ends with a.Err
			}
			token, err := fetch(ctx)
			if err != nil {
				return err // the end of the stream
			}
			a.Request.Header.Set("Authorization", "Bearer "+token)
			if refused > 0 {
				a.Delay = 0 // only MinRetry: the token is fresh now
			}
			return nil
		},
	}
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	for event, err := range client.Stream(req).Events(context.Background()) {
		fmt.Println(event.Data, err)
		break
	}
	for _, r := range server.Requests() {
		fmt.Println(r.Header.Get("Authorization"))
	}
	// Output:
	// hello <nil>
	// Bearer token-1
	// Bearer token-2
}

// What a stream does, for a log.
func ExampleObserver() {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Status(http.StatusServiceUnavailable)},
		ssetest.Script{ssetest.Send(": welcome\nretry: 200\n\nid: 7\ndata: hello\n\n")},
	)
	defer server.Close()

	client := sse.Client{
		HTTP:  server.Client(),
		Retry: 100 * time.Millisecond,
		Observer: sse.Observer{
			Attempt: func(a *sse.Attempt) {
				fmt.Printf("attempt %d: %s %s after %q\n", a.Number, a.Request.Method, a.Request.URL, a.LastEventID)
			},
			Open:    func(r *http.Response) { fmt.Println("open:", r.Status) },
			Comment: func(text string) { fmt.Println("comment:", text) },
			Retry:   func(d time.Duration) { fmt.Println("retry:", d) },
			Event:   func(e sse.Event) { fmt.Println("event:", e.Type) },
			Lost:    func(err error) { fmt.Println("lost:", err) },
			End:     func(err error) { fmt.Println("end:", err) },
		},
	}
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	for event, err := range client.Stream(req).Events(context.Background()) {
		fmt.Println("got", event.Data, err)
	}
	// Output:
	// attempt 1: GET http://example.com/events after ""
	// lost: sse: the answer is 503 Service Unavailable, not an event stream
	// attempt 2: GET http://example.com/events after ""
	// open: 200 OK
	// comment: welcome
	// retry: 200ms
	// event: message
	// got hello <nil>
	// lost: EOF
	// attempt 3: GET http://example.com/events after "7"
	// end: <nil>
}

// The network has come back, or so it seems: no need to wait any longer.
func ExampleStream_Restart() {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Status(http.StatusServiceUnavailable), ssetest.Header("Retry-After", "3600")},
		ssetest.Script{ssetest.Send("data: hello\n\n")},
	)
	defer server.Close()
	var stream *sse.Stream
	client := sse.Client{HTTP: server.Client(), Observer: sse.Observer{
		Wait: func(time.Duration) { stream.Restart() }, // usually from another goroutine
	}}
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	stream = client.Stream(req)
	for event, err := range stream.Events(context.Background()) {
		fmt.Println(event.Data, err)
	}
	// Output: hello <nil>
}

func ExampleStream_Close() {
	server := ssetest.NewServer(ssetest.Script{ssetest.Send("data: hello\n\ndata: again\n\n"), ssetest.Hold()})
	defer server.Close()
	client := sse.Client{HTTP: server.Client()}
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	stream := client.Stream(req)
	for event, err := range stream.Events(context.Background()) {
		fmt.Println(event.Data, err, stream.State())
		_ = stream.Close() // from any goroutine
	}
	fmt.Println(stream.State())
	// Output:
	// hello <nil> open
	// closed
}

// A server that is away for too long is somebody else's problem.
func ExampleClient_maxAttempts() {
	var asked atomic.Int32
	server := ssetest.NewServerFunc(func(*ssetest.Request) ssetest.Script {
		asked.Add(1)
		return ssetest.Script{ssetest.Break()}
	})
	defer server.Close()
	client := sse.Client{HTTP: server.Client(), MaxAttempts: 3, MinRetry: time.Millisecond, Retry: time.Millisecond}
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	for _, err := range client.Stream(req).Events(context.Background()) {
		fmt.Println(errors.Is(err, sse.ErrMaxAttempts), errors.Is(err, ssetest.ErrBreak), asked.Load())
	}
	// Output: true true 3
}
