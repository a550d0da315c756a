package handshake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Fields is a set of header fields to read from. http.Header and *Head
// satisfy it.
type Fields interface {
	// Values returns the value of every field line with this name, in
	// order; the name is compared without regard to case. The slice is to
	// be read only.
	Values(name string) []string
}

// Field is one header field line.
type Field struct{ Name, Value string }

// FieldsOf lists the fields of a map such as http.Header, sorted by name, the
// values of one name in their order.
func FieldsOf(m map[string][]string) []Field {
	names := make([]string, 0, len(m))
	n := 0
	for name, values := range m {
		names = append(names, name)
		n += len(values)
	}
	slices.Sort(names)
	list := make([]Field, 0, n)
	for _, name := range names {
		for _, v := range m[name] {
			list = append(list, Field{name, v})
		}
	}
	return list
}

// Errors of fields that the caller wants written. They come wrapped with the
// name of the field.
var (
	ErrFieldName     = errors.New("websocket handshake: field name is not a token")
	ErrFieldValue    = errors.New("websocket handshake: field value holds a control character")
	ErrReservedField = errors.New("websocket handshake: field belongs to the handshake")
)

// Check tells whether f can be written into a head: the name is a token, the
// value has no control character but tab (so no CR, LF or NUL), and the field
// is not Reserved. The errors are ErrFieldName, ErrFieldValue and
// ErrReservedField.
func (f Field) Check() error {
	switch {
	case !isToken(f.Name):
		return fmt.Errorf("%w: %s", ErrFieldName, quote(f.Name))
	case f.Value != "" && !only(f.Value, classValue):
		return fmt.Errorf("%w: %s", ErrFieldValue, f.Name)
	case Reserved(f.Name):
		return fmt.Errorf("%w: %s", ErrReservedField, f.Name)
	}
	return nil
}

// Reserved reports whether a field is written by the handshake alone, or would
// change where the head ends or what follows it, so that callers can't set it:
// Host, Upgrade, Connection, every Sec-WebSocket field, and the fields that
// frame a body or belong to one hop. The case of name does not matter.
func Reserved(name string) bool {
	const prefix = "sec-websocket-"
	if len(name) >= len(prefix) && equalFold(name[:len(prefix)], prefix) {
		return true
	}
	switch lowerASCII(name) {
	case "host", "upgrade", "connection", "content-length", "transfer-encoding",
		"trailer", "te", "expect", "keep-alive", "proxy-connection", "http2-settings":
		return true
	}
	return false
}

// appendField writes one field line. Values are trimmed, as every reader will.
func appendField(dst []byte, name, value string) []byte {
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	dst = append(dst, trim(value)...)
	return append(dst, "\r\n"...)
}

func appendList(dst []byte, name string, items []string) []byte {
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	for i, s := range items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, s...)
	}
	return append(dst, "\r\n"...)
}

// ParseTokens reads a header field whose value is a comma-separated list of
// tokens, given as the values of its lines. Empty elements are skipped, as
// HTTP's list rule asks. The error is a plain one that names the first element
// that is no token.
func ParseTokens(values []string) ([]string, error) { return appendTokens(nil, values) }

func appendTokens(list, values []string) ([]string, error) {
	for _, v := range values {
		for more := true; more; {
			var item string
			item, v, more = strings.Cut(v, ",")
			item = trim(item)
			if item == "" {
				continue
			}
			if !isToken(item) {
				return nil, fmt.Errorf("websocket handshake: %s is not a token", quote(item))
			}
			list = append(list, item)
		}
	}
	return list, nil
}

// hasToken reports whether one of the lists names token, in any case.
func hasToken(values []string, token string) bool {
	for _, v := range values {
		for more := true; more; {
			var item string
			item, v, more = strings.Cut(v, ",")
			if equalFold(trim(item), token) {
				return true
			}
		}
	}
	return false
}
