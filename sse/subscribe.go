package sse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// SubscribeOptions says what to subscribe to.
type SubscribeOptions struct {
	// Topics are the topics: at least one. They are what the subscriber may
	// read: nothing of any other topic is given to it, live or replayed.
	Topics []string

	// After is the ID of a message: the subscription begins with the message
	// after it. Empty: with what is published from now on.
	After string

	// Kept makes a subscription without After begin with the oldest message that
	// the Store still has. The Store must be a [KeptStore], as [Ring] is; else the
	// error is [ErrKept].
	Kept bool
}

// ErrKept is what Subscribe gives for Kept if the Store is no [KeptStore].
var ErrKept = errors.New("sse: the Store can't tell what is the oldest message that it has")

// Subscription is what one subscriber gets of a [Hub]: with Next or All, by one
// goroutine at a time. It needs a Close, unless Next has given an error that
// ended it.
//
// One that resumes reads from the Store what it missed, in pieces that are no
// larger than its queue may be and as fast as it is asked to, and goes over to
// what is published when it has caught up. Neither leaves a message out or
// gives it twice.
type Subscription struct {
	hub     *Hub
	topics  []string // sorted, each once
	gap     *GapError
	chunk   limits // of what is read from the Store at once
	wake    chan struct{}
	reading atomic.Bool // Next is in progress
	read    string      // how far the Store was read; of the goroutine that takes messages

	places []place // where it is in the index, nil when it is not; guarded by hub.mu

	mu        sync.Mutex  // guards what follows
	queue     queue       // what was published while attached
	waiting   bool        // Next waits for wake
	replaying bool        // not attached yet: more is to be read from the Store
	joining   bool        // attached while something is still read from the Store
	overrun   bool        // joining, and the queue was full
	replay    []Published // read from the Store, from next on
	next      int
	octets    int           // of the frames in replay
	cursor    string        // of the last message given
	err       error         // why it has ended
	draining  bool          // err counts when the queue is empty
	mark      string        // draining: the cursor then
	retry     time.Duration // draining: the reconnection time to tell the client
}

// Subscribe subscribes to topics. What was published after o.After comes first;
// if that can't be given, [Subscription.Gap] says so, and the subscription
// begins with what is published from now on. After Shutdown the error is
// [ErrHubClosed]; other errors are those of misuse and of the Store.
func (h *Hub) Subscribe(o SubscribeOptions) (*Subscription, error) {
	return h.subscribe(context.Background(), o)
}

func (h *Hub) subscribe(ctx context.Context, o SubscribeOptions) (*Subscription, error) {
	if len(o.Topics) == 0 || slices.Contains(o.Topics, "") {
		return nil, ErrTopic
	}
	if err := h.ready(ctx); err != nil {
		return nil, err
	}
	if o.Kept && o.After == "" {
		return h.subscribeKept(ctx, o)
	}
	return h.subscribeAfter(ctx, o)
}

// keptTries is how often subscribeKept begins anew when messages were evicted
// between two looks at the Store. That is rare once, and then there is a gap.
const keptTries = 8

// subscribeKept subscribes to what the Store still has and what follows it. What
// is evicted before anything was given is no gap: it is not kept any more.
func (h *Hub) subscribeKept(ctx context.Context, o SubscribeOptions) (s *Subscription, err error) {
	kept, ok := h.store.(KeptStore)
	if !ok {
		return nil, ErrKept
	}
	for try := range keptTries {
		if o.After, err = kept.First(ctx); err == nil {
			err = checkStoreID(o.After)
		}
		if err != nil {
			return nil, fmt.Errorf("sse: the store's oldest ID: %w", err)
		}
		if s, err = h.subscribeAfter(ctx, o); err != nil || s.gap == nil || try == keptTries-1 {
			break
		}
		s.Close()
	}
	return s, err
}

