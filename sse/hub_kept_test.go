package sse_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// kept subscribes to what the hub still has.
func kept(t *testing.T, h *sse.Hub, topics ...string) *sse.Subscription {
	t.Helper()
	s, err := h.Subscribe(sse.SubscribeOptions{Topics: topics, Kept: true})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// A subscription with Kept begins with the oldest message that is stored, which is
// no gap, and goes on with what is published.
func TestKept(t *testing.T) {
	h := &sse.Hub{Store: &sse.Ring{Events: 5}, QueueMessages: 2}
	s := kept(t, h, "a")
	publish(t, h, "a", "0")
	assert.Equal(t, []string{"0"}, next(t, s, 1), "nothing is kept yet")
	for i := 1; i < 20; i++ {
		publish(t, h, []string{"a", "b"}[i%2], strconv.Itoa(i))
	}
	s = kept(t, h, "a")
	assert.Nil(t, s.Gap())
	assert.Equal(t, []string{"16", "18"}, next(t, s, 2))
	publish(t, h, "a", "20")
	assert.Equal(t, []string{"20"}, next(t, s, 1))

	// After takes its place.
	s, err := h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, After: s.Cursor(), Kept: true})
	require.NoError(t, err)
	defer s.Close()
	_, ok, err := s.Poll(t.Context())
	require.NoError(t, err)
	assert.False(t, ok)
}

// A Store without First can't do that.
func TestKeptOfAStoreWithoutFirst(t *testing.T) {
	h := &sse.Hub{Store: foreign{&sse.Ring{}}}
	_, err := h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, Kept: true})
	require.ErrorIs(t, err, sse.ErrKept)
	assert.Equal(t, 0, h.Len())
	subscribe(t, h, cursor(t, h), "a") // with After it is not asked
	_, err = h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, After: cursor(t, h), Kept: true})
	require.NoError(t, err)
}

// evicting is a Ring whose messages are evicted right after First, some times.
type evicting struct {
	*sse.Ring
	times int
	evict func()
	id    string // of First, if it is to be another
	err   error
}

func (s *evicting) First(ctx context.Context) (string, error) {
	id, err := s.Ring.First(ctx)
	if s.id != "" || s.err != nil {
		return s.id, s.err
	}
	if s.times > 0 {
		s.times--
		s.evict()
	}
	return id, err
}

// What is evicted between two looks at the Store was not kept: that is no gap,
// unless it happens again and again.
func TestKeptWhileMessagesAreEvicted(t *testing.T) {
	for times, gap := range map[int]bool{0: false, 1: false, 7: false, 8: true} {
		store := &evicting{Ring: &sse.Ring{Events: 3}}
		h := &sse.Hub{Store: store}
		for i := range 3 {
			publish(t, h, "a", strconv.Itoa(i))
		}
		store.times, store.evict = times, func() {
			for range 3 {
				publish(t, h, "a", "newer")
			}
		}
		s := kept(t, h, "a")
		assert.Equal(t, gap, s.Gap() != nil, "%d times", times)
		assert.Equal(t, 1, h.Len(), "those before it are closed")
		if !gap && times > 0 {
			assert.Equal(t, []string{"newer", "newer", "newer"}, next(t, s, 3))
		}
	}
}

// Errors of First are errors of the call.
func TestKeptOfAStoreThatFails(t *testing.T) {
	store := &evicting{Ring: &sse.Ring{}, err: errStore}
	h := &sse.Hub{Store: store}
	_, err := h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, Kept: true})
	require.ErrorIs(t, err, errStore)
	store.err, store.id = nil, "a\nb"
	_, err = h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, Kept: true})
	require.ErrorContains(t, err, "the store gave")
	assert.Equal(t, 0, h.Len())
}
