package parser

import (
	"bytes"
	"slices"
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

// hold appends a data field to the data buffer, which has room for it. v is nil
// if there is none.
//
//req:impl SSE-9.2.6-12
func (p *Parser) hold(v []byte) {
	if v == nil {
		return
	}
	if p.hasData {
		p.append('\n')
	}
	p.append(v...)
	p.hasData = true
	p.value = len(p.held)
}

// append appends to held.
func (p *Parser) append(b ...byte) {
	p.grow(len(b))
	p.held = append(p.held, b...)
}

// grow makes place for n more octets in held. It doubles, but never beyond the
// limit.
func (p *Parser) grow(n int) {
	if need := len(p.held) + n; need > cap(p.held) {
		grown := make([]byte, len(p.held), max(min(max(2*cap(p.held), 256), p.max), need))
		copy(grown, p.held)
		p.held = grown
	}
}

// room tells whether n more octets may be held.
func (p *Parser) room(n int) bool {
	return n <= p.max-len(p.held)-len(p.typ)-len(p.nextID)-len(p.id)
}

// fail gives the error that stays. Of the unfinished event nothing is kept.
func (p *Parser) fail() error {
	p.err = &LimitError{Limit: p.max}
	p.dropLine()
	p.recycle()
	p.nextID, p.hasID = fit(p.nextID[:0]), false
	return p.err
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
	p.append(b...)
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
	p.append('\n')
	p.value = len(p.held)
	return nil
}

// dropLine forgets what is known of the line that is being received, but for
// its value.
func (p *Parser) dropLine() {
	p.inLine, p.space, p.field, p.heads = false, false, fieldUndecided, 0
}

// line takes b, which ends a line: the rest of the line that is being received,
// or all of one.
func (p *Parser) line(tok *Token, b []byte) error {
	p.inLine = true
	if err := p.piece(b); err != nil {
		return err
	}
	if p.field == fieldUndecided {
		p.field = named(p.head[:p.heads])
		if err := p.separate(); err != nil {
			return err
		}
	}
	f := p.field
	p.dropLine()
	if f == fieldIgnored {
		return nil
	}
	if err := p.decode(); err != nil {
		return err
	}
	if f == fieldData {
		p.hasData = true
		p.value = len(p.held)
		return nil
	}
	p.apply(tok, f, p.held[p.value:])
	p.held = fit(p.held[:p.value])
	return nil
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
	p.grow(more)
	p.held = p.held[:len(p.held)+more]
	v = p.held[p.value:]
	copy(v[more:], v)
	appendDecoded(v[:0], v[more:])
	return nil
}

// apply does what the field f, which is not data, says. v is its value, in held
// or in src.
func (p *Parser) apply(tok *Token, f field, v []byte) {
	switch f {
	case fieldEvent:
		//req:impl SSE-9.2.6-11
		p.typ = append(fit(p.typ[:0]), v...)
	case fieldID:
		//req:impl SSE-9.2.6-13
		if bytes.IndexByte(v, 0) < 0 {
			p.nextID = append(fit(p.nextID[:0]), v...)
			p.hasID = true
		}
	case fieldRetry:
		if d, ok := parseRetry(v); ok {
			p.retry, p.hasRetry = d, true
			tok.Kind, tok.Retry = KindRetry, d
		}
	case fieldComment:
		tok.Kind, tok.Comment = KindComment, slices.Clip(v)
	case fieldData, fieldUndecided, fieldIgnored:
	}
}
