// Package ssetest has what tests of Server-Sent Events need.
//
//   - [Server]: a server that does what a [Script] says, octet by octet: any
//     status, headers and pieces, pauses, broken connections. It records the
//     requests. In memory it works inside testing/synctest bubbles, so tests of
//     reconnection take no time; over a network it is a real server.
//   - [Recorder]: an http.ResponseWriter for handlers that stream. It records
//     octets, flushes and deadlines, and fails or blocks where a test wants.
//   - [Splits] and [Reader]: a stream cut in all ways, and an io.Reader that
//     gives it in those pieces. No stream may be read differently because of
//     where it was cut.
//
// # The clients and servers under test
//
// This package does not import package sse, so that sse itself can be tested
// with it, and knows no client: whatever takes an http.Client or a URL, or is
// an http.Handler, can be tested.
//
// # Terms
//
// They are those of section 9.2 of the HTML standard: a stream, its events and
// fields, the last event ID, the reconnection time. A piece is what is sent or
// read at once.
//
// # Reading order
//
// script.go, server.go and request.go (what a test says and asks), play.go,
// memory.go and handler.go (how a script is played); recorder.go, splits.go.
package ssetest
