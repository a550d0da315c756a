// Command echo is an echo server for WebSocket and Server-Sent Events, with a
// page that shows what is on the wire, and a page that compares all ways to push
// events to a browser:
//
//	go run ./cmd/echo
//
// It takes an upgrade on every path and sends each message back as it came.
// With the http driver, GET / is the page, /events an event stream, /transports
// the page of the transports and /comet/ the transports themselves; any other
// request without an upgrade gets 426. The other drivers answer handshakes
// themselves, without net/http, and have none of that: raw gives each connection a
// goroutine, and with loop an event loop drives them all (ws.Server). With -tls,
// and on systems other than Linux, the connections of the loop driver have
// goroutines, too.
//
// # Compression
//
// With -deflate the server agrees on permessage-deflate (RFC 7692) with clients
// that offer it, as browsers do, and then compresses what it sends, short messages
// too. Each one is compressed by itself, with windows of up to 32 KiB, and goes
// out plain if that does not make it shorter:
//
//	go run ./cmd/echo -deflate
//	go run ./cmd/echo -deflate -takeover -window-bits 10 -level 6
//
// -takeover keeps the context of both sides, so that messages may refer to those
// before, and all are sent compressed; a client may still decline it.
// -window-bits bounds the windows of both sides to 2^n octets; a client that
// offers no client_max_window_bits may use 2^15 for its own. -level chooses what
// compresses: see ws.Compression.
//
// -max-message counts what a message inflates to, while it does. This starts the
// program with -max-message 65536, sends it 16 MiB of zeros in 16 KB, whole and
// in fragments, has it answer 1009, and prints how much memory it took for that
// (on Linux):
//
//	go test -v -run TestBomb ./cmd/echo
//
// # Event streams
//
// GET /events is an event stream: the comment hello at once, then what is
// posted. POST /events publishes its body as one event, whatever its
// Content-Type, and answers 200 with the event's id, which nothing follows:
//
//	curl -N localhost:8080/events
//	curl -d 'Hello' 'localhost:8080/events?type=greeting&retry=3000'
//
// type is the event type, retry the reconnection time in milliseconds, at most a
// day. Line ends in the body are kept as such: each line becomes a data field.
// A body over 1 MiB or -max-message gets 413, a type or retry that can't be sent
// 400, and a post from a page of another site 403, by Origin and Sec-Fetch-Site.
// -origin does not change that: it is about WebSockets, and no page of another
// origin reads the stream either.
//
// A stream goes on after the event whose id is in Last-Event-ID, or in the query
// parameter lastEventId, since a page can't set the field for an EventSource's
// first request. What is kept for that, and what a client is told when its id is
// too old, is sse.Hub's: see its Store. At most maxEventStreams are open at a
// time; one more gets 503.
//
// POST /events/cut/TOKEN ends the stream that was opened with ?token=TOKEN, so
// that a page can show how it resumes. With -tls streams and posts share one
// connection of HTTP/2.
//
// # Seeing frames
//
// A browser shows a page messages, not frames. So the page makes up a token of
// 128 random bits, reads GET /frames/TOKEN, and connects with ?token=TOKEN:
// the server then writes the frames of that connection, in both directions, to
// the response, one JSON object a line (record.go). A browser can't send a Ping
// either, nor close with every code that exists; POST /ping/TOKEN and
// POST /close/TOKEN let the server do it.
//
// What is shown is bounded: maxStreams tokens at a time, each for streamLife
// unless it has both a reader and a connection, the first octets of each
// payload, and a reader that is slow or away loses frames and is told how many.
// -trace prints the same frames, of every connection, to standard error, and a
// line for each event stream that opens or ends and for each event.
//
// Compressed messages are inflated a second time to be shown (inflate.go), each
// frame with what its payload gave. For each message the page tells its octets
// and those of its frames, headers included, on both ways.
//
// # Transports
//
// /comet/ has the transports of package comet on one hub: poll, longpoll, stream,
// multipart, iframe, sse and ws; ?callback= makes JSONP of the first two, and
// ?cursor= goes on after an event. POST /comet/send publishes its body and answers
// with the event's id:
//
//	curl -N localhost:8080/comet/stream
//	curl -d 'Hello' localhost:8080/comet/send
//	curl 'localhost:8080/comet/poll?callback=f'
//
// Pages of other sites are refused, but for JSONP, which any site can read: here
// are no secrets.
//
// GET /transports is a page that reads all of them at once and shows what each
// costs. For it each transport has a listener of its own, on a free port of
// 127.0.0.1 and without TLS, from the first request for the page on: browsers open
// at most six connections to one origin, and what comes by one listener belongs to
// one transport. So the panels work in a browser on the same machine only. The
// page makes up a name of 128 random bits; with GET /transports/figures/NAME it is
// told where the listeners are and how many requests, connections and octets were
// its own, which the listeners answer below /comet/NAME/. At most maxViewers pages
// are counted for.
//
// While a page reads its figures, numbered events are published, with the time of
// each. POST /transports/publisher sets how many, for all pages:
//
//	curl -d '{"rate":4,"burst":1,"size":128}' localhost:8080/transports/publisher
//
// rate is bursts a second, at most 50, burst is events, at most 100, and size is
// octets of data, from 64 to 4096; there are at most 200 events a second.
//
// # Exit code
//
// 0 after SIGINT or SIGTERM, which close every connection with 1001 and end every
// event stream; 1 when the address can't be listened on; 2 for wrong flags.
//
// # Reading order
//
// main.go, flags.go, flags_deflate.go, serve.go (listen, run, shut down), tls.go,
// echo.go (what they do), raw.go, loop.go and http.go (the drivers), then tap.go,
// taps.go, inflate.go, trace.go, frames.go, stream.go, record.go and
// record_deflate.go (showing frames), control.go; events.go, events_hello.go,
// events_post.go and events_cut.go (event streams); transports.go,
// transports_listen.go, transports_wire.go, transports_viewers.go,
// transports_publish.go and transports_settings.go (the transports); and page.go
// and transports_page.go with the pages themselves in page/.
package main
