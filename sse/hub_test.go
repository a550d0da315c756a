package sse_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/parser"
)

func subscribe(t *testing.T, h *sse.Hub, after string, topics ...string) *sse.Subscription {
	t.Helper()
	s, err := h.Subscribe(sse.SubscribeOptions{Topics: topics, After: after})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func publish(t *testing.T, h *sse.Hub, topic, data string) string {
	t.Helper()
	id, err := h.Publish(t.Context(), topic, sse.Message{Data: data})
	require.NoError(t, err)
	return id
}

// next gives the data of the next n messages.
func next(t *testing.T, s *sse.Subscription, n int) (data []string) {
	t.Helper()
	for range n {
		p, err := s.Next(t.Context())
		require.NoError(t, err)
		data = append(data, p.Message.Data)
	}
	return data
}

func TestPublishIsEncodedOnce(t *testing.T) {
	for name, store := range map[string]sse.Store{"ring": nil, "other": foreign{&sse.Ring{}}} {
		t.Run(name, func(t *testing.T) {
			h := &sse.Hub{Store: store}
			a, b := subscribe(t, h, "", "news"), subscribe(t, h, "", "news", "other", "news")
			m := sse.Message{Type: "greeting", Data: "two\nlines", Retry: 2 * time.Second, Key: "k"}
			id, err := h.Publish(t.Context(), "news", m)
			require.NoError(t, err)
			m.ID = id

			one, err := a.Next(t.Context())
			require.NoError(t, err)
			two, err := b.Next(t.Context())
			require.NoError(t, err)
			assert.Equal(t, one, two)
			assert.Equal(t, sse.Published{ID: id, Topic: "news", Message: m, Frame: one.Frame}, one)
			assert.Same(t, &one.Frame[0], &two.Frame[0])
			assert.Equal(t, len(one.Frame), cap(one.Frame), "appending to it copies")

			p := parser.New(parser.Config{})
			var got []parser.Token
			for rest := one.Frame; ; {
				tok, n, ok, err := p.Next(rest)
				require.NoError(t, err)
				if !ok {
					break
				}
				if rest = rest[n:]; tok.Kind == parser.KindEvent {
					assert.Equal(t, "greeting", string(tok.Type))
					assert.Equal(t, "two\nlines", string(tok.Data))
					assert.Equal(t, id, string(tok.ID))
				}
				got = append(got, tok)
			}
			require.NoError(t, p.Close())
			assert.Len(t, got, 2, "the reconnection time and the event")
		})
	}
}

func TestPublishMisuse(t *testing.T) {
	h := &sse.Hub{}
	s := subscribe(t, h, "", "a")
	_, err := h.Publish(t.Context(), "a", sse.Message{ID: "1", Data: "x"})
	require.ErrorIs(t, err, sse.ErrMessageID)
	_, err = h.Publish(t.Context(), "", sse.Message{Data: "x"})
	require.ErrorIs(t, err, sse.ErrTopic)
	var field *sse.FieldError
	_, err = h.Publish(t.Context(), "a", sse.Message{Type: "a\nb"})
	require.ErrorAs(t, err, &field)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.Publish(ctx, "a", sse.Message{Data: "x"})
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Next(ctx)
	require.ErrorIs(t, err, context.Canceled)

	for _, topics := range [][]string{nil, {}, {"a", ""}} {
		_, err := h.Subscribe(sse.SubscribeOptions{Topics: topics})
		require.ErrorIs(t, err, sse.ErrTopic)
	}
	publish(t, h, "a", "first")
	assert.Equal(t, []string{"first"}, next(t, s, 1), "nothing else came through")

	for _, h := range []*sse.Hub{{Overflow: 17}, {Farewell: sse.Message{Type: "\r"}}} {
		_, err = h.Publish(t.Context(), "a", sse.Message{})
		require.ErrorContains(t, err, "the hub's")
		_, err = h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}})
		require.ErrorContains(t, err, "the hub's")
	}
	assert.Equal(t, "Overflow(17)", sse.Overflow(17).String())
	assert.Equal(t, "Coalesce", sse.Coalesce.String())
}

// A second Next and a Close from elsewhere.
func TestNextIsForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{}
		s := subscribe(t, h, "", "a")
		ended := make(chan error)
		go func() {
			_, err := s.Next(context.Background())
			ended <- err
		}()
		synctest.Wait()
		_, err := s.Next(t.Context())
		require.ErrorIs(t, err, sse.ErrConcurrentNext)
		assert.Equal(t, 1, h.Len())
		s.Close()
		require.ErrorIs(t, <-ended, sse.ErrUnsubscribed)
		assert.Equal(t, 0, h.Len())
		s.Close()
		publish(t, h, "a", "nobody")
		for p, err := range s.All(t.Context()) {
			t.Error("All goes on after Close:", p, err)
		}
	})
}

