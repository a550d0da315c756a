package parser

import (
	"math"
	"time"
)

// DefaultMaxEventBytes is the default of [Config].MaxEventBytes: 8 MiB.
const DefaultMaxEventBytes = 8 << 20

// Config sets how a [Parser] works. The zero value is the safe default.
type Config struct {
	// LastEventID is the last event ID to begin with: that of the stream which
	// this one continues.
	LastEventID string

	// MaxEventBytes limits the octets that are held: the data of the unfinished
	// event, its type, the value of the line that is being received and the last
	// event ID (with the new one, until a blank line puts it in place of the
	// old), together. The buffers for them take less than twice as much. Zero
	// means DefaultMaxEventBytes, negative no limit.
	MaxEventBytes int

	// Comments asks for comments as tokens. A comment is then held until its
	// line ends and counts towards MaxEventBytes. Without it, comments are
	// skipped as they come.
	Comments bool

	// RawUTF8 leaves octets that are not UTF-8 as they are. The specification
	// puts U+FFFD in their place.
	RawUTF8 bool
}

// Parser takes an event stream octet by octet, or in chunks of any size, and
// gives its events (section 9.2.6). It does no I/O and is used by one goroutine
// at a time. It is made by [New].
type Parser struct {
	// held is the data fields so far, joined by LF, then the value of the line
	// that is being received, which begins at value.
	held  []byte
	value int

	typ    []byte // the event type buffer
	nextID []byte // the last event ID buffer, if hasID; else that is the same as id
	id     []byte // the last event ID string
	idText string // id as a string, made when it is asked for

	max     int // octets
	retry   time.Duration
	err     error // once set, stays until Reset
	scanned int64 // octets that were searched for the end of a line; for tests

	bom   uint8 // octets of a byte order mark seen at the start of the stream; bomDone after it
	field field // what the line that is being received is, or what it can be until it is named
	heads uint8 // octets of its name that have come, until it is named

	inLine    bool // a line has begun and its end has not come yet
	colon     bool // the colon of the line has come, after a name that has a meaning
	space     bool // the next octet of the line follows its colon
	unsure    bool // the line has octets that are not known to be UTF-8
	afterCR   bool // the last octet was CR: an LF now belongs to it
	hasData   bool // held has a data field
	hasID     bool // an id field came since the last blank line
	hasRetry  bool // retry was set by the stream
	done      bool // the last token was an event: what it was made of goes with the next call
	idTextOld bool // idText is not id
	comments  bool
	raw       bool
}

// New gives a Parser at the beginning of a stream.
func New(c Config) *Parser {
	p := &Parser{max: c.MaxEventBytes, comments: c.Comments, raw: c.RawUTF8}
	switch {
	case p.max == 0:
		p.max = DefaultMaxEventBytes
	case p.max < 0:
		p.max = math.MaxInt
	}
	p.Reset(c.LastEventID)
	return p
}

// Reset makes the Parser begin with a new stream, such as the body of the next
// response, whose last event ID is lastEventID until the stream has another.
// The reconnection time stays, and so do the buffers.
//
//req:impl SSE-9.2.2-02 SSE-9.2.6-03
func (p *Parser) Reset(lastEventID string) {
	p.recycle()
	p.dropLine()
	p.nextID, p.hasID = fit(p.nextID[:0]), false
	p.id = append(fit(p.id[:0]), lastEventID...)
	p.idText, p.idTextOld = lastEventID, false
	p.err, p.bom, p.afterCR = nil, 0, false
}

// LastEventID gives the last event ID string: the one that a reconnection
// sends. An id field counts from the blank line on.
func (p *Parser) LastEventID() string {
	if p.idTextOld {
		p.idText, p.idTextOld = string(p.id), false
	}
	return p.idText
}

// Retry gives the reconnection time, if the stream has set one.
func (p *Parser) Retry() (time.Duration, bool) { return p.retry, p.hasRetry }

// Close says that the stream has ended. It gives an [*IncompleteError] if that
// was inside an event: after a data, event or id field and before the blank
// line, or in the middle of a line that is neither a comment nor an unknown
// field. After a [*LimitError] it gives that again.
//
//req:impl SSE-9.2.6-09
func (p *Parser) Close() error {
	if p.err != nil {
		return p.err
	}
	if p.done {
		p.recycle()
	}
	known := p.inLine && p.field != fieldIgnored && p.field != fieldComment
	if p.hasData || len(p.typ) > 0 || p.hasID || known {
		return &IncompleteError{Octets: len(p.held) + len(p.typ) + len(p.nextID) + int(p.heads)}
	}
	return nil
}