func (h *Hub) subscribeAfter(ctx context.Context, o SubscribeOptions) (*Subscription, error) {
	s := &Subscription{
		hub:    h,
		topics: slices.Clone(o.Topics),
		wake:   make(chan struct{}, 1),
		chunk: limits{
			messages: min(h.limits.messages, DefaultQueueMessages),
			octets:   min(h.limits.octets, DefaultQueueBytes),
		},
		replaying: o.After != "",
		read:      o.After,
		cursor:    o.After,
	}
	slices.Sort(s.topics)
	s.topics = slices.Compact(s.topics)

	h.mu.Lock()
	if h.down {
		h.mu.Unlock()
		return nil, ErrHubClosed
	}
	h.subs[s] = struct{}{}
	if !s.replaying {
		s.cursor = h.attach(s)
	}
	h.mu.Unlock()
	if !s.replaying {
		return s, nil
	}
	done := false
	defer func() {
		if !done { // an error of the Store, or its panic
			s.Close()
		}
	}()
	err := s.refill(ctx)
	if gap, ok := asGap(err, o.After); ok {
		s.gap = gap
		s.skip()
	} else if err != nil {
		return nil, fmt.Errorf("sse: what follows the ID: %w", err)
	}
	done = true
	return s, nil
}

// skip makes s begin with what is published from now on.
func (s *Subscription) skip() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replay, s.next, s.octets, s.replaying = nil, 0, 0, false
	if s.err == nil {
		s.cursor = h.attach(s)
	}
}

// Gap says that messages after SubscribeOptions.After can't be given any more.
// It is nil if none is missing. Cursor is then where the subscription begins.
func (s *Subscription) Gap() *GapError { return s.gap }

// Dropped gives the number of messages that the [Overflow] policy has dropped
// so far; [Published].Missed says where. Those that Coalesce has replaced by
// newer ones are not among them: see Replaced.
func (s *Subscription) Dropped() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.dropped
}

// Replaced gives the number of messages that [Coalesce] has replaced by newer
// ones with the same key so far.
func (s *Subscription) Replaced() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.replaced
}

// Cursor gives an ID to resume at that leaves out nothing which Next has not
// given yet. When there is nothing to be given, it is the ID of the newest
// message of the hub, of whatever topic.
func (s *Subscription) Cursor() string {
	h := s.hub
	if h == nil {
		return ""
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.replaying || s.next < len(s.replay) || s.queue.live > 0 || s.queue.missed > 0:
	case s.draining:
		s.cursor = s.mark
	case s.err == nil:
		s.cursor = h.last
	}
	return s.cursor
}

// push puts p into the queue. It is false if s gets no more: it has ended or
// has to read from the Store. hub.mu is held.
func (s *Subscription) push(p *Published) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.joining && s.queue.full(p, &s.hub.limits) {
		// It has not come to the queue yet: the Store will do.
		s.overrun = true
		s.queue.clear()
		return false
	}
	ok := s.queue.admit(p, &s.hub.limits)
	if !ok {
		s.err = ErrOverflow
		s.free()
	}
	s.signal()
	return ok
}

// signal wakes a Next that waits. s.mu is held.
func (s *Subscription) signal() {
	if s.waiting {
		s.waiting = false
		s.poke()
	}
}

// poke makes wake have a value.
func (s *Subscription) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// free lets go of all messages. s.mu is held.
func (s *Subscription) free() {
	s.queue.clear()
	s.replay, s.next, s.octets = nil, 0, 0
}

// finish ends s in good order: Next gives what is in the queue, then
// ErrHubClosed. retry is for the client.
func (s *Subscription) finish(retry time.Duration) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	attached := s.places != nil
	h.detach(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.err, s.draining, s.retry, s.mark = ErrHubClosed, true, retry, h.last
	if !attached {
		s.mark = s.cursor
	}
	s.signal()
}

// Close ends the subscription. It may be called by any goroutine, and again.
func (s *Subscription) Close() {
	if s.hub != nil {
		s.stop(ErrUnsubscribed)
	}
}

// stop ends s at once with err, unless it has ended, and takes it off the hub.
func (s *Subscription) stop(err error) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	h.detach(s)
	delete(h.subs, s)
	h.checkGone()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil || s.draining {
		s.err, s.draining = err, false
	}
	s.free()
	s.signal()
}
