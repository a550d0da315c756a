package frame

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// rowOctets is how many octets a line of the dump shows.
const rowOctets = 8

// The columns of the dump, counted from the beginning of the line.
const (
	columnOctets  = 8
	columnPlain   = columnOctets + 3*rowOctets + 1
	columnSection = columnPlain + 3*rowOctets + 1
	columnText    = columnSection + 7
)

// Append appends the frame as an annotated hex dump to dst: one line that sums
// it up, then for each field the offset in the frame, the octets on the wire,
// the bits that are meant or the octets unmasked, the section of RFC 6455 and
// the meaning. Lines end with a line feed. What the peer chose is escaped or
// shown as a dot, so the text is safe for a terminal.
func (a Annotation) Append(dst []byte) []byte {
	dst = a.appendSummary(dst)
	offset := 0
	for i, f := range a.Fields {
		shares := i > 0 && f.Bits != "" && f.Bits[0] == '.'
		switch {
		case shares:
			dst = appendLine(dst, -1, nil, f.Bits, f.Section, f.Name+": "+f.Value)
			continue
		case f.Bits != "":
			dst = appendLine(dst, offset, f.Octets, f.Bits, f.Section, f.Name+": "+f.Value)
		case f.rows:
			dst = appendRows(dst, offset, f)
		default:
			dst = appendLine(dst, offset, f.Octets, hexOf(f.Plain), f.Section, f.Name+": "+f.Value)
		}
		offset += len(f.Octets)
	}
	if more := a.Received - int64(len(a.Payload)); more > 0 {
		dst = appendLine(dst, -1, nil, "", "", count(more, "more octet")+" of payload not shown")
	}
	dst = a.appendInflated(dst)
	if a.Partial {
		dst = appendLine(dst, -1, nil, "", "", "incomplete: the octets end here")
	}
	if e, ok := a.Err.(*Error); ok { //nolint:errorlint // never wrapped: the Annotator sets it
		text, section := e.Text, e.Section()
		if !strings.HasPrefix(e.Req, "RFC6455-") {
			text, section = e.Error(), "" // the column is of RFC 6455
		}
		text = "violation: " + text + " (" + e.Token + ", close code " + strconv.Itoa(int(e.Code)) + ")"
		if a.Detail != "" {
			text += ": " + a.Detail
		}
		dst = appendLine(dst, -1, nil, "", section, text)
	}
	return dst
}

// appendSummary appends the first line.
func (a Annotation) appendSummary(dst []byte) []byte {
	dst = append(dst, "frame at octet "...)
	dst = strconv.AppendInt(dst, a.Offset, 10)
	if len(a.Fields) < 4 {
		return append(dst, '\n')
	}
	h := a.Header
	dst = append(dst, ": "...)
	dst = append(dst, h.Opcode().String()...)
	if !h.Fin() || h.Opcode() == OpContinuation {
		dst = append(dst, ", fragment"...)
	}
	if h.Fin() && h.Opcode() == OpContinuation {
		dst = append(dst, ", final"...)
	}
	if a.Compressed {
		dst = append(dst, ", compressed"...)
	}
	if h.Masked() {
		dst = append(dst, ", masked"...)
	}
	if a.whole {
		dst = append(dst, ", payload of "...)
		dst = append(dst, count(h.Length, "octet")...)
	}
	return append(dst, '\n')
}

// Dump shows all frames of b, which are of one direction, as
// [Annotation.Append] does, with an empty line between them. Frames may be
// masked or not, and RSV1 may be set as permessage-deflate has it.
func Dump(b []byte) string {
	a := Annotator{Deflate: true}
	var dst []byte
	show := func(an Annotation) {
		if len(dst) > 0 {
			dst = append(dst, '\n')
		}
		dst = an.Append(dst)
	}
	for len(b) > 0 {
		an, n, ok := a.Next(b)
		if b = b[n:]; ok {
			show(an)
		}
	}
	if a.skipped > 0 {
		dst = append(dst, '\n')
		dst = append(dst, count(a.skipped, "octet")...)
		dst = append(dst, " after it: where the next frame begins can't be known\n"...)
	}
	if an, ok := a.Flush(); ok {
		show(an)
	}
	return string(dst)
}

// appendRows appends the lines of a field that may be long.
func appendRows(dst []byte, offset int, f Field) []byte {
	plain := f.Plain
	if plain == nil {
		plain = f.Octets
	}
	name := f.Name
	next := 0
	for i := 0; i < len(plain); i += rowOctets {
		end := min(i+rowOctets, len(plain))
		var chars []byte
		chars, next = appendChars(nil, plain, max(next, i), end)
		masked := ""
		if f.Plain != nil {
			masked = hexOf(plain[i:end])
		}
		dst = appendLine(dst, offset+i, f.Octets[i:end], masked, f.Section, name+" |"+string(chars)+"|")
		f.Section, name = "", strings.Repeat(" ", len(name))
	}
	return dst
}

// appendChars appends the characters that begin in b[from:to], with a dot for
// what can't be printed, and gives the index after the last of them.
func appendChars(dst, b []byte, from, to int) ([]byte, int) {
	for from < to {
		r, n := utf8.DecodeRune(b[from:])
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			r = '.'
		}
		dst = utf8.AppendRune(dst, r)
		from += n
	}
	return dst, from
}

// appendLine appends one line; an offset below 0 is not shown.
func appendLine(dst []byte, offset int, octets []byte, plain, section, text string) []byte {
	begin := len(dst)
	if offset >= 0 {
		n := strconv.Itoa(offset)
		dst = pad(dst, begin+columnOctets-2-len(n))
		dst = append(dst, n...)
	}
	dst = append(pad(dst, begin+columnOctets), hexOf(octets)...)
	dst = append(pad(dst, begin+columnPlain), plain...)
	dst = append(pad(dst, begin+columnSection), section...)
	dst = append(pad(dst, begin+columnText), text...)
	return append(dst, '\n')
}

// pad appends spaces until dst has the given length.
func pad(dst []byte, length int) []byte {
	for len(dst) < length {
		dst = append(dst, ' ')
	}
	return dst
}

// hexOf gives the octets with spaces between them.
func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	dst := make([]byte, 0, 3*len(b))
	for i, c := range b {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, digits[c>>4], digits[c&0xF])
	}
	return string(dst)
}

// count is "1 octet" or "2 octets".
func count(n int64, what string) string {
	s := strconv.FormatInt(n, 10) + " " + what
	if n != 1 {
		s += "s"
	}
	return s
}
