package sse

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waiting is what a queue holds, as a list: the plain way to say what queue
// does.
type waiting struct {
	list              []entry
	missed            int
	dropped, replaced uint64
}

type entry struct {
	p      *Published
	missed int
}

func (w *waiting) octets() (n int) {
	for _, e := range w.list {
		n += len(e.p.Frame)
	}
	return n
}

func (w *waiting) full(p *Published, l *limits) bool {
	return len(w.list) > 0 && (len(w.list) == l.messages || w.octets()+len(p.Frame) > l.octets)
}

// take removes the i-th message; what was missed before it counts for the next.
func (w *waiting) take(i, more int) {
	more += w.list[i].missed
	w.list = append(w.list[:i:i], w.list[i+1:]...)
	if i < len(w.list) {
		w.list[i].missed += more
	} else {
		w.missed += more
	}
}

func (w *waiting) admit(p *Published, l *limits) bool {
	if l.overflow == Coalesce && p.Message.Key != "" {
		for i, e := range w.list {
			if e.p.Message.Key == p.Message.Key {
				w.take(i, 0)
				w.replaced++
				break
			}
		}
	}
	for w.full(p, l) {
		switch l.overflow {
		case Disconnect:
			return false
		case DropNewest:
			w.missed++
			w.dropped++
			return true
		case DropOldest, Coalesce:
			w.take(0, 1)
			w.dropped++
		}
	}
	w.list = append(w.list, entry{p, w.missed})
	w.missed = 0
	return true
}

// A queue does what the list does, under each policy, for messages with few
// keys, many keys and none, in a queue of few messages or few octets.
func TestQueueIsAList(t *testing.T) {
	for _, policy := range []Overflow{Disconnect, DropOldest, DropNewest, Coalesce} {
		for seed := range uint64(60) {
			random := rand.NewChaCha8([32]byte{byte(seed), byte(policy)})
			l := &limits{messages: 1 + int(random.Uint64()%40), octets: 1 + int(random.Uint64()%400), overflow: policy}
			keys := 1 + random.Uint64()%60
			pushes := 1 + random.Uint64()%4
			var q queue
			var w waiting
			for n := range 600 {
				if random.Uint64()%5 < pushes {
					p := &Published{ID: strconv.Itoa(n), Frame: make([]byte, random.Uint64()%60)}
					if k := random.Uint64() % keys; k > 0 {
						p.Message.Key = strconv.FormatUint(k, 10)
					}
					if w.admit(p, l) != q.admit(p, l) {
						t.Fatalf("%v, seed %d, message %d: one takes it and one doesn't", policy, seed, n)
					}
				} else {
					p, missed := q.pop()
					var e entry
					if len(w.list) > 0 {
						e, w.list = w.list[0], w.list[1:]
					}
					if p != e.p || missed != e.missed {
						t.Fatalf("%v, seed %d, message %d: got %v after %d, want %v after %d", policy, seed, n, p, missed, e.p, e.missed)
					}
				}
				got := []int{q.live, q.octets, q.missed, int(q.dropped), int(q.replaced)}
				want := []int{len(w.list), w.octets(), w.missed, int(w.dropped), int(w.replaced)}
				if !slices.Equal(got, want) || q.live > l.messages || len(q.slots) > max(smallestQueue, 4*l.messages) || len(q.keys) > q.live {
					t.Fatalf("%v, seed %d, message %d: %v of %d slots, want %v", policy, seed, n, got, len(q.slots), want)
				}
			}
		}
	}
}

// A queue that was long once and has been emptied holds no more than a short
// one.
func TestQueueLetsGo(t *testing.T) {
	l := &limits{messages: 10_000, octets: 1 << 20}
	var q queue
	for range 10_000 {
		require.True(t, q.admit(&Published{}, l))
	}
	for range 10_000 {
		q.pop()
	}
	assert.LessOrEqual(t, len(q.slots), keptQueue)
	for range keptQueue {
		require.True(t, q.admit(&Published{Frame: []byte("x")}, l))
	}
	for range keptQueue {
		q.pop()
	}
	assert.Equal(t, make([]slot, len(q.slots)), q.slots, "no message is held")
}

// Replacing one message again and again takes no more room than the message.
func TestCoalesceInPlace(t *testing.T) {
	l := &limits{messages: 256, octets: 1 << 20, overflow: Coalesce}
	var q queue
	require.True(t, q.admit(&Published{Message: Message{Key: "other"}}, l))
	for range 100_000 {
		require.True(t, q.admit(&Published{Message: Message{Key: "price"}}, l))
	}
	assert.Equal(t, 2, q.live)
	assert.LessOrEqual(t, len(q.slots), 8)
	assert.EqualValues(t, 99_999, q.replaced)
}
