package sse_test

import (
	"context"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// paged gives no more messages than are wanted, of any topic, as a query of a
// database with a limit would; their own text has no ID.
type paged struct{ foreign }

func (s paged) After(ctx context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	return func(yield func(sse.Published, error) bool) {
		n := 0
		for p, err := range s.foreign.After(ctx, r) {
			p.Message.ID = ""
			if n++; !yield(p, err) || n == r.Limit {
				return
			}
		}
	}
}

// A Store that gives just as many messages as are wanted has more of them.
func TestS11_AStoreThatKeepsToTheLimit(t *testing.T) {
	h := &sse.Hub{Store: paged{foreign{&sse.Ring{}}}, QueueMessages: 4}
	begin := cursor(t, h)
	var want []string
	for i := range 50 {
		topic := [...]string{"a", "secret", "secret"}[i*i%7%3]
		publish(t, h, topic, strconv.Itoa(i))
		if topic == "a" {
			want = append(want, strconv.Itoa(i))
		}
	}
	s := subscribe(t, h, begin, "a")
	assert.Equal(t, want, next(t, s, len(want)))
	publish(t, h, "a", "live")
	p, err := s.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "live", p.Message.Data)

	// Replayed or live, a message is the same.
	p.Missed = 0
	s = subscribe(t, h, begin, "a")
	next(t, s, len(want))
	again, err := s.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, p, again)
}

// naming gives IDs of its own.
type naming struct{ last, id string }

func (s *naming) Last(context.Context) (string, error) { return s.last, nil }

func (s *naming) Append(context.Context, string, sse.Message) (string, error) { return s.id, nil }

func (s *naming) After(_ context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	return func(yield func(sse.Published, error) bool) {
		for range r.Limit {
			if !yield(sse.Published{ID: s.id, Topic: "secret"}, nil) {
				return
			}
		}
	}
}

// IDs that no client could come back with are the Store's error.
func TestStoreWithWrongIDs(t *testing.T) {
	for _, id := range []string{"", "a\nb", "\x00", " 1", "\xff"} {
		h := &sse.Hub{Store: &naming{last: id}}
		_, err := h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}})
		require.ErrorContains(t, err, "the store gave", "%q", id)

		h = &sse.Hub{Store: &naming{last: "0", id: id}}
		s := subscribe(t, h, "", "a")
		_, err = h.Publish(t.Context(), "a", sse.Message{Data: "x"})
		require.ErrorContains(t, err, "the store gave", "%q", id)
		_, ok, err := s.Poll(t.Context())
		require.NoError(t, err)
		assert.False(t, ok, "nothing was published")
		assert.Equal(t, "0", s.Cursor())

		_, err = h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, After: "-1"})
		require.ErrorContains(t, err, "the store gave", "%q", id)
	}
}

// shattering panics when it is asked for messages.
type shattering struct{ foreign }

func (s shattering) After(context.Context, sse.Range) iter.Seq2[sse.Published, error] {
	panic("no database")
}

// breaking is a ResponseWriter that panics at the second Write, as some
// middleware does to cut a response off.
type breaking struct {
	http.ResponseWriter
	writes int
}

func (w *breaking) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *breaking) Write(p []byte) (int, error) {
	if w.writes++; w.writes == 2 {
		panic(http.ErrAbortHandler)
	}
	return w.ResponseWriter.Write(p)
}

// A panic ends a stream, and nothing of it stays in the hub.
func TestAPanicLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		serve := func(h *sse.Hub, after string) (ended chan any) {
			ended = make(chan any, 1)
			go func() {
				defer func() { ended <- recover() }()
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				r.Header.Set("Last-Event-ID", after)
				_ = h.Serve(&breaking{ResponseWriter: &ssetest.Recorder{}}, r, "a")
			}()
			synctest.Wait()
			return ended
		}
		h := &sse.Hub{Store: shattering{foreign{&sse.Ring{}}}}
		id := publish(t, h, "a", "0")
		publish(t, h, "a", "1")
		assert.Equal(t, "no database", <-serve(h, id))
		assert.Panics(t, func() { _, _ = h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, After: id}) })
		assert.Equal(t, 0, h.Len())
		require.NoError(t, h.Shutdown(t.Context()))

		h = &sse.Hub{}
		ended := serve(h, "")
		publish(t, h, "a", "0")
		assert.Equal(t, http.ErrAbortHandler, <-ended)
		assert.Equal(t, 0, h.Len())
		require.NoError(t, h.Shutdown(t.Context()))
	})
}

// Close may come at any moment of a replay.
func TestCloseDuringReplay(t *testing.T) {
	h := &sse.Hub{QueueMessages: 2}
	begin := cursor(t, h)
	for i := range 200 {
		publish(t, h, "a", strconv.Itoa(i))
	}
	for i := range 100 {
		s := subscribe(t, h, begin, "a")
		var wg sync.WaitGroup
		wg.Go(func() {
			n := 0
			for p, err := range s.All(t.Context()) {
				if assert.NoError(t, err) {
					assert.Equal(t, strconv.Itoa(n), p.Message.Data)
				}
				n++
			}
		})
		wg.Go(func() {
			for range i {
				publish(t, h, "b", "")
			}
			s.Close()
		})
		wg.Wait()
	}
	assert.Equal(t, 0, h.Len())
}

// A Next whose context has ended takes nothing of what Shutdown leaves to be
// given.
func TestS13_NextDuringShutdownWithAnEndedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Spread: -1}
		s := subscribe(t, h, "", "a")
		publish(t, h, "a", "last words")
		down := make(chan error)
		go func() { down <- h.Shutdown(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Next(ctx)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, []string{"last words"}, next(t, s, 1))
		_, err = s.Next(t.Context())
		require.ErrorIs(t, err, sse.ErrHubClosed)
		require.NoError(t, <-down)
	})
}
