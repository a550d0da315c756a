package sse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"longwire.example/sse"
)

// A stream from a language model: a POST, and an answer of JSON events that
// closes with [DONE].
func ExampleDo_languageModel() {
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		for _, text := range []string{"Hello", ",", " World"} {
			_, _ = fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", text)
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
	}))
	defer model.Close()

	type chunk struct {
		Choices []struct {
			Delta struct{ Content string }
		}
	}
	done := func(e sse.Event) bool { return e.Data == "[DONE]" }

	body := strings.NewReader(`{"model":"m-1","stream":true,"messages":[{"role":"user","content":"Greet the world."}]}`)
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, model.URL+"/v1/chat/completions", body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer TOKEN")
	resp, err := sse.Do(nil, req, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for c, err := range sse.Decode[chunk](sse.Until(resp.Events(), done)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(c.Choices[0].Delta.Content)
	}
	// Output: Hello, World
}

// An answer that is no event stream says what it is.
func ExampleDo() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/over":
			w.WriteHeader(http.StatusNoContent)
		case "/busy":
			w.Header().Set("Retry-After", "30")
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, "<p>Log in first.")
		default:
			from := "the beginning"
			if r.Header.Get("Last-Event-ID") == "7" {
				from = "what follows 7"
			}
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = fmt.Fprintf(w, "data: from %s\n\n", from)
		}
	}))
	defer srv.Close()

	for _, path := range []string{"/", "/over", "/busy", "/page"} {
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, srv.URL+path, nil)
		resp, err := sse.Do(srv.Client(), req, &sse.ReadOptions{LastEventID: "7"})
		if status, ok := errors.AsType[*sse.StatusError](err); ok {
			fmt.Println(err)
			fmt.Printf("  nothing more: %t, retry after %q, body %q\n",
				status.StatusCode == http.StatusNoContent, status.Header.Get("Retry-After"), status.Body)
			continue
		}
		if kind, ok := errors.AsType[*sse.ContentTypeError](err); ok {
			fmt.Println(err)
			fmt.Printf("  body %q\n", kind.Body)
			continue
		}
		if err != nil {
			fmt.Println("no answer:", err)
			continue
		}
		for e, err := range resp.Events() {
			fmt.Println(e.Data, err)
		}
	}
	// Output:
	// from what follows 7 <nil>
	// sse: the answer is 204 No Content, not an event stream
	//   nothing more: true, retry after "", body ""
	// sse: the answer is 503 Service Unavailable, not an event stream
	//   nothing more: false, retry after "30", body "try again later\n"
	// sse: the answer is "text/html", not text/event-stream
	//   body "<p>Log in first."
}

// A break closes the body, and what the stream has set so far is there for the
// next request.
func ExampleResponse_Events() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "retry: 500\nid: 1\ndata: one\n\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n")
	}))
	defer srv.Close()

	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, srv.URL, nil)
	resp, err := sse.Do(srv.Client(), req, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e, err := range resp.Events() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Data)
		if e.Data == "two" {
			break
		}
	}
	retry, _ := resp.Retry()
	fmt.Println("go on after", resp.LastEventID(), "in", retry)
	// Output:
	// one
	// two
	// go on after 2 in 500ms
}

// A response that is not looped over has to be closed.
func ExampleResponse_Close() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "data: nobody asks\n\n")
	}))
	defer srv.Close()

	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, srv.URL, nil)
	resp, err := sse.Do(srv.Client(), req, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.HTTP.Status, resp.Close())
	// Output: 200 OK <nil>
}
