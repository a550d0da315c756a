package interop

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// hubServer is a Hub as others meet it: each request subscribes to topic "a",
// and is handed to the test.
func hubServer(t *testing.T, h *sse.Hub) *streamServer {
	t.Helper()
	hub := h.Handler(func(*http.Request) ([]string, error) { return []string{"a"}, nil })
	return serveStreamsBy(t, func(r *streamRequest) http.Handler {
		r.server.requests <- r
		return hub
	})
}

// newHub gives a Hub whose clients come back at once.
func newHub() *sse.Hub {
	return &sse.Hub{Stream: sse.Options{Retry: helloRetry, Heartbeat: time.Second}}
}

// publish publishes events with these numbers, and gives what a client has to
// make of them. Every other one goes to another topic as well, which nobody is
// to get.
func publish(t *testing.T, h *sse.Hub, from, to int) []sse.Event {
	t.Helper()
	var events []sse.Event
	for i := from; i < to; i++ {
		text := fmt.Sprintf("event %d\nof the hub", i)
		id, err := h.Publish(t.Context(), "a", sse.Message{Type: "news", Data: text})
		require.NoError(t, err)
		_, err = h.Publish(t.Context(), "b", sse.Message{Type: "news", Data: "for others"})
		require.NoError(t, err)
		events = append(events, sse.Event{Type: "news", Data: text, LastEventID: id})
	}
	return events
}

// A client that is cut off misses nothing and gets nothing twice.
func TestStreamHub(t *testing.T) {
	for _, client := range streamClients {
		t.Run(client.name, func(t *testing.T) {
			t.Parallel()
			connect := client.prepare(t)
			h := newHub()
			srv := hubServer(t, h)
			what := connect(t, srv.url, []string{"news"})
			var missed []sse.Event
			expect := func(events []sse.Event) {
				t.Helper()
				for _, ev := range events {
					expectEvent(t, ev, client.nextEvent(t, what))
				}
			}
			from, last := 0, ""
			for round := range 3 {
				r := srv.next(t)
				checkResume(t, r, last)
				if round == 0 {
					subscribed(t, h)
				} else {
					from += 5
				}
				expect(missed)
				events := publish(t, h, from, from+3)
				expect(events)
				last = events[2].LastEventID

				srv.over.Store(round == 2)
				r.cut(t)
				missed = publish(t, h, from+3, from+5)
			}
			what.closed(t)
		})
	}
}

// A client that comes back to a server which was started anew, and has lost what
// it knew, is told that it may have missed something.
func TestStreamHubAnew(t *testing.T) {
	for _, client := range streamClients {
		t.Run(client.name, func(t *testing.T) {
			t.Parallel()
			connect := client.prepare(t)
			var hub atomic.Pointer[sse.Hub]
			hub.Store(newHub())
			srv := serveStreamsBy(t, func(r *streamRequest) http.Handler {
				r.server.requests <- r
				return hub.Load().Handler(func(*http.Request) ([]string, error) { return []string{"a"}, nil })
			})
			what := connect(t, srv.url, []string{"news", sse.GapType})
			r := srv.next(t)
			subscribed(t, hub.Load())
			old := publish(t, hub.Load(), 0, 1)[0]
			expectEvent(t, old, client.nextEvent(t, what))

			hub.Store(newHub())
			r.cut(t)
			r = srv.next(t)
			checkResume(t, r, old.LastEventID)
			gap := client.nextEvent(t, what)
			require.Equal(t, sse.GapType, gap.Type)
			var told struct{ After, Reason string }
			require.NoError(t, json.Unmarshal([]byte(gap.Data), &told))
			require.Equal(t, old.LastEventID, told.After)
			require.Equal(t, sse.GapEpoch, told.Reason)
			subscribed(t, hub.Load())
			expectEvent(t, publish(t, hub.Load(), 1, 2)[0], client.nextEvent(t, what))

			srv.over.Store(true)
			r.cut(t)
			what.closed(t)
		})
	}
}

// nextEvent gives the next event that a client notices. The hub also tells IDs
// without events, and all its events here have a type.
func (client *streamClient) nextEvent(t *testing.T, what seeing) seen {
	t.Helper()
	for {
		v := what.next(t)
		require.NotEqual(t, "closed", v.Saw)
		if v.Saw == "event" && !(client.idEvents && v.Type == sse.DefaultType && v.Data == "") {
			return v
		}
	}
}

// subscribed waits until a first client will get what is published.
func subscribed(t *testing.T, h *sse.Hub) {
	t.Helper()
	require.Eventually(t, func() bool { return h.Len() > 0 }, patience, time.Millisecond)
}
