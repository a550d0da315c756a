package sse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"longwire.example/sse"
)

// A server with an endpoint for streams. What a client may read is decided from
// its request, and one that comes back gets what it missed of that.
func ExampleHub() {
	hub := &sse.Hub{}
	srv := httptest.NewServer(hub.Handler(func(r *http.Request) ([]string, error) {
		user := r.Header.Get("X-User") // in a program: of a session
		if user == "" {
			return nil, &sse.HTTPError{Status: http.StatusUnauthorized}
		}
		return []string{"everybody", "user/" + user}, nil
	}))
	defer srv.Close()

	ctx := context.Background()
	seen, _ := hub.Publish(ctx, "everybody", sse.Message{Data: "hello"})
	_, _ = hub.Publish(ctx, "user/bob", sse.Message{Data: "for Bob"})
	_, _ = hub.Publish(ctx, "user/ada", sse.Message{Data: "for Ada"})
	_, _ = hub.Publish(ctx, "everybody", sse.Message{Type: "news", Data: "for all"})

	req, _ := http.NewRequest(http.MethodGet, srv.URL, nil)
	_, err := sse.Do(srv.Client(), req, nil)
	fmt.Println(err)
	req.Header.Set("X-User", "ada")
	req.Header.Set("Last-Event-ID", seen)
	resp, err := sse.Do(srv.Client(), req, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for event, err := range resp.Events() {
		fmt.Println(event.Type, event.Data, err)
		if event.Type == "news" {
			break
		}
	}
	// Output:
	// sse: the answer is 401 Unauthorized, not an event stream
	// message for Ada <nil>
	// news for all <nil>
}

// A Subscription is what any other transport takes from a hub. Here it is a
// client that asks now and then, each time with the cursor of the time before.
func ExampleHub_Subscribe() {
	hub := &sse.Hub{}
	ctx := context.Background()
	ask := func(cursor string) (texts []string, next string) {
		s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}, After: cursor})
		if err != nil {
			return nil, cursor
		}
		defer s.Close()
		for {
			p, ok, err := s.Poll(ctx) // Next would wait
			if !ok || err != nil {
				return texts, s.Cursor()
			}
			texts = append(texts, p.Message.Data)
		}
	}
	_, cursor := ask("")
	for _, text := range []string{"one", "two"} {
		if _, err := hub.Publish(ctx, "news", sse.Message{Data: text}); err != nil {
			fmt.Println(err)
		}
	}
	texts, cursor := ask(cursor)
	fmt.Println(texts)
	if _, err := hub.Publish(ctx, "news", sse.Message{Data: "three"}); err != nil {
		fmt.Println(err)
	}
	texts, _ = ask(cursor)
	fmt.Println(texts)
	// Output:
	// [one two]
	// [three]
}

// A client that comes back with an ID of which the hub knows nothing is told,
// and goes on from where the hub is.
func ExampleHub_Serve() {
	hub := &sse.Hub{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := hub.Serve(w, r, "news"); err != nil {
			return // the reason why the stream ended
		}
	}))
	defer srv.Close()
	id, _ := hub.Publish(context.Background(), "news", sse.Message{Data: "missed"})

	req, _ := http.NewRequest(http.MethodGet, srv.URL, nil)
	req.Header.Set("Last-Event-ID", "41")
	resp, err := sse.Do(srv.Client(), req, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for event, err := range resp.Events() {
		fmt.Println(event.Type, event.Data, err)
		fmt.Println(event.LastEventID == id)
		break
	}
	// Output:
	// gap {"after":"41","reason":"malformed"} <nil>
	// true
}

// Streams whose values replace each other: a slow client gets the newest of
// each.
func ExampleOverflow_coalesce() {
	hub := &sse.Hub{Overflow: sse.Coalesce}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"prices"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	ctx := context.Background()
	for _, price := range []string{"A 10", "B 20", "A 11", "C 30", "A 12"} {
		if _, err := hub.Publish(ctx, "prices", sse.Message{Data: price, Key: price[:1]}); err != nil {
			fmt.Println(err)
		}
	}
	for range 3 {
		p, _ := s.Next(ctx)
		fmt.Println(p.Message.Data)
	}
	fmt.Println(s.Replaced(), "replaced,", s.Dropped(), "dropped")
	// Output:
	// B 20
	// C 30
	// A 12
	// 2 replaced, 0 dropped
}

