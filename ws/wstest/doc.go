// Package wstest has what tests of WebSocket code need.
//
//   - [Pipe] and [Listen]: connections in memory, with buffers, half-close and
//     true deadlines. They wait only in ways that testing/synctest calls
//     durably blocking, so tests of timeouts take no time, and a goroutine that
//     is left behind shows as a deadlock of the bubble.
//   - [Peer]: the other side of a connection, driven frame by frame, so that a
//     test reads like the specification: peer.Send(wstest.Ping("Hello")), then
//     peer.Expect(wstest.Pong("Hello")). [Script] is the same as data.
//   - [Frame.Compressed], [Compressor] and [Decompressor]: messages of
//     permessage-deflate, made with compress/flate, so that two implementations
//     meet.
//   - [Faulty]: a connection that delivers in pieces, fails, closes or stalls
//     after a number of octets.
//   - [Illegal]: everything that a peer may not send, with the violation to
//     report.
//
// # Connected pairs
//
// This package does not import package ws, so that ws itself can be tested
// with it. A pair of connections takes two lines:
//
//	a, b := wstest.Pipe()
//	server, err := ws.NewConn(a, ws.RoleServer, ws.Agreement{}, nil)
//	client, err := ws.NewConn(b, ws.RoleClient, ws.Agreement{}, nil)
//
// To test with the opening handshake, serve a [Listener] and give its Dial to
// ws.DialOptions or http.Transport.
//
// # Terms
//
// A frame, its opcode, payload and masking are those of RFC 6455 section 5. A
// [Frame] can also be illegal, in all the ways in which a peer may be wrong.
// The role of a Peer is its own; the connection under test has the other one.
//
// # Reading order
//
// pipe.go, half.go and deadline.go (a connection), listener.go, frame.go, compressed.go,
// script.go, wire.go and peer.go (conversations), faulty.go, illegal.go.
package wstest
