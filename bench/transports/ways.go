//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
)

// transport is one that both servers have.
type transport struct {
	name        string // of package comet, and of the path on both
	kind        kind
	nchan       string // the value of nchan_subscriber
	carries     string // by nchan, beside the data
	ours, peers way
}

// kind is how a client of a transport asks.
type kind int

const (
	stream kind = iota // once
	hold               // again after each answer
	ask                // at intervals, and at once while there is more
)

// way is a transport as one of the two has it.
type way struct {
	fields func(at position) string // header fields after Host, each with its CRLF; may be nil
	query  func(at position) string // may be nil
	format func() format
}

// request is what a client sends.
func (w *way) request(path, host string, at position) []byte {
	var b []byte
	b = append(append(b, "GET "...), path...)
	if w.query != nil {
		b = append(b, w.query(at)...)
	}
	b = append(append(append(b, " HTTP/1.1\r\nHost: "...), host...), crlf...)
	if w.fields != nil {
		b = append(b, w.fields(at)...)
	}
	return append(b, crlf...)
}

const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

// always gives the same header fields.
func always(fields string) func(position) string { return func(position) string { return fields } }

// afterCursor is where package comet goes on.
func afterCursor(at position) string {
	if at.cursor == "" {
		return ""
	}
	return "?cursor=" + at.cursor
}

// sinceMessage is where nchan goes on, as its own client asks.
func sinceMessage(at position) string {
	if at.modified == "" {
		return ""
	}
	return "If-Modified-Since: " + at.modified + "\r\nIf-None-Match: " + at.etag + "\r\n"
}

// each makes a format of what cuts a body and what reads a piece.
func each(cut func(head, []byte) (int, []byte, error), read func([]byte, *output) error) func() format {
	return func() format { return &pieces{cut: cut, read: read} }
}

// transports are all that both have, in the order of the table. nchan's plain
// streams are left to those who need no ID: http-raw-stream is the one whose
// events are lines, as ours are. Its chunked stream needs TE: chunked and is the
// same without the line feed.
var transports = []transport{
	{
		name: "ws", nchan: "websocket", carries: "ID, by the subprotocol ws+meta.nchan",
		ours:  way{fields: always(upgrade), format: each(frame, object)},
		peers: way{fields: always(upgrade + "Sec-WebSocket-Protocol: ws+meta.nchan\r\n"), format: each(frame, meta)},
	},
	{
		name: "sse", nchan: "eventsource", carries: "ID",
		ours:  way{fields: always("Accept: text/event-stream\r\n"), format: each(block, fields)},
		peers: way{fields: always("Accept: text/event-stream\r\n"), format: each(block, fields)},
	},
	{
		name: "stream", nchan: "http-raw-stream", carries: "nothing: it can't be resumed",
		ours:  way{format: each(line, object)},
		peers: way{format: each(line, text)},
	},
	{
		name: "multipart", nchan: "multipart-mixed", carries: "Last-Modified and Etag",
		ours:  way{fields: always("Accept: multipart/mixed\r\n"), format: func() format { return parts(objectPart) }},
		peers: way{fields: always("Accept: multipart/mixed\r\n"), format: func() format { return parts(nchanPart) }},
	},
	{
		name: "longpoll", nchan: "longpoll", carries: "Last-Modified and Etag", kind: hold,
		ours:  way{query: afterCursor, format: func() format { return batch{} }},
		peers: way{fields: sinceMessage, format: func() format { return whole{} }},
	},
	{
		name: "poll", nchan: "intervalpoll", carries: "Last-Modified and Etag", kind: ask,
		ours:  way{query: afterCursor, format: func() format { return batch{} }},
		peers: way{fields: sinceMessage, format: func() format { return whole{} }},
	},
}

// path is that of a transport on both servers.
func (t *transport) path() string { return prefix + t.name }

const (
	prefix   = "/comet/"
	sendPath = prefix + "send"
)

// named gives the transports of a list of names, separated by commas, or all.
func named(list string) ([]*transport, error) {
	var found []*transport
	left := strings.Split(list, ",")
	for i := range transports {
		t := &transports[i]
		if list == "" || slices.Contains(left, t.name) {
			found = append(found, t)
			left = slices.DeleteFunc(left, func(name string) bool { return name == t.name })
		}
	}
	if list != "" && len(left) > 0 {
		return nil, fmt.Errorf("there is no transport %q", left[0])
	}
	return found, nil
}
