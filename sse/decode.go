package sse

import (
	"encoding/json"
	"iter"
)

// Decode gives the data of each event as a T, decoded from JSON. Types and IDs
// of the events are not looked at.
//
// An error of seq, or a [*DecodeError] for data that is not a T, ends the
// sequence: an error comes in the last pair, as it does everywhere in this
// package. Breaking off ends seq too, so a Response is closed. To skip what can
// not be decoded, loop over the events and call json.Unmarshal.
//
// A stream that closes with something else than JSON, as those of language
// models do with "[DONE]", is for [Until] first.
func Decode[T any](seq iter.Seq2[Event, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if seq == nil {
			yield(none, errNoSequence)
			return
		}
		i := 0
		for e, err := range seq {
			if err != nil {
				yield(none, err)
				return
			}
			var v T
			if err := json.Unmarshal([]byte(e.Data), &v); err != nil {
				yield(none, &DecodeError{Index: i, Event: e, Err: err})
				return
			}
			if !yield(v, nil) {
				return
			}
			i++
		}
	}
}
