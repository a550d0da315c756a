package sse_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"longwire.example/sse"
)

// These two are the examples of README.md, which a test compares.

func ExampleHub_readme() {
	ctx := context.Background()

	hub := &sse.Hub{}
	http.Handle("/news", hub.Handler(func(*http.Request) ([]string, error) {
		return []string{"news"}, nil // the topics that whoever asks may read
	}))
	id, err := hub.Publish(ctx, "news", sse.Message{Data: "Hello"})

	srv := httptest.NewServer(http.DefaultServeMux)
	defer srv.Close()
	_, _ = hub.Publish(ctx, "news", sse.Message{Data: "World"})
	req, _ := http.NewRequest(http.MethodGet, srv.URL+"/news", nil)
	resp, doErr := sse.Do(srv.Client(), req, &sse.ReadOptions{LastEventID: id})
	if doErr != nil {
		log.Fatal(doErr)
	}
	for event, endErr := range resp.Events() {
		fmt.Println(event.Data, err, endErr)
		break
	}
	// Output: World <nil> <nil>
}

func ExampleClient_readme() {
	srv := httptest.NewServer(http.HandlerFunc(newsReadme))
	defer srv.Close()
	ctx, url := context.Background(), srv.URL

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		log.Fatal(err)
	}
	for event, err := range new(sse.Client).Stream(req).Events(ctx) {
		if err != nil {
			log.Fatal(err) // it comes back after all that is not final
		}
		fmt.Println(event.LastEventID, event.Type, event.Data)
	}

	// Output:
	// 1 message Hello
}

// newsReadme sends one event, and says that there is no more to one who has it.
func newsReadme(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Last-Event-ID") != "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	c, err := sse.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	_ = c.SetRetry(time.Millisecond)
	_ = c.Send(sse.Message{ID: "1", Data: "Hello"})
}
