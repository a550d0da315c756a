package parser

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

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
//req:impl SSE-9.2.5-02 SSE-9.2.5-04 SSE-9.2.6-02 SSE-9.2.6-04
func (p *Parser) Next(src []byte) (tok Token, n int, ok bool, err error) {
	// This much is inlined into the caller. So the token is written where the
	// caller has it, and not copied there from the stack: a tenth of the time for
	// an event.
	n, err = p.next(src, &tok)
	return tok, n, tok.Kind != 0, err
}

// next takes whole lines from src until there is a token, and what of a line is
// left at the end. It gives the number of octets of src that it took.
//
// Nearly every event is one data field that lies in src with its blank line.
// For it the loop runs twice: lineEnd finds the end of the field and that it is
// UTF-8, first becomes a view of the value, and dispatch shows it. All else
// takes more steps. What can't be shown where it lies is held: more than one
// data field, what the end of src cuts, what has to be decoded.
func (p *Parser) next(src []byte, tok *Token) (i int, err error) {
	if p.inLine || p.done || p.afterCR || p.bom != bomDone || p.err != nil {
		if i, err = p.resume(src, tok); err != nil || tok.Kind != 0 || i == len(src) {
			return i, err
		}
	}
	var first []byte // the only data field so far, if it is in src
	for i < len(src) {
		if isEnd(src[i]) {
			i = p.skipEnd(src, i)
			p.dispatch(tok, first)
			first = nil
			if tok.Kind != 0 {
				break
			}
			continue
		}
		size, valid := lineEnd(src[i:], !p.raw)
		p.scanned += int64(size)
		line := src[i : i+size]
		if i += size; i == len(src) {
			if first != nil {
				p.hold(first)
			}
			return i, p.piece(line, valid)
		}
		i = p.skipEnd(src, i)

		f, v := split(line, p.comments)
		if f == fieldIgnored {
			continue
		}
		switch easy := p.room(len(first)+1+len(v)) && (valid || p.raw || utf8.Valid(v)); {
		case easy && f == fieldData && first == nil && !p.hasData:
			first = v
			continue
		case easy && f != fieldData:
			p.apply(tok, f, v)
		default:
			if first != nil {
				p.hold(first)
				first = nil
			}
			if easy {
				p.hold(v)
				continue
			}
			// Close to the limit, or ill-formed: as a line in pieces.
			if err = p.piece(line, valid); err == nil {
				err = p.endLine(tok)
			}
		}
		if err != nil || tok.Kind != 0 {
			break
		}
	}
	if first != nil {
		p.hold(first)
	}
	return i, err
}

// resume does what the call before has left: the rest of a line, or what can
// only be done when the next octet is there. It gives the number of octets of
// src that it took.
func (p *Parser) resume(src []byte, tok *Token) (n int, err error) {
	if !p.inLine { // in the middle of a line nothing else is left
		if p.err != nil {
			return 0, p.err
		}
		if p.done {
			p.recycle()
		}
		if p.bom != bomDone {
			n = p.skipBOM(src) // which may find that a line has begun
		}
		if p.afterCR && n < len(src) {
			p.afterCR = false
			if src[n] == '\n' {
				n++
			}
		}
		if !p.inLine {
			return n, nil
		}
	}
	size, valid := lineEnd(src[n:], !p.raw && !p.unsure)
	p.scanned += int64(size)
	line := src[n : n+size]
	if n += size; n == len(src) {
		return n, p.piece(line, valid)
	}
	if err = p.piece(line, valid); err == nil {
		err = p.endLine(tok)
	}
	return p.skipEnd(src, n), err
}

// skipEnd gives the index of what comes after the end of a line at src[i].
func (p *Parser) skipEnd(src []byte, i int) int {
	if src[i] == '\r' {
		switch {
		case i+1 == len(src):
			p.afterCR = true
		case src[i+1] == '\n':
			i++
		}
	}
	return i + 1
}

// dispatch handles a blank line. first is the only data field, if there is one
// in src. The default type is left to be put in by who knows its name.
//
//req:impl SSE-9.2.6-05 SSE-9.2.6-16 SSE-9.2.6-17 SSE-9.2.6-18 SSE-9.2.6-19 SSE-9.2.6-20
func (p *Parser) dispatch(tok *Token, first []byte) {
	changed := false
	if p.hasID {
		if changed = !bytes.Equal(p.id, p.nextID); changed {
			p.id, p.nextID = p.nextID, p.id
			p.idTextOld = true
		}
		p.nextID, p.hasID = fit(p.nextID[:0]), false
	}
	switch {
	case first != nil || p.hasData:
		if first == nil {
			first = p.held
		}
		// With no room to append, a caller can't write over what follows in src.
		tok.Kind, tok.Type, tok.Data, tok.ID = KindEvent, p.typ, slices.Clip(first), p.id
		p.done = p.hasData || len(p.typ) > 0 // a view leaves nothing to recycle
		return
	case changed:
		tok.Kind, tok.ID = KindID, p.id
	}
	p.recycle() // a type without data is forgotten
}

// recycle frees what the last event was made of.
//
//req:impl SSE-9.2.6-21 SSE-9.2.6-23
func (p *Parser) recycle() {
	if len(p.held) > 0 {
		p.held = fit(p.held[:0])
	}
	if len(p.typ) > 0 {
		p.typ = fit(p.typ[:0])
	}
	p.value, p.hasData, p.done = 0, false, false
}

// fit gives b without the rest of its array if that is large and mostly unused.
func fit(b []byte) []byte {
	const kept = 64 << 10
	if cap(b) > kept && len(b) < cap(b)/4 {
		return bytes.Clone(b)
	}
	return b
}
