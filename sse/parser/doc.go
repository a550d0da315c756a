// Package parser is the event stream format of Server-Sent Events as octets
// (sections 9.2.5 and 9.2.6 of the HTML standard): a [Parser] that takes a
// stream and gives events, and Append functions that write one. It does no I/O:
// no reader, no goroutine, no clock.
//
// # Terms
//
// A stream is lines, ended by CR, LF or CRLF. A line is a field (a name, a
// colon, a value), a comment (it begins with a colon), or blank. A blank line
// ends an event: the event has the data of the data fields since the last blank
// line, and a type if there was an event field. The last event ID is what an id
// field has set; it stays for all later events and is what a client sends when
// it reconnects, after the reconnection time that a retry field has set.
//
// # Shapes
//
// [Parser.Next] takes what has come and answers ok == false when it needs more.
// Its tokens are views that are valid until the next call. A stream can be cut
// anywhere: the tokens are the same. The Append functions extend the slice they
// are given.
//
// # Strictness
//
// Reading follows the specification to the letter, so no stream is wrong: what
// has no meaning is ignored. The one thing that is refused is an event with
// more octets than [Config].MaxEventBytes ([LimitError]). Writing is strict:
// what could be read as anything but the one value that it is, or could not
// come back, is a [FieldError].
//
// # Reading order
//
// token.go, parser.go, next.go (lines and events), field.go, line.go (a line in
// pieces), scan.go and word.go (the search for the end of a line), utf8.go,
// encode.go, error.go.
//
// Specification: section 9.2 of the HTML standard, as of 2026-03-16; sections
// are those of it. Its UTF-8 decoder is that of the Encoding Standard.
package parser