// A Store alone, with an ID that it has never given.
func ExampleRing() {
	ring := &sse.Ring{Events: 1000, Age: 10 * time.Minute}
	ctx := context.Background()
	first, _ := ring.Append(ctx, "news", sse.Message{Data: "one"})
	_, _ = ring.Append(ctx, "sport", sse.Message{Data: "two"})
	last, _ := ring.Append(ctx, "news", sse.Message{Data: "three"})
	for p, err := range ring.After(ctx, sse.Range{After: first, Until: last, Topics: []string{"news"}}) {
		_, sequence, _ := strings.Cut(p.ID, "-")
		fmt.Println(sequence, p.Message.Data, err)
	}
	for _, err := range ring.After(ctx, sse.Range{After: first + "00", Until: last, Topics: []string{"news"}}) {
		var gap *sse.GapError
		fmt.Println(errors.As(err, &gap), gap.Reason)
	}
	// Output:
	// 3 three <nil>
	// true future
}

// The end of a program: streams end with a farewell, spread over a time, and
// clients come back spread over a time.
func ExampleHub_Shutdown() {
	hub := &sse.Hub{
		Farewell: sse.Message{Type: "restart", Data: "back in a moment"},
		Spread:   10 * time.Millisecond,
	}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan error)
	go func() {
		_, err := s.Next(context.Background())
		ended <- err
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	srv := &http.Server{Handler: hub.Handler(nil), ReadHeaderTimeout: 10 * time.Second}
	down := make(chan error)
	srv.RegisterOnShutdown(func() { down <- hub.Shutdown(ctx) })
	fmt.Println(srv.Shutdown(ctx), <-down, <-ended)
	// Output:
	// <nil> <nil> sse: the hub is shut down
}

// The messages of two topics in one loop.
func ExampleSubscription_All() {
	hub := &sse.Hub{}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news", "sport"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	ctx := context.Background()
	for _, topic := range []string{"news", "weather", "sport"} {
		if _, err := hub.Publish(ctx, topic, sse.Message{Data: "about " + topic}); err != nil {
			fmt.Println(err)
		}
	}
	for p, err := range s.All(ctx) {
		if err != nil {
			fmt.Println(err) // such as ErrOverflow or ErrHubClosed
			break
		}
		fmt.Println(p.Topic, p.Message.Data)
		if p.Topic == "sport" {
			break
		}
	}
	// Output:
	// news about news
	// sport about sport
}

// First gives where all that a Ring has begins, and Kept is that for a subscription.
func ExampleRing_First() {
	ring := &sse.Ring{Events: 2}
	hub := &sse.Hub{Store: ring}
	ctx := context.Background()
	for _, data := range []string{"one", "two", "three"} {
		_, _ = hub.Publish(ctx, "news", sse.Message{Data: data})
	}
	first, err := ring.First(ctx)
	fmt.Println(first[len(first)-2:], err)

	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}, Kept: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	for range 2 {
		p, err := s.Next(ctx)
		fmt.Println(p.Message.Data, err)
	}
	// Output:
	// -1 <nil>
	// two <nil>
	// three <nil>
}

// A transport of one's own tells of a gap as event streams do.
func ExampleGapError_Message() {
	var hub sse.Hub
	sub, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}, After: "made up"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sub.Close()
	if gap := sub.Gap(); gap != nil {
		m := gap.Message("")
		fmt.Println(m.Type, m.Data)
	}
	// Output: gap {"after":"made up","reason":"malformed"}
}

func ExampleStatusOf() {
	fmt.Println(sse.StatusOf(&sse.HTTPError{Status: http.StatusUnauthorized}, http.StatusForbidden))
	fmt.Println(sse.StatusOf(errors.New("not for everybody"), http.StatusForbidden))
	// Output:
	// 401
	// 403
}

func ExampleCheckFlush() {
	fmt.Println(sse.CheckFlush(httptest.NewRecorder()))
	fmt.Println(sse.CheckFlush(struct{ http.ResponseWriter }{httptest.NewRecorder()}))
	// Output:
	// <nil>
	// sse: the ResponseWriter can't flush: struct { http.ResponseWriter } has neither FlushError nor Flush nor Unwrap
}
