package sse_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// What a response has said beside its events, for whoever asks again.
func ExampleResponse_LastEventID() {
	server := ssetest.NewServer(ssetest.Script{ssetest.Send("retry: 1500\nid: 7\ndata: one\n\nid: 8\n\n")})
	defer server.Close()
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/", nil)
	resp, err := sse.Do(server.Client(), req, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for event, err := range resp.Events() {
		fmt.Println(event.Data, event.LastEventID, err)
	}
	fmt.Println(resp.LastEventID())
	// Output:
	// one 7 <nil>
	// 8
}

func ExampleResponse_Retry() {
	server := ssetest.NewServer(ssetest.Script{ssetest.Send("retry: 1500\n\n")})
	defer server.Close()
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/", nil)
	resp, err := sse.Do(server.Client(), req, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for event, err := range resp.Events() {
		fmt.Println(event, err)
	}
	fmt.Println(resp.Retry())
	// Output: 1.5s true
}

// followed gives a stream of one event and no more, by way of a redirect.
func followed() *sse.Stream {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Status(http.StatusFound), ssetest.Header("Location", "/v2/events")},
		ssetest.Script{ssetest.Send("id: 7\ndata: one\n\n")},
	)
	client := sse.Client{HTTP: server.Client(), Retry: time.Millisecond, MinRetry: time.Millisecond}
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	return client.Stream(req)
}

// The state is the readyState of EventSource.
func ExampleStream_State() {
	s := followed()
	fmt.Println(s.State())
	for _, err := range s.Events(context.Background()) {
		fmt.Println(s.State(), err)
	}
	fmt.Println(s.State(), "since the server has no more")
	// Output:
	// connecting
	// open <nil>
	// closed since the server has no more
}

// The origin of events is that of the URL after redirects.
func ExampleStream_URL() {
	s := followed()
	fmt.Println(s.URL())
	for _, err := range s.Events(context.Background()) {
		fmt.Println(s.URL(), err)
	}
	// Output:
	// http://example.com/events
	// http://example.com/v2/events <nil>
}

func ExampleStream_LastEventID() {
	s := followed()
	fmt.Printf("%q\n", s.LastEventID())
	for _, err := range s.Events(context.Background()) {
		fmt.Printf("%q %v\n", s.LastEventID(), err)
	}
	// Output:
	// ""
	// "7" <nil>
}
