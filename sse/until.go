package sse

import (
	"fmt"
	"io"
	"iter"
)

// errNoLast says that a stream ended too early.
var errNoLast = fmt.Errorf("sse: the stream ended before its last event: %w", io.ErrUnexpectedEOF)

// Until gives the events before the one for which last is true, and ends seq
// there, so a Response is closed. last is called once for each event.
//
// It is for streams that say that they are complete, as those of language
// models do with data "[DONE]". If seq ends without such an event, something
// between its source and here has cut it off, however orderly that looks:
// the last pair has an error that is io.ErrUnexpectedEOF. An error of seq is
// given as it is, in the last pair. To stop at an event that need not come, use
// break.
func Until(seq iter.Seq2[Event, error], last func(Event) bool) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if seq == nil || last == nil {
			yield(Event{}, errNoSequence)
			return
		}
		for e, err := range seq {
			if err == nil && last(e) {
				return
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
		yield(Event{}, errNoLast)
	}
}
