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
	if p.err != nil {
		return Token{}, 0, false, p.err
	}
	if p.field != fieldUndecided && isPiece(src) { // as below, for a fraction of the time
		p.noCR = max(p.noCR-len(src), 0)
		p.scanned += int64(len(src))
		return Token{}, len(src), false, p.piece(src)
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
	noCR := min(max(p.noCR, i), len(src)) // src[i:noCR] has no CR
	var first []byte                      // the only data field so far, if it is in src
	for i < len(src) {
		end := i
		if src[i] != '\n' {
			// An LF is looked for up to the first CR only, or a stream with CR
			// alone would be searched to its end for each line.
			if noCR < len(src) && src[noCR] != '\r' {
				noCR = p.findCR(src, noCR)
			}
			if n := bytes.IndexByte(src[i:noCR], '\n'); n >= 0 {
				end = i + n
			} else if end = noCR; end == len(src) {
				p.hold(first)
				first = nil
				p.inLine = true
				err = p.piece(src[i:])
				p.scanned += int64(end - i)
				i = end
				break
			}
			p.scanned += int64(end - i)
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
			noCR = i
		}

		if p.inLine { // it began in an earlier call
			err = p.line(&tok, line)
		} else if len(line) == 0 {
			p.dispatch(&tok, first)
			first = nil
		} else {
			f, v := split(line, p.comments)
			switch {
			case f == fieldIgnored:
				continue
			case !p.room(len(first)+1+len(v)) || !p.raw && !utf8.Valid(v):
				// Close to the limit, or ill-formed: as a line in pieces.
				p.hold(first)
				first = nil
				err = p.line(&tok, line)
			case f != fieldData:
				p.apply(&tok, f, v)
			case first == nil && !p.hasData:
				first = v
				continue
			default:
				p.hold(first)
				first = nil
				p.hold(v)
				continue
			}
		}
		if err != nil || tok.Kind != 0 {
			break
		}
	}
	p.hold(first)
	p.noCR = max(max(p.noCR, noCR)-i, 0)
	return tok, i, tok.Kind != 0, err
}

// isPiece tells whether b is a short piece of a line, without its end.
func isPiece(b []byte) bool {
	if len(b) > 16 { // there are faster ways to search
		return false
	}
	for _, c := range b {
		if c == '\n' || c == '\r' {
			return false
		}
	}
	return true
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
		p.done = true
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
