// Package interop runs Longwire against other implementations: cmd/echo's page
// in a real browser, and our client and server against WebSocket libraries in
// Go, JavaScript and Python. It is a module of its own, so that nobody who
// uses Longwire gets their requirements.
//
// # Terms
//
// An implementation is a library under test. An end is one end of a connection,
// whoever made it; it can send, ping and close, and tells what it receives as
// events. A scenario is played by two ends, one of them always ours, and once
// in each direction.
//
// # Reading order
//
// scenarios_test.go (what is played), end_test.go (what an end can do),
// peers_test.go (who plays with whom), ours_test.go and wire_test.go (our own
// end, and what is checked on the wire), then one file for each other
// implementation; child_test.go is for those that run in a process of their
// own, node/ and python/ hold their programs. page_test.go is the browser.
package interop
