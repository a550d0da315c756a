// Package ws is what applications import: WebSocket connections (RFC 6455) as
// server and as client.
//
// The protocol itself is in package protocol, a machine without I/O; this
// package gives it sockets, time, goroutines and locks. A good order to read
// it in: conn.go (what a connection consists of), receive.go and read.go (the
// way in), write.go and outbox.go (the way out), close.go (how it ends), then
// upgrade.go, accept.go and dial.go (how it begins). Compression (RFC 7692) is
// in compression.go (what there is to choose), inflate.go and deflate.go.
//
// # Terms
//
// A message is what the application sends and receives, text or binary. On the
// wire it is one frame or several, its fragments. Ping, Pong and Close are
// control frames; they may come between the fragments of a message and are
// answered here, while something reads the connection.
//
// # Who may do what
//
// One goroutine reads. Any number of goroutines may write, ping and close at
// any time. A read that ends with its context or deadline leaves the
// connection usable; a write that is cut off in the middle of a frame can't.
//
// Payloads that Messages hands out are borrowed until the next message;
// everything else that is returned belongs to the caller, and slices passed in
// are not kept.
package ws
