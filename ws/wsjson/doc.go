// Package wsjson sends and receives Go values as JSON in text messages.
//
// Each message holds one JSON value (RFC 8259), encoded and decoded by
// encoding/json with its rules: tags, Marshalers, RawMessage. A message that
// can't be decoded has been read to its end, so the connection stays usable:
// whether to go on, to answer, or to close it with 1007 (invalid payload) is
// the caller's choice. Such an error is an *[Error]; every other error of
// reading is the connection's.
//
// Limits are those of the connection: Options.MaxMessage bounds a message
// before anything is decoded.
package wsjson
