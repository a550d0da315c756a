package parser

import "fmt"

// LimitError is given when an unfinished event has more octets than
// [Config].MaxEventBytes. The Parser gives it again until [Parser.Reset].
type LimitError struct {
	Limit int // octets
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("sse: an event has more than %d octets", e.Limit)
}

// IncompleteError is given by [Parser.Close] when the stream ended inside an
// event. What came of it is thrown away (section 9.2.6).
type IncompleteError struct {
	Octets int // of the unfinished event that were held: values of its fields, and a field name cut in half
}

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("sse: the stream ends inside an event, after %d octets of it", e.Octets)
}

// FieldError is given when a value can't be written as a field. Nothing has
// been written then.
type FieldError struct {
	Field string // of the stream: "event" (which is the Type), "id" or "retry"
	Index int    // of the first octet that can't be in it, -1 if no single one is to blame
	Text  string // what is wrong
}

func (e *FieldError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("sse: %s: %s", e.Field, e.Text)
	}
	return fmt.Sprintf("sse: %s: octet %d %s", e.Field, e.Index, e.Text)
}
