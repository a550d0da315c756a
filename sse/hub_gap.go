package sse

import (
	"encoding/json"
	"errors"
	"strings"
)

// GapType is the type of the event by which a [Hub] tells a client that it has
// missed messages which can't be sent any more. Its data is a JSON object with
// the members "after" (the ID that the client had) and "reason" (one of the Gap
// constants). A client should then get the present state in another way, and go
// on with the events that follow.
const GapType = "gap"

// The reasons of a gap.
const (
	GapEvicted   = "evicted"   // messages after the ID are not stored any more
	GapEpoch     = "epoch"     // the ID was given before a restart
	GapFuture    = "future"    // the ID has not been given yet
	GapMalformed = "malformed" // no ID of the Store looks like that
	GapUnknown   = "unknown"   // the Store gave no reason
	GapDropped   = "dropped"   // the queue was full and its Overflow policy drops
)

// ErrGap is in the tree of every [*GapError].
var ErrGap = errors.New("sse: messages after this ID can't be given any more")

// GapError says that what followed an ID can't be given, or not all of it.
type GapError struct {
	// After is the ID. It may be anything that a client has sent.
	After string
	// Oldest is the ID of the oldest message that is stored, empty if unknown.
	Oldest string
	// Reason is one of the Gap constants.
	Reason string
}

// Error gives the reason. The ID is not in it: it is the client's.
func (e *GapError) Error() string { return ErrGap.Error() + ": " + e.Reason }

// Unwrap gives [ErrGap].
func (e *GapError) Unwrap() error { return ErrGap }

// asGap gives the GapError in err. after is the ID that was asked for.
func asGap(err error, after string) (*GapError, bool) {
	if g, ok := errors.AsType[*GapError](err); ok {
		return g, true
	}
	if errors.Is(err, ErrGap) {
		return &GapError{After: after, Reason: GapUnknown}, true
	}
	return nil, false
}

// longestAfter bounds what is sent back of an ID that a client made up.
const longestAfter = 128 // octets

// Message gives the event, of type [GapType], that tells a client of the gap. The
// client's last event ID becomes id, unless that is empty. The streams of a [Hub]
// send it by themselves: it is for who takes a [Subscription] to its clients in
// another way.
func (e *GapError) Message(id string) Message {
	after := e.After
	if len(after) > longestAfter {
		after = strings.ToValidUTF8(after[:longestAfter], "")
	}
	data, _ := json.Marshal(struct {
		After  string `json:"after"`
		Reason string `json:"reason"`
	}{after, e.Reason}) // two strings can't fail
	return Message{Type: GapType, Data: string(data), ID: id}
}
