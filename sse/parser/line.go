package parser

import (
	"bytes"
	"unicode/utf8"
)

// bomDone is the value of Parser.bom once the start of the stream is past.
const bomDone = 3

// skipBOM takes one byte order mark at the start of the stream, also when it
// comes in pieces. It gives the number of octets of src that it took.
//
//req:impl SSE-9.2.6-01
func (p *Parser) skipBOM(src []byte) int {
	const mark = "\uFEFF"
	n := 0
	for p.bom < bomDone && n < len(src) {
		if src[n] != mark[p.bom] {
			if p.bom > 0 {
				// What looked like a mark begins a line, and no field that has
				// a meaning begins with it.
				p.inLine, p.field = true, fieldIgnored
			}
			p.bom = bomDone
			return n
		}
		n++
		p.bom++
	}
	return n
}

// hold appends a data field to the data buffer, which has room for it.
//
//req:impl SSE-9.2.6-12
func (p *Parser) hold(v []byte) {
	if p.hasData {
		p.append([]byte{'\n'})
	}
	p.append(v)
	p.hasData = true
	p.value = len(p.held)
}

// append appends to held. It grows by doubling, but never beyond the limit.
func (p *Parser) append(b []byte) {
	if need := len(p.held) + len(b); need > cap(p.held) {
		grown := make([]byte, len(p.held), max(min(max(2*cap(p.held), 256), p.max), need))
		copy(grown, p.held)
		p.held = grown
	}
	p.held = append(p.held, b...)
}

// room tells whether n more octets may be held.
func (p *Parser) room(n int) bool {
	return n <= p.max-len(p.held)-len(p.typ)-len(p.nextID)
}

// fail gives the error that stays.
func (p *Parser) fail() error {
	p.err = &LimitError{Limit: p.max}
	p.dropLine()
	p.held, p.value, p.hasData = nil, 0, false
	return p.err
}

// cut takes the rest of src, in which the line that it is in does not end.
// first is a data field before it.
func (p *Parser) cut(first, b []byte) error {
	if first != nil {
		p.hold(first)
	}
	p.inLine = true
	return p.piece(b)
}

// piece takes the next octets of a line. Only the values of fields that have a
// meaning are held.
//
//req:impl SSE-9.2.6-06 SSE-9.2.6-07 SSE-9.2.6-15
func (p *Parser) piece(b []byte) error {
	for p.field == fieldUndecided && len(b) > 0 {
		p.head[p.heads] = b[0]
		p.heads++
		b = b[1:]
		p.field = begins(p.head[:p.heads], p.comments)
		if p.field != fieldUndecided {
			p.heads, p.space = 0, true
			if err := p.separate(); err != nil {
				return err
			}
		}
	}
	if p.field == fieldUndecided || p.field == fieldIgnored {
		return nil
	}
	if p.space && len(b) > 0 {
		p.space = false
		if b[0] == ' ' {
			b = b[1:]
		}
	}
	if !p.room(len(b)) {
		return p.fail()
	}
	p.append(b)
	return nil
}

// separate puts an LF between the data so far and a new data field.
func (p *Parser) separate() error {
	if p.field != fieldData || !p.hasData {
		return nil
	}
	if !p.room(1) {
		return p.fail()
	}
	p.append([]byte{'\n'})
	p.value = len(p.held)
	return nil
}

// dropLine forgets the line that is being received. What is before its value
// stays.
func (p *Parser) dropLine() {
	p.inLine, p.space, p.field, p.heads = false, false, fieldUndecided, 0
}

// line takes b, which ends a line: the rest of the line that is being received,
// or all of one.
func (p *Parser) line(b []byte) (Token, error) {
	p.inLine = true
	if err := p.piece(b); err != nil {
		return Token{}, err
	}
	if p.field == fieldUndecided {
		p.field = named(p.head[:p.heads])
		if err := p.separate(); err != nil {
			return Token{}, err
		}
	}
	f := p.field
	p.dropLine()
	if f == fieldIgnored {
		return Token{}, nil
	}
	if err := p.decode(); err != nil {
		return Token{}, err
	}
	return p.apply(f, p.held[p.value:len(p.held):len(p.held)]), nil
}

// decode puts U+FFFD in place of what is ill-formed in the value at the end of
// held.
//
//req:impl SSE-9.2.6-01
func (p *Parser) decode() error {
	v := p.held[p.value:]
	if p.raw || utf8.Valid(v) {
		return nil
	}
	more := decodedLen(v) - len(v)
	if !p.room(more) {
		return p.fail()
	}
	// The value moves to the end of its room, so that it is decoded in place.
	size := len(v)
	p.append(make([]byte, more))
	v = p.held[p.value:]
	copy(v[more:], v[:size])
	appendDecoded(v[:0], v[more:])
	return nil
}

// apply does what the field f says. v is its value, at the end of held, where
// only data stays.
func (p *Parser) apply(f field, v []byte) (tok Token) {
	switch f {
	case fieldData:
		p.hasData = true
		p.value = len(p.held)
		return tok
	case fieldEvent:
		//req:impl SSE-9.2.6-11
		p.typ = append(p.typ[:0], v...)
	case fieldID:
		//req:impl SSE-9.2.6-13
		if bytes.IndexByte(v, 0) < 0 {
			p.nextID = append(p.nextID[:0], v...)
			p.hasID = true
		}
	case fieldRetry:
		if d, ok := parseRetry(v); ok {
			p.retry, p.hasRetry = d, true
			tok = Token{Kind: KindRetry, Retry: d}
		}
	case fieldComment:
		tok = Token{Kind: KindComment, Comment: v} // valid until held is used again
	case fieldUndecided, fieldIgnored:
	}
	p.held = p.held[:p.value]
	return tok
}
