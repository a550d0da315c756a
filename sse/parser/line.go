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

// hold appends a data field to the data buffer, which has room for it.
//
//req:impl SSE-9.2.6-12
func (p *Parser) hold(v []byte) {
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

// piece takes the next octets of a line, without its end. valid is that of
// lineEnd. Only the values of fields that have a meaning are held.
//
//req:impl SSE-9.2.6-06 SSE-9.2.6-07 SSE-9.2.6-15
func (p *Parser) piece(b []byte, valid bool) error {
	p.inLine = true
	if !valid {
		p.unsure = true
	}
	if p.field == fieldIgnored {
		return nil
	}
	if !p.colon {
		rest, err := p.name(b)
		if err != nil || !p.colon {
			return err
		}
		b = rest
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

// name takes octets up to the colon and gives the rest. As soon as they are not
// those of a name that has a meaning, the line is ignored.
//
//req:impl SSE-9.2.6-10
func (p *Parser) name(b []byte) (rest []byte, err error) {
	if p.field == fieldUndecided && len(b) > 0 {
		p.field = begins(b[0], p.comments)
	}
	if p.field == fieldIgnored {
		return nil, nil
	}
	name := names[p.field]
	for n, c := range b {
		if c != name[p.heads] {
			p.field, p.heads = fieldIgnored, 0
			return nil, nil
		}
		if p.heads++; int(p.heads) == len(name) {
			p.colon, p.space, p.heads = true, true, 0
			return b[n+1:], p.separate()
		}
	}
	return nil, nil
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
	p.inLine, p.colon, p.space, p.unsure, p.field, p.heads = false, false, false, false, fieldUndecided, 0
}

// endLine ends the line that piece was given.
//
//req:impl SSE-9.2.6-08
func (p *Parser) endLine(tok *Token) error {
	f, named, unsure := p.field, p.colon, p.unsure
	if !named && f != fieldIgnored && int(p.heads) == len(names[f])-1 { // all but the colon
		if err := p.separate(); err != nil {
			return err
		}
		named = true
	}
	p.dropLine()
	if !named {
		return nil
	}
	if unsure {
		if err := p.decode(); err != nil {
			return err
		}
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
