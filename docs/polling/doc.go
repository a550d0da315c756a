// Package polling has one server for each way in which pages got news before
// WebSocket. Each is a program of its own, one file of less than 60 lines on the
// standard library alone and one page:
//
//	go run ./docs/polling/short
//
// It prints its address, which is 127.0.0.1:8080 unless the environment names
// another PORT. All have the same news: event n is due 3n seconds after the
// beginning of 1970. So they need no publisher, and a cursor outlives a restart.
// Each bounds what it holds: 100 requests at a time, for a minute or so.
//
// The chapter docs/before.md goes through them. Package comet does the same for
// real events.
package polling
