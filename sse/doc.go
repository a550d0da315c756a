// Package sse is Server-Sent Events: servers that send event streams, clients
// that read them, and a hub that takes what is published to everybody who has
// subscribed to it.
//
//   - [Handler], [Serve] and [Accept] answer a request with an event stream.
//   - [Hub] publishes to many streams and replays to a client that comes back.
//   - [Do] and [Read] read one stream that ends, such as the answer of a
//     language model; [Decode] and [Until] make something of its events.
//   - [Client] subscribes as EventSource does in browsers: it connects again
//     and goes on after the last event ID.
//
// # Terms
//
// An event stream is the body of an HTTP response, text/event-stream, that goes
// on as long as there are events. An event has a type, data and the last event
// ID; a message is an event as a server sends it. The last event ID is what a
// client sends when it connects again, after the reconnection time, so that the
// server can begin with what the client has missed. A comment is a line that no
// client passes on; one without text is a heartbeat. The octets of all that are
// the business of package parser.
//
// # Shapes
//
// Events come as an iterator, which gives an error in its last pair and closes
// what it read when the loop is left. There are no channels in this API, and no
// goroutine that an application has to stop: a stream is sent by its handler and
// received by the loop over its events. Sends may come from any goroutine.
//
// Options are structs. Zero means the default, negative no limit or off, and the
// zero value is safe. Every limit has a default: what a peer sends or does not
// take never costs more than that.
//
// # Reading order
//
// message.go and event.go; a server: options.go, accept.go, conn.go, write.go,
// heartbeat.go, handler.go, serve.go; one response: reader.go, read.go, do.go,
// refusal.go, redirect.go, response.go; a client: client.go, stream.go, loop.go,
// plan.go, backoff.go, policy.go; a hub: store.go, ring.go, hub.go,
// hub_publish.go, subscribe.go, hub_replay.go, hub_next.go, queue.go,
// hub_serve.go, hub_shutdown.go.
//
// Specification: section 9.2 of the HTML standard, as of 2026-03-16; sections
// are those of it.
package sse
