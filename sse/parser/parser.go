package parser

import (
	"bytes"
	"math"
	"time"
	"unicode/utf8"
)

// DefaultMaxEventBytes is the default of [Config].MaxEventBytes: 8 MiB.
const DefaultMaxEventBytes = 8 << 20

// Config sets how a [Parser] works. The zero value is the safe default.
type Config struct {
	// LastEventID is the last event ID to begin with: that of the stream which
	// this one continues.
	LastEventID string

	// MaxEventBytes limits the octets that are held of an unfinished event: its
	// data, its type, the last event ID and the value of the line that is being
	// received, together. Zero means DefaultMaxEventBytes, negative no limit.
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
	nextID []byte // the last event ID buffer
	id     []byte // the last event ID string: nextID as of the last blank line
	idText string // id as a string, made when it is asked for

	max     int // octets
	retry   time.Duration
	err     error // once set, stays until Reset
	clear   int   // octets ahead that are known to have no CR
	scanned int64 // octets that were searched for the end of a line; for tests

	head  [longestName]byte // the beginning of a line whose field is undecided
	heads uint8             // octets in head
	bom   uint8             // octets of a byte order mark seen at the start of the stream; bomDone after it
	field field             // of the line that is being received, once it is decided

	inLine    bool // a line has begun and its end has not come yet
	space     bool // the next octet of the line follows its colon
	afterCR   bool // the last octet was CR: an LF now belongs to it
	hasData   bool // held has a data field
	hasID     bool // nextID is newer than id
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
	p.typ = p.typ[:0]
	p.nextID = append(p.nextID[:0], lastEventID...)
	p.id = append(p.id[:0], lastEventID...)
	p.idText, p.idTextOld = lastEventID, false
	p.err, p.clear, p.bom = nil, 0, 0
	p.hasID, p.afterCR = false, false
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
// was inside an event: after a field and before the blank line, or in the
// middle of a line that is neither a comment nor an unknown field.
//
//req:impl SSE-9.2.6-09
func (p *Parser) Close() error {
	if p.err != nil {
		return p.err
	}
	if p.done {
		p.recycle()
	}
	n := len(p.held) + len(p.typ) + int(p.heads)
	if p.hasID {
		n += len(p.nextID)
	}
	known := p.inLine && p.field != fieldIgnored && p.field != fieldComment
	if p.hasData || len(p.typ) > 0 || p.hasID || known {
		return &IncompleteError{Octets: n}
	}
	return nil
}

// Next takes octets from the beginning of src, which is what follows the octets
// that the calls before it took. It gives the number of octets taken and, if ok
// is true, a token; it is to be called again with the rest of src then, if
// there is any. If ok is false, all of src was taken and more is needed.
//
// A token comes from the call that takes the octet which completes it, so
// nothing is held back when all of src was taken. The end of a line is CR, LF
// or CRLF; a CR ends its line at once, and an LF that follows in a later call
// is dropped.
//
// The time is linear in the octets, however they are cut, and what is held is
// bounded by [Config].MaxEventBytes. A data field that is alone in its event and
// within src is not copied; nothing is allocated for it.
//
// The only error is a [*LimitError]. It stays until [Parser.Reset].
//
//req:impl SSE-9.2.6-02 SSE-9.2.6-04
func (p *Parser) Next(src []byte) (tok Token, n int, ok bool, err error) {
	if p.err != nil {
		return Token{}, 0, false, p.err
	}
	if p.done {
		p.recycle()
	}
	i := 0
	if p.bom != bomDone {
		i = p.skipBOM(src)
	}
	if p.afterCR && i < len(src) {
		p.afterCR = false
		if src[i] == '\n' {
			i++
		}
	}
	clear := max(p.clear, i) // src[i:clear] has no CR
	var first []byte         // the only data field so far, in src
	for i < len(src) {
		end := i
		if src[i] != '\n' {
			if clear < len(src) && src[clear] != '\r' {
				clear = p.findCR(src, clear)
			}
			if end = p.findEnd(src, i, clear); end < 0 {
				err = p.cut(first, src[i:])
				first, i = nil, len(src)
				break
			}
		}
		line := src[i:end]
		i = end + 1
		if src[end] == '\r' {
			switch {
			case i == len(src):
				p.afterCR = true
			case src[i] == '\n':
				i++
			}
			clear = max(clear, i)
		}

		// The shortest way first: data that is alone in its event.
		if len(line) >= 5 && string(line[:5]) == "data:" && first == nil && !p.hasData && !p.inLine {
			v := line[5:]
			if len(v) > 0 && v[0] == ' ' {
				v = v[1:]
			}
			if len(v) <= p.max-len(p.typ)-len(p.nextID) && (p.raw || utf8.Valid(v)) {
				first = v
				continue
			}
		}
		if len(line) == 0 && !p.inLine {
			if tok = p.dispatch(first); tok.Kind == 0 {
				continue
			}
			p.clear = max(clear-i, 0)
			return tok, i, true, nil
		}
		if first != nil {
			p.hold(first)
			first = nil
		}
		if tok, err = p.line(line); err != nil || tok.Kind != 0 {
			p.clear = max(clear-i, 0)
			return tok, i, err == nil, err
		}
	}
	if first != nil {
		p.hold(first)
	}
	p.clear = max(clear-i, 0)
	return Token{}, i, false, err
}

// findCR gives the index in src of the first CR from i on, or len(src).
func (p *Parser) findCR(src []byte, i int) int {
	n := bytes.IndexByte(src[i:], '\r')
	if n < 0 {
		n = len(src) - i
	}
	p.scanned += int64(n)
	return i + n
}

// findEnd gives the index in src of the end of the line that begins at i, or
// -1. The first CR from i on is at clear, if that is in src: beyond it no LF is
// looked for, or a stream with CR alone would be searched to its end for each
// line.
func (p *Parser) findEnd(src []byte, i, clear int) int {
	clear = min(clear, len(src))
	n := bytes.IndexByte(src[i:clear], '\n')
	switch {
	case n >= 0:
		p.scanned += int64(n)
		return i + n
	case clear < len(src):
		p.scanned += int64(clear - i)
		return clear
	}
	p.scanned += int64(clear - i)
	return -1
}

// recycle frees what the last event was made of. A buffer that was much larger
// than that event needed is not kept.
//
//req:impl SSE-9.2.6-21 SSE-9.2.6-23
func (p *Parser) recycle() {
	const kept = 64 << 10
	if cap(p.held) > kept && len(p.held) < cap(p.held)/4 {
		p.held = nil
	}
	p.held = p.held[:0]
	p.typ = p.typ[:0]
	p.value, p.hasData, p.done = 0, false, false
}

// dispatch handles a blank line. first is the only data field, if there is one
// in src.
//
//req:impl SSE-9.2.6-05 SSE-9.2.6-16 SSE-9.2.6-17
func (p *Parser) dispatch(first []byte) Token {
	changed := false
	if p.hasID {
		p.hasID = false
		if changed = !bytes.Equal(p.id, p.nextID); changed {
			p.id = append(p.id[:0], p.nextID...)
			p.idTextOld = true
		}
	}
	p.done = true
	switch {
	case first != nil:
		return Token{Kind: KindEvent, Type: p.typ[:len(p.typ):len(p.typ)], Data: first[:len(first):len(first)], ID: p.id}
	case p.hasData:
		return Token{Kind: KindEvent, Type: p.typ[:len(p.typ):len(p.typ)], Data: p.held[:len(p.held):len(p.held)], ID: p.id}
	case changed:
		p.typ = p.typ[:0]
		return Token{Kind: KindID, ID: p.id}
	}
	p.recycle() // a type without data is forgotten
	return Token{}
}
