package sse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"longwire.example/sse"
)

// What is published has an ID, and who publishes never waits for a reader.
func ExampleHub_Publish() {
	hub := &sse.Hub{}
	ctx := context.Background()
	first, err := hub.Publish(ctx, "news", sse.Message{Data: "one"})
	fmt.Println(len(first) > 0, err)
	second, _ := hub.Publish(ctx, "news", sse.Message{Data: "two"})
	fmt.Println(first != second)
	_, err = hub.Publish(ctx, "news", sse.Message{Type: "a\nb"})
	fmt.Println(err)
	_, err = hub.Publish(ctx, "news", sse.Message{ID: "41"})
	fmt.Println(err)
	// Output:
	// true <nil>
	// true
	// sse: event: octet 1 is LF
	// sse: a message that is published has no ID: the Store gives it one
}

// Who may read what is decided before anything is replayed, and the reason
// stays on this side.
func ExampleHub_Handler() {
	hub := &sse.Hub{}
	handler := hub.Handler(func(r *http.Request) ([]string, error) {
		if r.Header.Get("Authorization") == "" {
			return nil, &sse.HTTPError{Status: http.StatusUnauthorized, Err: errors.New("no token of tenant 7")}
		}
		return []string{"tenant/7"}, nil
	})
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Print(rec.Code, " ", rec.Body)
	// Output: 401 Unauthorized
}

func ExampleHTTPError_StatusCode() {
	err := &sse.HTTPError{Status: http.StatusUnauthorized, Err: errors.New("no token")}
	fmt.Println(err.StatusCode())
	fmt.Println(err)
	// Output:
	// 401
	// sse: refused with 401: no token
}

func ExampleHub_Check() {
	fmt.Println(new(sse.Hub).Check())
	fmt.Println((&sse.Hub{Farewell: sse.Message{Type: "bye\n"}}).Check())
	// Output:
	// <nil>
	// sse: the hub's Farewell can't be sent: sse: event: octet 3 is LF
}

func ExampleHub_Len() {
	hub := &sse.Hub{}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}})
	fmt.Println(hub.Len(), err)
	s.Close()
	fmt.Println(hub.Len())
	// Output:
	// 1 <nil>
	// 0
}

// A goroutine takes what is published until the subscription is closed.
func ExampleSubscription_Next() {
	hub := &sse.Hub{}
	ctx := context.Background()
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news", "sport"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = hub.Publish(ctx, "sport", sse.Message{Data: "1:0"})
	p, err := s.Next(ctx)
	fmt.Println(p.Topic, p.Message.Data, err)
	s.Close()
	_, err = s.Next(ctx)
	fmt.Println(err)
	// Output:
	// sport 1:0 <nil>
	// sse: the subscription was closed
}

// Poll does not wait.
func ExampleSubscription_Poll() {
	hub := &sse.Hub{}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	_, ok, err := s.Poll(context.Background())
	fmt.Println(ok, err)
	// Output: false <nil>
}

// A slow subscriber learns how much it has missed, and where.
func ExampleSubscription_Dropped() {
	hub := &sse.Hub{Overflow: sse.DropOldest, QueueMessages: 2}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	ctx := context.Background()
	for _, text := range []string{"one", "two", "three", "four"} {
		_, _ = hub.Publish(ctx, "news", sse.Message{Data: text})
	}
	p, _ := s.Next(ctx)
	fmt.Println(p.Message.Data, "after", p.Missed, "missed;", s.Dropped(), "dropped,", s.Replaced(), "replaced")
	// Output: three after 2 missed; 2 dropped, 0 replaced
}

// With Coalesce a newer message takes the place of an older one of its key.
func ExampleSubscription_Replaced() {
	hub := &sse.Hub{Overflow: sse.Coalesce}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"prices"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	for _, price := range []string{"10", "11", "12"} {
		_, _ = hub.Publish(context.Background(), "prices", sse.Message{Data: price, Key: "A"})
	}
	fmt.Println(s.Replaced())
	// Output: 2
}

// An ID that can't be resumed at is told, and the subscription begins now.
func ExampleSubscription_Gap() {
	hub := &sse.Hub{}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}, After: "0123456789ab-7"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	gap := s.Gap()
	fmt.Println(gap.After, gap.Reason, errors.Is(gap, sse.ErrGap))
	// Output: 0123456789ab-7 epoch true
}

// The cursor goes into another transport's answer, and comes back as After.
func ExampleSubscription_Cursor() {
	hub := &sse.Hub{}
	ctx := context.Background()
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	first, _ := hub.Publish(ctx, "news", sse.Message{Data: "one"})
	last, _ := hub.Publish(ctx, "news", sse.Message{Data: "two"})
	_, _ = s.Next(ctx)
	fmt.Println(s.Cursor() == first)
	_, _ = s.Next(ctx)
	fmt.Println(s.Cursor() == last)
	// Output:
	// true
	// true
}

// Close may come from any goroutine, and more than once.
func ExampleSubscription_Close() {
	hub := &sse.Hub{}
	s, err := hub.Subscribe(sse.SubscribeOptions{Topics: []string{"news"}})
	fmt.Println(err)
	s.Close()
	s.Close()
	for p, err := range s.All(context.Background()) {
		fmt.Println("never", p, err)
	}
	// Output: <nil>
}

// A Store alone: what it keeps, what it gives, and what it has let go of.
func ExampleRing_After() {
	ring := &sse.Ring{Events: 2}
	ctx := context.Background()
	begin, _ := ring.Last(ctx)
	for _, text := range []string{"one", "two", "three"} {
		if _, err := ring.Append(ctx, "news", sse.Message{Data: text}); err != nil {
			fmt.Println(err)
		}
	}
	last, _ := ring.Last(ctx)
	for p, err := range ring.After(ctx, sse.Range{After: begin, Until: last, Topics: []string{"news"}, Limit: 10}) {
		fmt.Println(p.Message.Data, err)
	}
	for p, err := range ring.After(ctx, sse.Range{After: begin, Until: last, Topics: []string{"sport"}, Limit: 10}) {
		fmt.Println(p.Message.Data, err)
	}
	// Output:
	//  sse: messages after this ID can't be given any more: evicted
}

func ExampleRing_Append() {
	ring := &sse.Ring{}
	id, err := ring.Append(context.Background(), "news", sse.Message{Data: "one"})
	fmt.Println(len("0123456789ab-1") == len(id), err)
	_, err = ring.Append(context.Background(), "", sse.Message{})
	fmt.Println(err)
	// Output:
	// true <nil>
	// sse: a topic needs a name, and a subscription a topic
}

// Before the first message there is an ID all the same, to resume at.
func ExampleRing_Last() {
	ring := &sse.Ring{}
	begin, err := ring.Last(context.Background())
	fmt.Println(begin[12:], err)
	_, _ = ring.Append(context.Background(), "news", sse.Message{Data: "one"})
	last, _ := ring.Last(context.Background())
	fmt.Println(last[12:])
	// Output:
	// -0 <nil>
	// -1
}
