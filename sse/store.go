package sse

import (
	"context"
	"iter"
)

// Published is a message that a [Hub] has published.
type Published struct {
	// ID is the message's ID, and a cursor: whoever has it can resume after
	// this message, over whatever transport.
	ID string

	// Topic is what it was published under.
	Topic string

	// Message is what was published, with its ID.
	Message Message

	// Frame is the message as an event stream has it, with its ID and the blank
	// line. All subscribers share it: it is not to be changed.
	Frame []byte

	// Missed is how many messages the subscription's [Overflow] policy has
	// dropped between the message before this one and this one. It is zero
	// outside of a Subscription.
	Missed int
}

// Range says which messages a [Store] is to give.
type Range struct {
	// After is the ID of the message, or of the moment, that comes before the
	// first one. It may be anything that a client has sent.
	After string

	// Until is the ID of the last one. It is of this Store and not older than
	// After, if that is of this Store, too.
	Until string

	// Topics are the topics of the messages: at least one, sorted, each once.
	Topics []string

	// Limit is how many messages are wanted at most. A Store may give more; they
	// are not taken.
	Limit int
}

// Store keeps what a [Hub] publishes, so that clients can resume. [Ring] is one
// in memory; others can be made over a database. A Store may belong to one Hub
// only, and that is the only one who appends.
//
// What a Store must guarantee:
//
//   - Order. Append is called by one goroutine at a time, and each ID stands
//     after all those given before. The others are called by any goroutine,
//     while Append is in progress too.
//   - Atomicity. With an error, Append has not stored the message and never
//     will. A Store that can't know, such as one that lost its connection to a
//     database while it was committing, has to fail every later Append until it
//     does know: what is stored but was not sent to those who are connected
//     would be missed by them.
//   - Completeness. After gives every message of the range, or an error for
//     which errors.Is(err, [ErrGap]) holds, best a [*GapError]. It never leaves
//     a message out.
//   - IDs. An ID can stand in a header field: see [parser.CheckID]. No other
//     Store, and no other life of this one whose messages are gone, gives the
//     same.
type Store interface {
	// Append stores a message, whose ID is empty, as the newest of all topics
	// and returns its ID. The hub does not publish anything else meanwhile.
	Append(ctx context.Context, topic string, m Message) (id string, err error)

	// After gives messages from the oldest on, or one pair with an error as the
	// last. Frame may be nil. The loop may be left at any message. Nothing may be
	// locked while the loop's body runs that Append needs.
	After(ctx context.Context, r Range) iter.Seq2[Published, error]

	// Last gives the ID of the newest message. If there is none, it gives an ID
	// that stands before all others.
	Last(ctx context.Context) (id string, err error)
}

// KeptStore is a [Store] that can tell what is the oldest message that it has.
type KeptStore interface {
	Store

	// First gives an ID that stands right before the oldest message: what After
	// gives for it is all that the Store has.
	First(ctx context.Context) (id string, err error)
}
