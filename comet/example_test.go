package comet_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"longwire.example/comet"
	"longwire.example/sse"
)

// everybody lets each request read the one topic.
func everybody(*http.Request) ([]string, error) { return []string{"news"}, nil }

// get gives what a GET is answered with, with IDs as their numbers: what stands
// before them is random for each hub.
func get(url string) string {
	resp, err := http.Get(url)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return numbered(string(body))
}

func numbered(text string) string {
	parts := strings.Split(text, `"`)
	for i, p := range parts {
		if epoch, n, ok := strings.Cut(p, "-"); ok && len(epoch) == 12 {
			parts[i] = n
		}
	}
	return strings.Join(parts, `"`)
}

// A hub behind all transports. A client that has asked one of them goes on with
// another, after the cursor that it has.
func ExampleHandler() {
	hub := &sse.Hub{Spread: -1}
	h := &comet.Handler{Hub: hub, Topics: everybody}
	mux := http.NewServeMux()
	mux.Handle("/comet/", h)
	srv := httptest.NewServer(mux)
	defer srv.Close()

	ctx := context.Background()
	_, _ = hub.Publish(ctx, "news", sse.Message{Data: "one"})
	two, _ := hub.Publish(ctx, "news", sse.Message{Data: "two"})
	fmt.Println(get(srv.URL + "/comet/poll"))

	resp, err := http.Get(srv.URL + "/comet/stream?cursor=" + two)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	_, _ = hub.Publish(ctx, "news", sse.Message{Type: "greeting", Data: "three"})
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		fmt.Println(numbered(lines.Text()))
		if strings.Contains(lines.Text(), "greeting") {
			break
		}
	}
	// Output:
	// {"cursor":"2","events":[{"id":"1","data":"one"},{"id":"2","data":"two"}]}
	// {"id":"2"}
	// {"id":"3","type":"greeting","data":"three"}
}

// What a client posts is published, and the answer is the ID of the event.
func ExampleHandler_receive() {
	hub := &sse.Hub{}
	h := &comet.Handler{Hub: hub, Topics: everybody}
	h.Receive = func(r *http.Request, data []byte) (string, error) {
		if len(data) == 0 {
			return "", &sse.HTTPError{Status: http.StatusUnprocessableEntity}
		}
		return hub.Publish(r.Context(), "news", sse.Message{Data: string(data)})
	}
	srv := httptest.NewServer(h)
	defer srv.Close()

	for _, text := range []string{"hello", ""} {
		resp, err := http.Post(srv.URL+"/send", "text/plain", strings.NewReader(text))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Status)
		_ = resp.Body.Close()
	}
	fmt.Println(get(srv.URL + "/poll"))
	// Output:
	// 200 OK
	// 422 Unprocessable Entity
	// {"cursor":"1","events":[{"id":"1","data":"hello"}]}
}

// JSONP, where it is turned on.
func ExampleHandler_jSONP() {
	hub := &sse.Hub{}
	srv := httptest.NewServer(&comet.Handler{Hub: hub, Topics: everybody, JSONP: true})
	defer srv.Close()
	_, _ = hub.Publish(context.Background(), "news", sse.Message{Data: "</script>"})
	fmt.Print(get(srv.URL + "/poll?callback=app.on"))
	fmt.Print(get(srv.URL + "/poll?callback=alert(1)"))
	// Output:
	// /**/app.on({"cursor":"1","events":[{"id":"1","data":"\u003c/script\u003e"}]});
	// the callback is not the name of a function
}

// Check at the start of a program finds what every request would be refused for.
func ExampleHandler_Check() {
	h := &comet.Handler{Hub: &sse.Hub{}, Topics: everybody, Origins: []string{"https://Example.com"}}
	fmt.Println(h.Check())
	h = &comet.Handler{Hub: &sse.Hub{}, Topics: everybody, Origins: []string{"https://example.com"}}
	fmt.Println(h.Check())
	// Output:
	// comet: Handler.Origins: sse: Options.Origins: "https://Example.com": browsers send lower case
	// <nil>
}

// ServeHTTP looks at the last element of a path. What stands before it is the
// application's, here a room that Topics reads.
func ExampleHandler_ServeHTTP() {
	hub := &sse.Hub{}
	h := &comet.Handler{Hub: hub, Topics: func(r *http.Request) ([]string, error) {
		return []string{"room/" + r.PathValue("room")}, nil
	}}
	mux := http.NewServeMux()
	mux.Handle("/rooms/{room}/{transport}", h)
	_, _ = hub.Publish(context.Background(), "room/7", sse.Message{Data: "in 7"})
	for _, target := range []string{"/rooms/7/poll", "/rooms/8/poll", "/rooms/8/pigeon"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
		fmt.Print(w.Code, " ", numbered(w.Body.String()), "\n")
	}
	// Output:
	// 200 {"cursor":"1","events":[{"id":"1","data":"in 7"}]}
	// 200 {"cursor":"1","events":[]}
	// 404 no transport is called "pigeon"
}

// Shutdown answers a long poll that is held: the client comes back with the cursor
// that it was given.
func ExampleHandler_Shutdown() {
	hub := &sse.Hub{Spread: -1}
	h := &comet.Handler{Hub: hub, Topics: everybody}
	srv := httptest.NewServer(h)
	defer srv.Close()

	held := make(chan string)
	go func() { held <- get(srv.URL + "/longpoll") }()
	for hub.Len() == 0 {
		<-time.After(time.Millisecond)
	}
	fmt.Println(h.Shutdown(context.Background()))
	fmt.Println(<-held)
	fmt.Print(get(srv.URL + "/longpoll"))
	// Output:
	// <nil>
	// {"cursor":"0","events":[]}
	// this server is about to go away
}
