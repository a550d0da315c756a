package ssetest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"longwire.example/sse/ssetest"
)

// The handler under test flushes an event too late.
func ExampleRecorder() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		rc := http.NewResponseController(w)
		_ = rc.Flush()
		_, _ = io.WriteString(w, "data: one\n\n")
		_, _ = io.WriteString(w, "data: two\n\n")
		_ = rc.Flush()
		_, _ = io.WriteString(w, "data: three\n\n")
	})

	rec := &ssetest.Recorder{}
	rec.Serve(handler, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Println(rec.Status(), rec.Sent().Get("Content-Type"))
	for _, e := range rec.Events() {
		fmt.Println(e.Type, e.Data)
	}
	fmt.Printf("%q\n", rec.Flushed())
	fmt.Printf("not flushed: %q\n", rec.Unflushed())
	// Output:
	// 200 text/event-stream
	// message one
	// message two
	// ["" "data: one\n\ndata: two\n\n"]
	// not flushed: "data: three\n\n"
}

// Whether deadlines are set before writes and cleared afterwards.
func ExampleRecorder_Actions() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.SetWriteDeadline(time.Now().Add(10 * time.Second))
		_, _ = io.WriteString(w, "data: 1\n\n")
		_ = rc.Flush()
	})
	rec := &ssetest.Recorder{}
	rec.Serve(handler, httptest.NewRequest(http.MethodGet, "/", nil))
	for _, a := range rec.Actions() {
		fmt.Println(a)
	}
	fmt.Println("left armed:", !rec.WriteDeadline().IsZero())
	// Output:
	// write deadline set
	// write 9 octets
	// flush
	// left armed: true
}

// A client that stops reading in the middle of an event. Here the deadline is
// over already; in a testing/synctest bubble any deadline takes no time.
func ExampleRecorder_StallAt() {
	rec := &ssetest.Recorder{}
	rec.StallAt(4)
	_ = rec.SetWriteDeadline(time.Now())
	n, err := io.WriteString(rec, "data: 1\n\n")
	fmt.Println(n, errors.Is(err, os.ErrDeadlineExceeded))
	// Output: 4 true
}

// A connection that breaks in the middle of an event.
func ExampleRecorder_FailAt() {
	rec := &ssetest.Recorder{}
	rec.FailAt(4, io.ErrClosedPipe)
	n, err := io.WriteString(rec, "data: 1\n\n")
	fmt.Println(n, err)
	fmt.Printf("%q\n", rec.Body())
	// Output:
	// 4 io: read/write on closed pipe
	// "data"
}

// A handler that leaves something behind.
func ExampleRecorder_Late() {
	var rc *http.ResponseController
	rec := &ssetest.Recorder{}
	rec.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		rc = http.NewResponseController(w)
	}), httptest.NewRequest(http.MethodGet, "/", nil))
	_ = rc.Flush() // from some goroutine, say
	fmt.Println(rec.Late())
	// Output: [flush: ssetest: the handler has returned]
}

// What a handler meets behind other handlers.
func ExampleRecorder_Unwrapping() {
	rec := &ssetest.Recorder{}
	for _, w := range []http.ResponseWriter{rec.Unwrapping(), rec.WithoutDeadlines(), rec.WithoutFlush()} {
		rc := http.NewResponseController(w)
		fmt.Println(rc.Flush(), "|", rc.SetWriteDeadline(time.Time{}))
	}
	// Output:
	// <nil> | <nil>
	// <nil> | feature not supported
	// feature not supported | feature not supported
}

// When an event really left: not when it was written.
func ExampleRecorder_Flushed() {
	rec := &ssetest.Recorder{}
	_, _ = io.WriteString(rec, "data: 1\n\n")
	fmt.Printf("%q %q\n", rec.Flushed(), rec.Unflushed())
	rec.Flush()
	fmt.Printf("%q %q\n", rec.Flushed(), rec.Unflushed())
	// Output:
	// [] "data: 1\n\n"
	// ["data: 1\n\n"] ""
}

// Events are those that a client has by now.
func ExampleRecorder_Events() {
	rec := &ssetest.Recorder{}
	_, _ = io.WriteString(rec, "event: tick\nid: 7\ndata: 1\n\ndata: cut o")
	rec.Flush()
	for _, e := range rec.Events() {
		fmt.Println(e.Type, e.Data, e.LastEventID)
	}
	// Output: tick 1 7
}
