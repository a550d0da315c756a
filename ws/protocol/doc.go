// Package protocol is the machine of one WebSocket connection (RFC 6455
// sections 5 to 8) without a socket, a clock or a goroutine: octets go in and
// events come out, intentions go in and octets come out.
//
// # Terms
//
//   - A message is text or binary data of any length. It travels as one data
//     frame, or as several: its fragments (section 5.4).
//   - A control frame (Close, Ping, Pong) stands for itself, is never
//     fragmented, and may come between the fragments of a message (section 5.5).
//   - A piece is what of a data frame's payload one call was given. Pieces have
//     nothing to do with fragments: where they are cut is an accident of reading.
//   - An event is a piece of a message or a whole control frame.
//   - To fail the connection is to stop processing for good after a violation
//     (section 7.1.7). A violation is always a *[frame.Error].
//
// # The two halves
//
// A [Receiver] judges what the peer sends. A [Sender] makes what this side
// sends, and knows how far the closing handshake has come (section 7). They
// share nothing, so one goroutine may read while another writes. Their only
// link is the event: the driver hands each Ping and Close that the Receiver
// gives to [Sender.Answer].
//
// What time decides is in [Keepalive] and [RateLimit], which take the time as
// an argument.
//
// # Memory
//
// Receiver and Sender are small values, made to be fields of a connection.
// Neither allocates on the path of a message: a payload is a slice of the
// caller's own buffer, unmasked where it lies, and is good until the caller
// uses that buffer again. A client's Sender allocates once, for the source of
// its masking keys.
//
// # Reading order
//
// rules.go and event.go (what goes in, what comes out), check.go (the rules of
// the first two octets), receiver.go, payload.go and limits.go (the rules of
// what follows); sender.go, keys.go, answer.go and fail.go; state.go and
// mermaid.go (the closing handshake as a table and its diagram), ending.go
// (how a connection ended); keepalive.go and rate.go.
//
// The rules speak RFC 6455; the RSV1 bit of compressed messages is the only
// part of RFC 7692 that is here.
package protocol
