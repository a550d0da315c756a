package ssetest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"longwire.example/sse/ssetest"
)

// ask asks a server once, as the client under test would.
func ask(server *ssetest.Server) {
	resp, err := server.Client().Get("http://example.com/")
	if err != nil {
		fmt.Println("no answer")
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Printf("%d %q %v\n", resp.StatusCode, body, err)
}

func ExampleStatus() {
	ask(ssetest.NewServer(ssetest.Script{ssetest.Status(http.StatusTooManyRequests)}))
	// Output: 429 "" <nil>
}

func ExampleHeader() {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Header("Content-Type", "text/html"), ssetest.Send("<p>")},
		ssetest.Script{},
	)
	for range 2 {
		resp, err := server.Client().Get("http://example.com/")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Header.Get("Content-Type"))
		_ = resp.Body.Close()
	}
	// Output:
	// text/html
	// text/event-stream
}

// Each piece is a Read of its own, cut wherever a client should not mind.
func ExampleSend() {
	resp, err := ssetest.NewServer(ssetest.Script{ssetest.Send("data: a\r", "\n\r\n")}).Client().Get("http://example.com/")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	b := make([]byte, 100)
	for range 2 {
		n, err := resp.Body.Read(b)
		fmt.Printf("%q %v\n", b[:n], err)
	}
	// Output:
	// "data: a\r" <nil>
	// "\n\r\n" <nil>
}

// The rest comes when the test says so.
func ExampleWait() {
	ready := make(chan struct{})
	close(ready)
	ask(ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n"), ssetest.Wait(ready), ssetest.Send("data: 2\n\n")}))
	// Output: 200 "data: 1\n\ndata: 2\n\n" <nil>
}

// In a testing/synctest bubble a pause of an hour is over at once.
func ExamplePause() {
	ask(ssetest.NewServer(ssetest.Script{ssetest.Pause(time.Millisecond), ssetest.Send("data: 1\n\n")}))
	// Output: 200 "data: 1\n\n" <nil>
}

// Something happens in the middle of a stream.
func ExampleCall() {
	happens := func() { fmt.Println("the token is revoked") }
	ask(ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n"), ssetest.Call(happens), ssetest.Break()}))
	// Output:
	// the token is revoked
	// 200 "data: 1\n\n" unexpected EOF
}

// A stream that stays open until the client leaves it.
func ExampleHold() {
	server := ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n"), ssetest.Hold()})
	resp, err := server.Client().Get("http://example.com/")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Open(), "open")
	_ = resp.Body.Close()
	fmt.Println(server.Open(), "open")
	// Output:
	// 1 open
	// 0 open
}

// Before the first Send there is no answer at all.
func ExampleBreak() {
	server := ssetest.NewServer(
		ssetest.Script{ssetest.Break()},
		ssetest.Script{ssetest.Send("data: 1"), ssetest.Break()},
	)
	ask(server)
	ask(server)
	// Output:
	// no answer
	// 200 "data: 1" unexpected EOF
}

// Scripts may be added while the client is at work.
func ExampleServer_Add() {
	server := ssetest.NewServer()
	server.Add(ssetest.Script{ssetest.Send("data: 1\n\n")})
	ask(server)
	ask(server)
	// Output:
	// 200 "data: 1\n\n" <nil>
	// 204 "" <nil>
}

// In a server of one's own: here with TLS and HTTP/2.
func ExampleServer_ServeHTTP() {
	srv := httptest.NewUnstartedServer(ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n")}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Printf("%s %q %v\n", resp.Proto, body, err)
	// Output: HTTP/2.0 "data: 1\n\n" <nil>
}

// What the client has sent, and what it has not.
func ExampleServer_Requests() {
	server := ssetest.NewServer()
	req, _ := http.NewRequest(http.MethodGet, "http://example.com/events", nil)
	req.Header.Set("Last-Event-ID", "7")
	resp, err := server.Client().Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	for _, r := range server.Requests() {
		id, sent := r.LastEventID()
		fmt.Println(r.Number, r.Method, r.URL, r.HeaderNames(), id, sent)
	}
	// Output: 1 GET http://example.com/events [Last-Event-Id] 7 true
}

// A middleware without Flush, but with a way to what it wraps.
func ExampleUnwrapping() {
	w := ssetest.Unwrapping(httptest.NewRecorder())
	_, flushes := w.(http.Flusher)
	fmt.Println(flushes, http.NewResponseController(w).Flush())
	// Output: false <nil>
}
