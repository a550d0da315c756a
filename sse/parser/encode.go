package parser

import (
	"bytes"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Event is what [AppendEvent] writes.
type Event struct {
	// Type is the event type. Empty writes no event field, and the event has
	// the default type, "message".
	Type string

	// Data is the data, of any number of lines. CR, LF and CRLF each end one,
	// and become LF on the way.
	Data string

	// ID becomes the last event ID. Empty writes no id field, and the last event
	// ID stays what it is; see ResetID.
	ID string

	// ResetID writes an empty id field, so that a reconnection sends no
	// Last-Event-ID. ID is empty then.
	ResetID bool

	// Retry becomes the reconnection time, in whole milliseconds. Zero writes no
	// retry field.
	Retry time.Duration
}

// AppendEvent appends an event with its blank line. Whatever its values are, a
// parser reads one event and nothing else: each line of the data becomes a data
// field, and what can't be in a field of one line is refused. The error is a
// [*FieldError], and dst is returned as it was:
//
//   - a Type with CR, LF or NUL;
//   - an ID with a control character, with a space at one of its ends or with
//     ill-formed UTF-8. It has to come back in a header field, Last-Event-ID;
//   - an ID together with ResetID;
//   - a negative Retry, or one between zero and a millisecond.
//
// Elsewhere U+FFFD takes the place of ill-formed UTF-8: a stream is always
// UTF-8 (section 9.2.5).
//
//req:impl SSE-enc-01 SSE-enc-02
func AppendEvent(dst []byte, e Event) ([]byte, error) {
	if err := e.check(); err != nil {
		return dst, err
	}
	dst = slices.Grow(dst, e.size())
	if e.Retry != 0 {
		dst = appendRetry(dst, e.Retry)
	}
	if e.Type != "" {
		dst = appendField(dst, "event: ", e.Type, false)
	}
	if e.ID != "" {
		dst = appendField(dst, "id: ", e.ID, true)
	} else if e.ResetID {
		dst = append(dst, "id\n"...)
	}
	dst = appendLines(dst, "data: ", e.Data)
	return append(dst, '\n'), nil
}

// AppendComment appends text as a comment, each of its lines as one line that
// begins with a colon. Empty text gives a colon alone, which keeps proxies from
// taking the connection for a dead one (section 9.2.7). No comment has a blank
// line, so it may stand between the fields of an event.
//
//req:impl SSE-enc-01
func AppendComment(dst []byte, text string) []byte {
	if text == "" {
		return append(dst, ":\n"...)
	}
	return appendLines(dst, ": ", text)
}

// AppendRetry appends a reconnection time in whole milliseconds, at least one,
// and a blank line. The error is a [*FieldError].
//
//req:impl SSE-enc-03
func AppendRetry(dst []byte, d time.Duration) ([]byte, error) {
	if d == 0 {
		return dst, &FieldError{Field: "retry", Index: -1, Text: "zero"}
	}
	if err := checkRetry(d); err != nil {
		return dst, err
	}
	return append(appendRetry(dst, d), '\n'), nil
}

// AppendID appends a block that sets the last event ID and is no event. An
// empty id resets it. The error is a [*FieldError], as for [AppendEvent].
//
//req:impl SSE-enc-02
func AppendID(dst []byte, id string) ([]byte, error) {
	if err := CheckID(id); err != nil {
		return dst, err
	}
	if id == "" {
		return append(dst, "id\n\n"...), nil
	}
	return append(appendField(dst, "id: ", id, true), '\n'), nil
}

// CheckID tells whether id can be the ID of an event: nil or a [*FieldError].
//
//req:impl SSE-9.2.4-01 SSE-enc-02
func CheckID(id string) error {
	wrong := func(i int, text string) error { return &FieldError{Field: "id", Index: i, Text: text} }
	all := byte(0)
	for i := range len(id) {
		if id[i] < ' ' || id[i] == 0x7F {
			return wrong(i, "is the control character "+octet(id[i])+", which can't come back in a header")
		}
		all |= id[i]
	}
	if id != "" && (id[0] == ' ' || id[len(id)-1] == ' ') {
		i := 0
		if id[0] != ' ' {
			i = len(id) - 1
		}
		return wrong(i, "is a space at an end, which a header loses")
	}
	if all >= 0x80 && !utf8.ValidString(id) {
		return wrong(-1, "it is not UTF-8")
	}
	return nil
}

// size is how many octets an event has, without those for more lines than one
// and for a reconnection time.
func (e *Event) size() int {
	n := len("data: \n\n") + len(e.Data)
	if e.Type != "" {
		n += len("event: \n") + len(e.Type)
	}
	if e.ID != "" {
		n += len("id: \n") + len(e.ID)
	}
	return n
}

// check finds what can't be written.
func (e *Event) check() error {
	for i := range len(e.Type) {
		if c := e.Type[i]; isEnd(c) || c == 0 {
			return &FieldError{Field: "event", Index: i, Text: "is " + octet(c)}
		}
	}
	if e.ID != "" {
		if e.ResetID {
			return &FieldError{Field: "id", Index: -1, Text: "both an ID and ResetID"}
		}
		if err := CheckID(e.ID); err != nil {
			return err
		}
	}
	return checkRetry(e.Retry)
}

func checkRetry(d time.Duration) error {
	switch {
	case d < 0:
		return &FieldError{Field: "retry", Index: -1, Text: "negative"}
	case d > 0 && d < time.Millisecond:
		return &FieldError{Field: "retry", Index: -1, Text: "less than a millisecond"}
	}
	return nil
}

// octet names an octet in an error.
func octet(c byte) string {
	switch c {
	case 0:
		return "NUL"
	case '\n':
		return "LF"
	case '\r':
		return "CR"
	case '\t':
		return "TAB"
	}
	return "0x" + strconv.FormatUint(uint64(c), 16)
}

//req:impl SSE-enc-03
func appendRetry(dst []byte, d time.Duration) []byte {
	dst = append(dst, "retry: "...)
	dst = strconv.AppendInt(dst, d.Milliseconds(), 10)
	return append(dst, '\n')
}

// appendLines appends each line of text with prefix before it. It searches as
// the parser does (scan.go), so that nearly every line is looked at once and
// copied at once. A string that becomes a []byte only to be read is not copied
// by the compiler; TestAllocsEncode would see it.
func appendLines(dst []byte, prefix, text string) []byte {
	for {
		n, valid := lineEnd([]byte(text), true)
		dst = appendField(dst, prefix, text[:n], valid)
		if n == len(text) {
			return dst
		}
		if text[n] == '\r' && n+1 < len(text) && text[n+1] == '\n' {
			n++
		}
		text = text[n+1:]
	}
}

// appendField appends a line of one field. valid says that the value is known to
// be UTF-8.
func appendField(dst []byte, name, value string, valid bool) []byte {
	return append(appendText(append(dst, name...), value, valid), '\n')
}

// appendText appends s as UTF-8.
//
//req:impl SSE-9.2.5-03
func appendText(dst []byte, s string, valid bool) []byte {
	at := len(dst)
	dst = append(dst, s...)
	if valid || utf8.ValidString(s) {
		return dst
	}
	return appendDecoded(dst[:at], bytes.Clone(dst[at:]))
}