// Whatever is called first, from however many goroutines.
func TestHubFirstUse(t *testing.T) {
	for range 20 {
		h := &sse.Hub{}
		var wg sync.WaitGroup
		wg.Go(func() { h.Len() })
		wg.Go(func() { publish(t, h, "a", "x") })
		wg.Go(func() { subscribe(t, h, "", "a").Close() })
		wg.Go(func() {
			h.Handler(allow()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		})
		wg.Wait()
		assert.NoError(t, h.Shutdown(t.Context()))
	}
}

// Each subscriber gets what is published in the order of the IDs, from however
// many goroutines.
func TestPublishOrder(t *testing.T) {
	h := &sse.Hub{QueueMessages: -1, QueueBytes: -1}
	subs := []*sse.Subscription{subscribe(t, h, "", "a"), subscribe(t, h, "", "a", "b"), subscribe(t, h, "", "b")}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 250 {
				_, err := h.Publish(t.Context(), []string{"a", "b"}[i%2], sse.Message{})
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	for i, s := range subs {
		before := ""
		for range []int{1000, 2000, 1000}[i] {
			p, err := s.Next(t.Context())
			require.NoError(t, err)
			require.True(t, len(p.ID) > len(before) || len(p.ID) == len(before) && p.ID > before, "%s after %s", p.ID, before)
			before = p.ID
		}
	}
}

func TestTopicsComeAndGo(t *testing.T) {
	h := &sse.Hub{}
	var subs []*sse.Subscription
	names := strings.Split("abcdef", "")
	for i := range 60 {
		subs = append(subs, subscribe(t, h, "", names[i%6], names[(i+1)%6], names[(i*i)%6]))
	}
	for i := 0; i < 60; i += 7 {
		subs[i].Close()
	}
	publish(t, h, "c", "x")
	for i, s := range subs {
		ctx, cancel := context.WithCancel(t.Context())
		if i%7 == 0 {
			_, err := s.Next(ctx)
			require.ErrorIs(t, err, sse.ErrUnsubscribed)
		} else if i%6 == 2 || (i+1)%6 == 2 || (i*i)%6 == 2 {
			assert.Equal(t, []string{"x"}, next(t, s, 1))
		}
		cancel()
		_, err := s.Next(ctx)
		require.Error(t, err)
	}
	assert.Equal(t, 60-9, h.Len())
}

// A Store that hangs holds whoever publishes no longer than their contexts.
func TestS9_PublishBlocksNoLongerThanItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Store: hanging{foreign{&sse.Ring{}}}}
		subscribe(t, h, "", "a")
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				d := time.Duration(i+1) * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), d)
				defer cancel()
				_, err := h.Publish(ctx, "a", sse.Message{})
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, d, time.Since(start))
			})
		}
		wg.Wait()
		subscribe(t, h, "", "a")
		assert.Equal(t, 2, h.Len(), "those who subscribe do not wait for it")
	})
}

// foreign hides that a Store is a Ring, and gives no frames: it is as a
// database would be.
type foreign struct{ ring *sse.Ring }

func (s foreign) Append(ctx context.Context, topic string, m sse.Message) (string, error) {
	return s.ring.Append(ctx, topic, m)
}

func (s foreign) Last(ctx context.Context) (string, error) { return s.ring.Last(ctx) }

func (s foreign) After(ctx context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	return func(yield func(sse.Published, error) bool) {
		r.Topics = append([]string{"secret"}, r.Topics...)
		slices.Sort(r.Topics)
		for p, err := range s.ring.After(ctx, r) {
			p.Frame = nil
			if !yield(p, err) {
				return
			}
		}
	}
}

// hanging never stores.
type hanging struct{ foreign }

func (hanging) Append(ctx context.Context, _ string, _ sse.Message) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

var errStore = errors.New("no database")

// failing fails while it is broken.
type failing struct {
	foreign
	broken atomic.Bool
}

func (s *failing) Append(ctx context.Context, topic string, m sse.Message) (string, error) {
	if s.broken.Load() {
		return "", errStore
	}
	return s.foreign.Append(ctx, topic, m)
}

func (s *failing) Last(ctx context.Context) (string, error) {
	if s.broken.Load() {
		return "", errStore
	}
	return s.foreign.Last(ctx)
}

func (s *failing) After(ctx context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	if s.broken.Load() {
		return func(yield func(sse.Published, error) bool) { yield(sse.Published{}, errStore) }
	}
	return s.foreign.After(ctx, r)
}

// A Store that fails is an error of the call, and no more than that.
func TestStoreFails(t *testing.T) {
	store := &failing{foreign: foreign{&sse.Ring{}}}
	store.broken.Store(true)
	h := &sse.Hub{Store: store}
	_, err := h.Publish(t.Context(), "a", sse.Message{})
	require.ErrorIs(t, err, errStore)
	_, err = h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}})
	require.ErrorIs(t, err, errStore)
	store.broken.Store(false)
	s := subscribe(t, h, "", "a")
	store.broken.Store(true)
	_, err = h.Publish(t.Context(), "a", sse.Message{Data: "lost"})
	require.ErrorIs(t, err, errStore)
	store.broken.Store(false)
	publish(t, h, "a", "kept")
	assert.Equal(t, []string{"kept"}, next(t, s, 1))
}

// cursor gives the ID of now.
func cursor(t *testing.T, h *sse.Hub) string {
	t.Helper()
	s := subscribe(t, h, "", "any")
	defer s.Close()
	return s.Cursor()
}
