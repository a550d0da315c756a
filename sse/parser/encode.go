package parser

import (
	"bytes"
	"strconv"
	"strings"
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
	if e.Retry != 0 {
		dst = appendRetry(dst, e.Retry)
	}
	if e.Type != "" {
		dst = appendField(dst, "event: ", e.Type)
	}
	if e.ID != "" {
		dst = appendField(dst, "id: ", e.ID)
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
	return append(appendField(dst, "id: ", id), '\n'), nil
}

// CheckID tells whether id can be the ID of an event: nil or a [*FieldError].
//
//req:impl SSE-9.2.4-01 SSE-enc-02
func CheckID(id string) error {
	wrong := func(i int, text string) error { return &FieldError{Field: "id", Index: i, Text: text} }
	for i := range len(id) {
		if id[i] < ' ' || id[i] == 0x7F {
			return wrong(i, "is the control character "+octet(id[i])+", which can't come back in a header")
		}
	}
	if id != "" && (id[0] == ' ' || id[len(id)-1] == ' ') {
		i := 0
		if id[0] != ' ' {
			i = len(id) - 1
		}
		return wrong(i, "is a space at an end, which a header loses")
	}
	if !utf8.ValidString(id) {
		return wrong(-1, "it is not UTF-8")
	}
	return nil
}

// check finds what can't be written.
func (e *Event) check() error {
	if i := strings.IndexAny(e.Type, "\r\n\x00"); i >= 0 {
		return &FieldError{Field: "event", Index: i, Text: "is " + octet(e.Type[i])}
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

// appendField appends a line of one field.
func appendField(dst []byte, name, value string) []byte {
	return append(appendText(append(dst, name...), value), '\n')
}

// appendLines appends each line of text with prefix before it.
func appendLines(dst []byte, prefix, text string) []byte {
	if strings.IndexByte(text, '\r') >= 0 {
		return appendLinesCR(dst, prefix, text)
	}
	for {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return appendField(dst, prefix, text)
		}
		dst = appendField(dst, prefix, text[:i])
		text = text[i+1:]
	}
}

// appendLinesCR is appendLines for a text with CR in it.
func appendLinesCR(dst []byte, prefix, text string) []byte {
	for {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			return appendField(dst, prefix, text)
		}
		dst = appendField(dst, prefix, text[:i])
		if text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			i++
		}
		text = text[i+1:]
	}
}

// appendText appends s as UTF-8.
//
//req:impl SSE-9.2.5-03
func appendText(dst []byte, s string) []byte {
	at := len(dst)
	dst = append(dst, s...)
	if utf8.ValidString(s) {
		return dst
	}
	return appendDecoded(dst[:at], bytes.Clone(dst[at:]))
}
