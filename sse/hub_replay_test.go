package sse_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// Many publish while others join at any moment, leave and come back: each gets
// every message after its ID once and in order, from a queue of any size, be the
// Store the hub's own or another.
func TestS11_ReplayToLive(t *testing.T) {
	for _, queue := range []int{1, 7, 0} {
		for _, other := range []bool{false, true} {
			for seed := range byte(3) {
				t.Run(fmt.Sprintf("queue %d other %v seed %d", queue, other, seed), func(t *testing.T) {
					h := &sse.Hub{QueueMessages: queue}
					if other {
						h.Store = foreign{&sse.Ring{}}
					}
					replayToLive(t, h, seed)
				})
			}
		}
	}
}

const (
	publishers = 4
	joiners    = 12
	each       = 150 // messages of a publisher
)

func replayToLive(t *testing.T, h *sse.Hub, seed byte) {
	names := []string{"a", "b", "c"}
	begin := cursor(t, h)

	var mu sync.Mutex
	ids := []string{begin} // that somebody may resume at
	var published atomic.Int64
	moments := map[int64]chan struct{}{}
	random := rand.NewChaCha8([32]byte{seed})
	var join []chan struct{}
	for len(join) < joiners {
		n := int64(random.Uint64()%(publishers*each)) + 1
		if moments[n] == nil {
			moments[n] = make(chan struct{})
			join = append(join, moments[n])
		}
	}

	var publishing, joining sync.WaitGroup
	for p := range publishers {
		random := rand.NewChaCha8([32]byte{seed, 1, byte(p)})
		publishing.Go(func() {
			for i := range each {
				id, err := h.Publish(t.Context(), names[random.Uint64()%3], sse.Message{Data: fmt.Sprint(p, i)})
				assert.NoError(t, err)
				mu.Lock()
				ids = append(ids, id)
				mu.Unlock()
				if ch := moments[published.Add(1)]; ch != nil {
					close(ch)
				}
			}
		})
	}
	type result struct {
		after  string
		topics []string
		got    []string
	}
	results := make([]result, joiners)
	for j := range joiners {
		random := rand.NewChaCha8([32]byte{seed, 2, byte(j)})
		joining.Go(func() {
			<-join[j]
			mu.Lock()
			after := ids[random.Uint64()%uint64(len(ids))]
			mu.Unlock()
			topics := append([]string{"end"}, names[:1+random.Uint64()%3]...)
			results[j] = result{after, topics, followTopics(t, h, after, topics, random)}
		})
	}
	publishing.Wait()
	end := publish(t, h, "end", "")
	joining.Wait()

	// The order in which the Store has them is the truth.
	type event struct{ id, topic string }
	var all []event
	truth := subscribe(t, h, begin, "a", "b", "c", "end")
	require.Nil(t, truth.Gap())
	for p, err := range truth.All(t.Context()) {
		require.NoError(t, err)
		all = append(all, event{p.ID, p.Topic})
		if p.ID == end {
			break
		}
	}
	require.Len(t, all, publishers*each+1)
	for _, r := range results {
		from := slices.IndexFunc(all, func(e event) bool { return e.id == r.after }) + 1
		var want []string
		for _, e := range all[from:] {
			if slices.Contains(r.topics, e.topic) {
				want = append(want, e.id)
			}
		}
		assert.Equal(t, want, r.got)
	}
}

// followTopics gives the IDs of the messages of topics after an ID. It leaves and
// comes back at random, and whenever it was too slow.
func followTopics(t *testing.T, h *sse.Hub, after string, topics []string, random *rand.ChaCha8) (got []string) {
	for {
		s, err := h.Subscribe(sse.SubscribeOptions{Topics: topics, After: after})
		if !assert.NoError(t, err) || !assert.Nil(t, s.Gap()) {
			return nil
		}
		stay := random.Uint64() % 200
		for p, err := range s.All(t.Context()) {
			if errors.Is(err, sse.ErrOverflow) {
				break
			}
			if !assert.NoError(t, err) {
				return got
			}
			got = append(got, p.ID)
			if p.Topic == "end" {
				s.Close()
				return got
			}
			if stay--; stay == 0 {
				break
			}
		}
		after = s.Cursor()
		s.Close()
	}
}

