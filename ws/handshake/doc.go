// Package handshake is the opening handshake of WebSocket as data: sections 3,
// 4, 9.1, 10.2 and 11.3 of RFC 6455, and the negotiation of RFC 7692. Octets
// and values go in, octets and values come out. There is no I/O, no clock and
// no dependency on net or net/http, so one implementation serves net/http
// servers, raw connections, the client, the fuzzers and the tests.
//
// # Terms
//
// A head is the first line and the header fields of an HTTP/1.1 request or
// response. An offer is what the client's request asks for. An agreement is
// what both sides use in the end: a subprotocol and extensions. A refusal is
// the HTTP response of a server that does not agree. The resource name is the
// path and query of a ws or wss URI.
//
// # The way of a handshake
//
// On the server: ParseRequest reads a Head (net/http users have theirs), its
// Incoming goes through ReadOffer, which checks section 4.2.1, then through
// Policy.Decide, which checks the origin and chooses; AppendResponse writes the
// 101, AppendRefusal the refusal of an *Error.
//
// On the client: ParseURI reads the address, AppendRequest writes a Request with
// a NewKey, ParseResponse reads the answer, Verify checks it by section 4.1.
//
// Compression is negotiated on the way: Deflate holds what a side is willing to
// agree on. A client puts Deflate.Offer into its Request, a server sets
// Policy.Deflate; Agreement.Deflate has the outcome on both sides, and
// Deflate.Side tells what it means for one of them.
//
// # Strictness
//
// What is not in the grammar is refused, on both sides: a lenient reader is one
// half of a request smuggling. Every list and length that a peer can choose is
// capped, and time grows with the octets received, not with their square.
// Nothing that is written can hold a CR, LF or NUL that the handshake did not
// put there.
//
// # Reading order
//
// key.go, then the server: head.go and parse.go (the head), offer.go (section
// 4.2.1), policy.go with origin.go and pattern.go (section 10.2), response.go
// and refusal.go. Then the client: uri.go (section 3), request.go and verify.go
// (section 4.1). extension.go is section 9.1. RFC 7692, section 7.1, is
// deflate_params.go (the header), deflate.go (what is offered and answered) and
// deflate_side.go (what that means). error.go has the table of failures;
// chars.go, field.go, host.go and target.go are the grammar that they share.
package handshake
