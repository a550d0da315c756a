//go:build linux

// Command transports measures what an event costs on each transport of package
// comet, beside nchan, the module of nginx that has most of them too: octets on
// the wire, the time until the event has come, and CPU time of the server.
//
// # How it measures
//
// A sample is one server, one transport and a number of subscribers. The server
// is a new process each time, on a core of its own (taskset), with one worker or
// GOMAXPROCS=1. The client is this program, for both servers the same code: one
// thread over epoll on the other core, which publishes by POST and reads all
// subscribers' connections. A round is one sample of everything, the two servers
// one after the other, and every other round in the other order.
//
//   - Octets are those that the subscribers' sockets gave and took: request lines,
//     header fields, chunks and frames are in them, TCP and IP are not. What comes
//     before the first events, such as opening handshakes, is not counted.
//   - Latency is the time from just before the POST is written until the octets of
//     the event have been read. The instant stands in the event.
//   - CPU time is what the server's process has used meanwhile, to the nanosecond,
//     divided by the events delivered. Publishing is part of it, so that with one
//     subscriber each delivery bears a whole POST.
//
// Events are numbered. A sample with one missed or doubled is an error.
//
// # What the settings are
//
// Both servers have their defaults, but for what nchan.go and ours.go name. Both
// keep connections alive, compress nothing, log no requests, and keep 10,000
// events for an hour in memory. Both are sent the same requests, but for what says
// where a client goes on. Publishing names no Content-Type: nchan would repeat it
// with each event.
//
// # Reading order
//
// main.go, flags.go, ways.go, ours.go, nchan.go, process.go; sample.go, run.go,
// steps.go, subscriber.go, publisher.go, sockets.go; event.go, answers.go and the
// formats, which are frames.go, eventstream.go, lines.go, parts.go, polling.go;
// results.go, table.go, page.go, versions.go.
package main
