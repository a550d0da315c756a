package sse

import (
	"errors"
	"io"
	"time"

	"longwire.example/sse/parser"
)

// reader takes an event stream from an io.Reader and gives its events: what
// Read, Response and Client have in common. It waits in the Read of its source
// and nowhere else, starts no goroutine, and is used by one goroutine at a time.
//
// Everything that a Read returned has been given before the next Read, so no
// event waits for octets that it does not need (section 9.2.5). What is held is
// the parser's unfinished event and one buffer of at most 64 KiB.
type reader struct {
	c        readerConfig
	p        *parser.Parser
	src      io.Reader
	buf      readBuffer
	from, to int   // buf.b[from:to] was read and not yet parsed
	err      error // how the stream ends, once that is known; due after those octets

	id    string // the last event ID as of the last token
	types typeNames
}

// readerConfig is what a reader is made from. The functions may be nil. They
// are called by the goroutine that is in next, in the order of the stream.
type readerConfig struct {
	lastEventID   string
	maxEventBytes int                   // as in parser.Config
	onComment     func(text string)     // nil: comments are skipped, and nothing of them is held
	onRetry       func(d time.Duration) // a new reconnection time, before the event that it stands in
	onID          func(id string)       // a new last event ID that no event carries
}

// newReader gives a reader at the beginning of src, which may be nil until
// reset is called.
func newReader(src io.Reader, c readerConfig) *reader {
	r := &reader{c: c}
	r.p = parser.New(parser.Config{MaxEventBytes: c.maxEventBytes, Comments: c.onComment != nil})
	r.reset(src, c.lastEventID)
	return r
}

// reset goes to the beginning of another stream, such as the next response's
// body. The reconnection time stays. To go on with the last event ID that this
// one ended with, give r.lastEventID().
func (r *reader) reset(src io.Reader, lastEventID string) {
	r.src, r.from, r.to, r.err = src, 0, 0, nil
	r.id = lastEventID
	r.p.Reset(lastEventID)
}

// next waits for the next event. The error is:
//   - io.EOF itself, if the source ended between two events: a clean end;
//   - an *IncompleteError, if it ended inside one, which is thrown away;
//   - a *LimitError, if an event has more octets than it may;
//   - io.ErrNoProgress, if the source again and again gave nothing;
//   - what else its Read gave, unchanged.
//
// All are final until reset.
func (r *reader) next() (Event, error) {
	for {
		for r.from < r.to {
			tok, n, ok, err := r.p.Next(r.buf.b[r.from:r.to])
			r.from += n
			if err != nil {
				r.from, r.to, r.err = 0, 0, err
				break
			}
			if !ok {
				break
			}
			if tok.Kind == parser.KindEvent {
				return r.event(&tok), nil
			}
			r.tell(&tok)
		}
		if r.err != nil {
			return Event{}, r.end()
		}
		r.fill()
	}
}

// end gives the error that the stream ends with.
func (r *reader) end() error {
	if r.err == io.EOF { //nolint:errorlint // one that is wrapped is somebody's failure, not the end
		if err := r.p.Close(); err != nil {
			r.err = err
		}
	}
	return r.err
}

// lastEventID gives the last event ID as of the last event, or as of a blank
// line after it that set one without an event.
func (r *reader) lastEventID() string { return r.id }

// retry gives the reconnection time, if the stream or one before it has set
// one.
func (r *reader) retry() (time.Duration, bool) { return r.p.Retry() }

// release gives the buffer back, for others to use, and drops what was not yet
// parsed. The reader may go on after reset. It must not be called while next
// runs.
func (r *reader) release() {
	r.from, r.to = 0, 0
	r.buf.release()
}

// maxEmptyReads is how many times in a row a Read may give neither octets nor
// an error, which io.Reader discourages but allows.
const maxEmptyReads = 100

var (
	errReadCount = errors.New("sse: the stream's Read returned an impossible count")
	errNoReader  = errors.New("sse: no io.Reader to read a stream from")
)

// fill reads once, or until there is something. All octets before it have been
// parsed.
//
//req:impl SSE-9.2.5-05
func (r *reader) fill() {
	if r.src == nil {
		r.err = errNoReader
		return
	}
	b := r.buf.next(r.to)
	r.from, r.to = 0, 0
	for range maxEmptyReads {
		n, err := r.src.Read(b)
		if n < 0 || n > len(b) {
			r.err = errReadCount
			return
		}
		if n > 0 || err != nil {
			r.to, r.err = n, err
			return
		}
	}
	r.err = io.ErrNoProgress
}

// endingReader is an io.Reader that ends when it is told to, between two Reads.
// A body heeds its request's context by itself, but not each RoundTripper's
// does, and comments can come without an end.
type endingReader struct {
	io.Reader
	ended func() error
}

func (r endingReader) Read(p []byte) (int, error) {
	if err := r.ended(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