// Nothing of another topic is replayed, whatever the Store gives.
func TestS11_ReplayOnlyOfTheTopicsAsked(t *testing.T) {
	for name, store := range map[string]sse.Store{"ring": nil, "other": foreign{&sse.Ring{}}} {
		t.Run(name, func(t *testing.T) {
			h := &sse.Hub{Store: store}
			begin := cursor(t, h)
			publish(t, h, "secret", "1")
			publish(t, h, "a", "2")
			publish(t, h, "secret", "3")
			publish(t, h, "b", "4")
			s := subscribe(t, h, begin, "b", "a")
			publish(t, h, "secret", "5")
			publish(t, h, "a", "6")
			assert.Equal(t, []string{"2", "4", "6"}, next(t, s, 3))
		})
	}
}

func TestGap(t *testing.T) {
	h := &sse.Hub{Store: &sse.Ring{Events: 10}}
	var ids []string
	for i := range 20 {
		ids = append(ids, publish(t, h, "a", strconv.Itoa(i)))
	}
	for after, reason := range map[string]string{
		ids[3]:           sse.GapEvicted,
		"nonsense":       sse.GapMalformed,
		ids[3] + "00":    sse.GapFuture,
		"0123456789ab-1": sse.GapEpoch,
	} {
		s := subscribe(t, h, after, "a")
		gap := s.Gap()
		require.NotNil(t, gap)
		assert.Equal(t, sse.GapError{After: after, Reason: reason, Oldest: ids[10]}, *gap)
		require.ErrorIs(t, gap, sse.ErrGap)
		assert.Equal(t, s.Cursor(), cursor(t, h), "it goes on from now")
		publish(t, h, "a", "live")
		assert.Equal(t, []string{"live"}, next(t, s, 1))
		ids = append(ids, "")[1:]
		ids[19] = s.Cursor()
	}
	assert.Nil(t, subscribe(t, h, ids[15], "a").Gap())
}

// A subscriber that lets the Store turn over while it resumes has got a part
// without a gap, and is then told of one.
func TestGapDuringReplay(t *testing.T) {
	h := &sse.Hub{Store: &sse.Ring{Events: 100}, QueueMessages: 10}
	begin := cursor(t, h)
	for i := range 100 {
		publish(t, h, "a", strconv.Itoa(i))
	}
	s := subscribe(t, h, begin, "a")
	require.Nil(t, s.Gap())
	for i := range 50 {
		publish(t, h, "a", strconv.Itoa(100+i))
	}
	var got []string
	for p, err := range s.All(t.Context()) {
		if err != nil {
			var gap *sse.GapError
			require.ErrorAs(t, err, &gap)
			assert.Equal(t, sse.GapEvicted, gap.Reason)
			assert.Equal(t, s.Cursor(), gap.After)
			break
		}
		got = append(got, p.Message.Data)
	}
	assert.Len(t, got, 10, "what it had read")
	assert.Equal(t, "9", got[9])
	_, err := s.Next(t.Context())
	require.ErrorIs(t, err, sse.ErrGap, "it has ended")
	gap := subscribe(t, h, s.Cursor(), "a").Gap()
	require.NotNil(t, gap)
}

// Who resumes at a long history takes it in pieces: those who publish are not
// held up, and overflow no queue.
func TestReplayIsPulled(t *testing.T) {
	h := &sse.Hub{QueueMessages: 4}
	begin := cursor(t, h)
	for i := range 1000 {
		publish(t, h, "a", strconv.Itoa(i))
	}
	s := subscribe(t, h, begin, "a")
	for i := range 3000 {
		p, err := s.Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, strconv.Itoa(i), p.Message.Data)
		if i < 2000 {
			publish(t, h, "a", strconv.Itoa(1000+i))
		}
	}
}

// Errors of the Store and of the context leave a subscription as it is.
func TestReplayGoesOnAfterAnError(t *testing.T) {
	store := &failing{foreign: foreign{&sse.Ring{}}}
	h := &sse.Hub{Store: store, QueueMessages: 2}
	begin := cursor(t, h)
	for i := range 9 {
		publish(t, h, "a", strconv.Itoa(i))
	}
	store.broken.Store(true)
	_, err := h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}, After: begin})
	require.ErrorIs(t, err, errStore)
	assert.Equal(t, 0, h.Len())
	store.broken.Store(false)
	s := subscribe(t, h, begin, "a")
	assert.Equal(t, []string{"0", "1"}, next(t, s, 2))
	store.broken.Store(true)
	_, err = s.Next(t.Context())
	require.ErrorIs(t, err, errStore)
	store.broken.Store(false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Next(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, []string{"2", "3", "4", "5", "6", "7", "8"}, next(t, s, 7))
}
