package sse

import (
	"errors"
	"io"
	"iter"
	"sync/atomic"
	"time"

	"longwire.example/sse/parser"
)

// The defaults of ReadOptions; Client has the first one, too.
const (
	DefaultMaxEventBytes = parser.DefaultMaxEventBytes // 8 MiB
	DefaultMaxErrorBody  = 64 << 10                    // octets
)

// ReadOptions sets how one stream is read. It is copied. The zero value, and
// nil where a pointer is taken, is the safe default.
type ReadOptions struct {
	// LastEventID is the last event ID to begin with, that of the stream which
	// this one continues: events have it until the stream sets another. Do
	// sends it to the server.
	LastEventID string

	// MaxEventBytes limits the octets that are held of an unfinished event;
	// beyond it the stream ends with a *LimitError. Zero means
	// DefaultMaxEventBytes, 8 MiB; negative means no limit. Neither a
	// line nor a stream has a limit.
	MaxEventBytes int

	// OnComment, when set, is called with each comment, in the loop over the
	// events. Without it comments are skipped as they come; with it they count
	// towards MaxEventBytes.
	OnComment func(text string)

	// OnRetry, when set, is called in the loop over the events with each
	// reconnection time that the stream sets.
	OnRetry func(d time.Duration)

	// MaxErrorBody limits the octets that Do keeps of a response that is no
	// event stream: DefaultMaxErrorBody, 64 KiB, if zero; negative means no
	// limit.
	MaxErrorBody int
}

// config gives what a reader needs to know.
func (o *ReadOptions) config() readerConfig {
	return readerConfig{
		lastEventID:   o.LastEventID,
		maxEventBytes: o.MaxEventBytes,
		onComment:     o.OnComment,
		onRetry:       o.OnRetry,
	}
}

// ErrSecondLoop is given to a second loop over the events of [Read] or of a
// [Response]: a stream comes once.
var ErrSecondLoop = errors.New("sse: a second loop over the events of one stream")

// Read gives the events of one stream, for one loop. Each comes as soon as its
// octets have: everything that a Read of r returned is given before the next.
// Whether the octets came with a status and a Content-Type is for the caller to
// look at; [Do] does it.
//
// The loop ends silently when r ends between two events. Else the last pair has
// an error and no event: an [*IncompleteError] if r ended inside an event, a
// [*LimitError] if an event is too long, io.ErrNoProgress if r again and again
// gave nothing, or the error of r, unchanged. It does not close r, and after a
// break an unknown number of octets beyond the last event has been read.
//
// An event costs one allocation: its data. The rest is shared with the events
// before it. (A new last event ID is part of that allocation if the data has at
// most 1 KiB, else it costs another.)
func Read(r io.Reader, o *ReadOptions) iter.Seq2[Event, error] {
	if o == nil {
		o = &ReadOptions{}
	}
	in := newReader(r, o.config())
	var looped atomic.Bool
	return func(yield func(Event, error) bool) {
		if looped.Swap(true) {
			yield(Event{}, ErrSecondLoop)
			return
		}
		defer in.release()
		for {
			e, err := in.next()
			if err == io.EOF { //nolint:errorlint // next gives it as it is
				return
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
