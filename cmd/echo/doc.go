// Command echo is an echo server for WebSocket, with a page that shows the
// frames of its own connection as they go by:
//
//	go run ./cmd/echo
//
// It takes an upgrade on every path and sends each message back as it came.
// With the http driver, GET / is the page; any other request without an
// upgrade gets 426. The raw driver answers handshakes itself, without net/http,
// and has no page.
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
// -trace prints the same frames, of every connection, to standard error.
//
// # Exit code
//
// 0 after SIGINT or SIGTERM, which close every connection with 1001; 1 when the
// address can't be listened on; 2 for wrong flags.
//
// # Reading order
//
// main.go, flags.go, serve.go (listen, run, shut down), echo.go (the loop),
// raw.go and http.go (the two drivers), then tap.go, trace.go, frames.go,
// stream.go and record.go (showing frames), control.go, and page.go with the
// page itself in page/.
package main
