package sse

import "longwire.example/sse/parser"

// The errors of the event stream format. Their fields are in package parser.
type (
	// FieldError says why a message can't be sent.
	FieldError = parser.FieldError
	// LimitError says that a received event has more octets than allowed.
	LimitError = parser.LimitError
	// IncompleteError says that a stream ended inside an event.
	IncompleteError = parser.IncompleteError
)
