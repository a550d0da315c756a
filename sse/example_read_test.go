package sse_test

import (
	"fmt"
	"strings"
	"time"

	"longwire.example/sse"
)

// A stream from anywhere: here it ends inside an event.
func ExampleRead() {
	stream := strings.NewReader("id: 7\nevent: greeting\ndata: Hello\ndata: World\n\ndata: cut o")
	for e, err := range sse.Read(stream, nil) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%s %s %q\n", e.LastEventID, e.Type, e.Data)
	}
	// Output:
	// 7 greeting "Hello\nWorld"
	// sse: the stream ends inside an event, after 5 octets of it
}

// Comments and reconnection times are no events.
func ExampleReadOptions() {
	stream := strings.NewReader(": welcome\nretry: 5000\n\ndata: Hello\n\n")
	o := &sse.ReadOptions{
		OnComment: func(text string) { fmt.Println("comment:", text) },
		OnRetry:   func(d time.Duration) { fmt.Println("reconnect after", d) },
	}
	for e, err := range sse.Read(stream, o) {
		fmt.Println("event:", e.Data, err)
	}
	// Output:
	// comment: welcome
	// reconnect after 5s
	// event: Hello <nil>
}

// Lines of data that are JSON.
func ExampleDecode() {
	type price struct {
		Symbol string
		Cents  int
	}
	stream := strings.NewReader("data: {\"Symbol\":\"A\",\"Cents\":120}\n\ndata: {\"Symbol\":\"B\"}\n\ndata: none\n\n")
	for p, err := range sse.Decode[price](sse.Read(stream, nil)) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(p.Symbol, p.Cents)
	}
	// Output:
	// A 120
	// B 0
	// sse: data of event 2, type "message": invalid character 'o' in literal null (expecting 'u')
}

// A stream that says that it is complete. One that does not was cut off.
func ExampleUntil() {
	last := func(e sse.Event) bool { return e.Data == "[DONE]" }
	for _, stream := range []string{"data: a\n\ndata: [DONE]\n\n", "data: a\n\n"} {
		for e, err := range sse.Until(sse.Read(strings.NewReader(stream), nil), last) {
			if err != nil {
				fmt.Println(err)
				break
			}
			fmt.Println(e.Data)
		}
	}
	// Output:
	// a
	// a
	// sse: the stream ended before its last event: unexpected EOF
}
