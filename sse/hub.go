package sse

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// The defaults of a Hub.
const (
	DefaultQueueMessages  = 256
	DefaultQueueBytes     = 1 << 20 // octets
	DefaultSpread         = 5 * time.Second
	DefaultCursorInterval = time.Minute
)

// Errors of a Hub.
var (
	// ErrHubClosed is what Subscribe gives after Shutdown, and what ends a
	// subscription then.
	ErrHubClosed = errors.New("sse: the hub is shut down")
	// ErrOverflow ends a subscription whose queue was full, under [Disconnect].
	// The Store has what it missed: its ID is where it can resume.
	ErrOverflow = errors.New("sse: the subscription was too slow and its queue is full")
	// ErrUnsubscribed is what Next gives after Close.
	ErrUnsubscribed = errors.New("sse: the subscription was closed")
	// ErrConcurrentNext is returned by Next while another one is in progress:
	// one goroutine takes what a subscription has.
	ErrConcurrentNext = errors.New("sse: another Next is in progress")
	// ErrTopic is returned for a topic without a name, and for no topic.
	ErrTopic = errors.New("sse: a topic needs a name, and a subscription a topic")
	// ErrMessageID is returned by Publish for a message with an ID.
	ErrMessageID = errors.New("sse: a message that is published has no ID: the Store gives it one")
)

// Hub sends what is published under a topic to everybody who has subscribed to
// that topic: to event streams ([Hub.Serve], [Hub.Handler]) and to anything else
// that takes events from a [Subscription]. What was published is in its Store,
// so that a client that comes back with its last event ID misses nothing.
//
// Its zero value is ready. The fields are read at the first use and are not to
// be changed after it; a Hub must not be copied then. In every number and
// duration zero means the default, and a negative value means no limit unless
// the field says otherwise.
type Hub struct {
	// Store keeps what was published, for those who come back, and gives the
	// IDs. Nil means a [Ring] of its own. A Store belongs to one Hub.
	Store Store

	// QueueMessages and QueueBytes bound what waits for one subscriber: 256
	// messages and 1 MiB by default. Subscribers share the octets of a message,
	// but they count for each. An empty queue takes one message of any size.
	QueueMessages int
	QueueBytes    int

	// Overflow says what happens when a queue is full.
	Overflow Overflow

	// Stream has the options of the event streams of Serve and Handler.
	Stream Options

	// Farewell is sent to each event stream at Shutdown, if it has a Type or
	// Data. It is encoded with an ID and a Retry of the hub's.
	Farewell Message

	// Spread is the time over which Shutdown ends the streams, and over which
	// it spreads the reconnection times that it tells them: 5 s by default.
	// Negative: it ends them all at once and tells them none.
	Spread time.Duration

	// CursorInterval is how often a stream whose topics are quiet is told how
	// far the hub has come, by a block with an ID and no event, if that has
	// changed: every minute by default. Without it, a client would come back
	// with an ID as old as the last event of its topics. Negative: there is no
	// such block at all, not at the beginning of a stream either. That is for
	// clients that take one for an empty event.
	CursorInterval time.Duration

	once    sync.Once
	wrong   error           // what is wrong with the fields
	store   Store           // Store, or a Ring
	server  *serverSettings // Stream with its defaults
	limits  limits          // of each queue
	turn    chan struct{}   // holds one value while somebody publishes: IDs and queues have one order
	started atomic.Bool     // last is known

	// mu guards what follows. It is never held while something waits: for the
	// Store, for a client, for another lock than that of one queue.
	mu      sync.Mutex
	topics  map[string]*topic
	subs    map[*Subscription]struct{} // all that have not ended
	streams map[*cuttable]struct{}     // calls of Serve
	last    string                     // the ID of the newest event that every queue has
	down    bool                       // Shutdown was called
	gone    chan struct{}              // closed when subs and streams are empty after Shutdown
}

// limits are those of a queue.
type limits struct {
	messages int
	octets   int
	overflow Overflow
}

// init reads the fields.
func (h *Hub) init() {
	h.turn = make(chan struct{}, 1)
	h.topics = map[string]*topic{}
	h.subs = map[*Subscription]struct{}{}
	h.streams = map[*cuttable]struct{}{}
	h.gone = make(chan struct{})
	if h.store = h.Store; h.store == nil {
		h.store = &Ring{}
	}
	h.limits = limits{
		messages: limitOr(h.QueueMessages, DefaultQueueMessages),
		octets:   limitOr(h.QueueBytes, DefaultQueueBytes),
		overflow: h.Overflow,
	}
	if !h.Overflow.known() {
		h.wrong = fmt.Errorf("sse: the hub's Overflow is %v", h.Overflow)
	}
	server, err := newServerSettings(&h.Stream)
	if h.server = server; err != nil {
		h.wrong = fmt.Errorf("sse: the hub's Stream: %w", err)
	}
	if _, err := h.Farewell.Append(nil); err != nil {
		h.wrong = fmt.Errorf("sse: the hub's Farewell can't be sent: %w", err)
	}
}

// Check finds what is wrong with the fields of h: an unknown Overflow, wrong
// options in Stream, a Farewell that can't be sent. Everything else finds the
// same: Publish and Subscribe give the error, Serve and Handler answer 500.
func (h *Hub) Check() error {
	h.once.Do(h.init)
	return h.wrong
}

// limitOr gives def for zero and the largest number for a negative one.
func limitOr(v, def int) int {
	switch {
	case v == 0:
		return def
	case v < 0:
		return math.MaxInt
	}
	return v
}

// ready prepares the hub for its first use.
func (h *Hub) ready(ctx context.Context) error {
	h.once.Do(h.init)
	if h.wrong != nil || h.started.Load() {
		return h.wrong
	}
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	if h.started.Load() {
		return nil
	}
	last, err := h.store.Last(ctx)
	if err != nil {
		return fmt.Errorf("sse: the store's newest ID: %w", err)
	}
	if err := checkStoreID(last); err != nil {
		return err
	}
	h.mu.Lock()
	h.last = last
	h.mu.Unlock()
	h.started.Store(true)
	return nil
}

// begin waits for the turn to publish, no longer than ctx allows; end ends it.
func (h *Hub) begin(ctx context.Context) error {
	select {
	case h.turn <- struct{}{}:
		return nil
	default:
	}
	select {
	case h.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *Hub) end() { <-h.turn }

// Len gives the number of subscriptions that have not ended, those of event
// streams among them.
func (h *Hub) Len() int {
	h.once.Do(h.init)
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}
