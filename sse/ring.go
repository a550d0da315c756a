package sse

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"
)

// The defaults of a Ring.
const (
	DefaultRingEvents = 10_000
	DefaultRingBytes  = 16 << 20 // octets
	DefaultRingAge    = time.Hour
)

// Ring is a [Store] in memory, which keeps the newest messages within its
// limits. Its zero value is ready; the fields are not to be changed after the
// first use. Zero means the default and a negative value means no limit.
//
// An ID is `<epoch>-<sequence>`: twelve hexadecimal digits that are random for
// each Ring, so that an ID of before a restart is noticed, and the number of the
// message, from 1 on. An ID whose successors were evicted is a gap only if one
// of them had a topic that is asked for; of very many topics, those that were
// evicted last are remembered.
type Ring struct {
	// Events limits the messages: 10,000 by default.
	Events int

	// Bytes limits the octets of the messages: 16 MiB by default. A message
	// counts as what was published and as its frame. The newest message is kept
	// whatever its size.
	Bytes int

	// Age limits how long a message is kept: an hour by default. What is older
	// is not given any more, and is let go of with the next call.
	Age time.Duration

	once   sync.Once
	epoch  string
	events uint64 // the limits
	bytes  int
	age    time.Duration // 0: none

	mu      sync.Mutex // guards what follows
	stored  []stored   // a ring: message n is at n&mask
	mask    uint64
	oldest  uint64 // the sequence of the oldest message
	newest  uint64 // of the newest one; oldest-1 if there is none
	octets  int
	evicted evictions
}

// stored is a message in a Ring.
type stored struct {
	p  *Published
	at time.Time
}

func (s *stored) octets() int {
	m := &s.p.Message
	return len(s.p.Frame) + len(s.p.Topic) + len(m.Type) + len(m.Data) + len(m.Key)
}

func (r *Ring) init() {
	r.epoch = newEpoch()
	r.events = uint64(limitOr(r.Events, DefaultRingEvents)) //nolint:gosec // G115: it is positive
	r.bytes = limitOr(r.Bytes, DefaultRingBytes)
	r.age = durationOr(r.Age, DefaultRingAge)
	r.oldest = 1
}

func (r *Ring) at(n uint64) *stored { return &r.stored[n&r.mask] }

// Append stores a message as a Hub does. The error is a [*FieldError].
func (r *Ring) Append(_ context.Context, topic string, m Message) (id string, err error) {
	switch {
	case m.ID != "":
		return "", ErrMessageID
	case topic == "":
		return "", ErrTopic
	}
	e, err := encodeMessage(&m)
	if err != nil {
		return "", err
	}
	return r.add(topic, m, e).ID, nil
}

// add stores a message that is encoded already.
func (r *Ring) add(topic string, m Message, e encoded) *Published {
	r.once.Do(r.init)
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.newest + 1
	m.ID = ringID(r.epoch, n)
	p := &Published{ID: m.ID, Topic: topic, Message: m}
	p.Frame, _ = e.frame(&m) // an ID of this Ring can be sent, and the rest was
	s := stored{p, time.Now()}
	r.evict(s.at)
	for r.oldest < n && (n-r.oldest >= r.events || s.octets() > r.bytes-r.octets) {
		r.evictOldest()
	}
	if r.stored == nil || n-r.oldest > r.mask {
		r.grow()
	}
	*r.at(n) = s
	r.newest = n
	r.octets += s.octets()
	return p
}

// grow doubles the slots.
func (r *Ring) grow() {
	old, mask := r.stored, r.mask
	r.mask = max(2*mask+1, 15)
	r.stored = make([]stored, r.mask+1)
	for n := r.oldest; n <= r.newest; n++ {
		*r.at(n) = old[n&mask]
	}
}

// evict lets go of what is too old.
func (r *Ring) evict(now time.Time) {
	for r.age > 0 && r.oldest <= r.newest && now.Sub(r.at(r.oldest).at) > r.age {
		r.evictOldest()
	}
}

func (r *Ring) evictOldest() {
	s := r.at(r.oldest)
	r.octets -= s.octets()
	r.evicted.add(s.p.Topic, r.oldest)
	*s = stored{}
	r.oldest++
}

// Last gives the ID of the newest message, or one that stands before the first.
func (r *Ring) Last(context.Context) (id string, err error) {
	r.once.Do(r.init)
	r.mu.Lock()
	defer r.mu.Unlock()
	return ringID(r.epoch, r.newest), nil
}

// First gives an ID that stands before the oldest message.
func (r *Ring) First(context.Context) (id string, err error) {
	r.once.Do(r.init)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.evict(time.Now())
	return ringID(r.epoch, r.oldest-1), nil
}

// After gives the messages of a range. The error is a [*GapError], or that of
// ctx.
func (r *Ring) After(ctx context.Context, g Range) iter.Seq2[Published, error] {
	return func(yield func(Published, error) bool) {
		r.once.Do(r.init)
		n, err := r.position(g.After)
		if err != nil {
			yield(Published{}, err)
			return
		}
		until, err := r.position(g.Until)
		if err != nil {
			yield(Published{}, err)
			return
		}
		// The lock is not held while somebody takes them, so they come in pieces.
		var piece [16]*Published
		for n < until {
			if ctx.Err() != nil {
				yield(Published{}, context.Cause(ctx))
				return
			}
			var found int
			if n, found, err = r.find(n, until, g, piece[:]); err != nil {
				yield(Published{}, err)
				return
			}
			for _, p := range piece[:found] {
				if !yield(*p, nil) {
					return
				}
			}
		}
	}
}

// position gives the sequence of an ID.
func (r *Ring) position(id string) (uint64, error) {
	epoch, n, ok := parseRingID(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.evict(time.Now())
	switch {
	case !ok:
		return 0, r.gap(id, GapMalformed)
	case epoch != r.epoch:
		return 0, r.gap(id, GapEpoch)
	case n > r.newest:
		return 0, r.gap(id, GapFuture)
	}
	return n, nil
}

// gap makes a GapError. r.mu is held.
func (r *Ring) gap(after, reason string) *GapError {
	g := &GapError{After: after, Reason: reason}
	if r.oldest <= r.newest {
		g.Oldest = r.at(r.oldest).p.ID
	}
	return g
}

// searched is how many messages find looks at under the lock, so that those who
// publish wait no longer for a client with rare topics than for others.
const searched = 512

// find collects messages after the n-th, and gives the sequence of the last that
// it looked at.
func (r *Ring) find(n, until uint64, g Range, piece []*Published) (at uint64, found int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.evict(time.Now())
	if n+1 < r.oldest {
		if r.evicted.after(n, g.Topics) {
			return 0, 0, r.gap(ringID(r.epoch, n), GapEvicted)
		}
		n = r.oldest - 1
	}
	for last := min(n+searched, until); n < last && found < len(piece); {
		n++
		p := r.at(n).p
		if _, ok := slices.BinarySearch(g.Topics, p.Topic); ok {
			piece[found] = p
			found++
		}
	}
	return n, found, nil
}
