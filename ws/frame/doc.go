// Package frame is section 5 of RFC 6455 as octets: it has no connection, no
// state beyond a code point cut in half, and does no I/O.
//
// # Terms
//
// An octet is a byte on the wire. A frame is a header and a payload. The
// header says whether this is the final fragment of a message (FIN), which
// extension bits are set (RSV1 to RSV3), what the payload is (opcode), how
// long it is, and, when MASK is set, which masking key its octets were XORed
// with. A control frame (Close, Ping, Pong) is whole and has at most 125
// octets of payload; every other frame is a data frame.
//
// # Shapes
//
// Parsers take what has come so far and answer n == 0 with a nil error when
// they need more. Encoders are named Append and extend the slice they are
// given. Masking and UTF-8 checking accept a payload in pieces of any size.
// Nothing here allocates but the printer and the Strings.
//
// # Strictness
//
// [Parse] refuses what is wrong whatever the connection has agreed: a length
// in a longer form than needed and a length with its top bit set. What depends
// on the connection (mask direction, reserved bits, order of fragments) is the
// business of package protocol; the violations are all named here, see
// [Violations].
//
// # Reading order
//
// opcode.go, header.go, wire.go (the octets of a header), key.go and mask.go
// (masking), utf8.go and utf8_words.go, code.go and close.go (the payload of a
// Close frame), error.go (the table of violations), then annotate.go,
// annotate_inflate.go (compressed messages), fields.go and print.go, which show
// a frame field by field.
//
// Masking and UTF-8 are written twice. mask.go and utf8_words.go are what is
// true everywhere; on amd64 and arm64 assembly does the same, faster. Its order
// is cpu_amd64.go (may it be used?), mask_amd64.s, then utf8_tables_amd64.go,
// validate_amd64.h, validate_loop_amd64.h, check_amd64.s and unmask_amd64.s.
// Building with -tags purego leaves it out.
//
// Specifications: RFC 6455 sections 5, 7.4 and 8.1; RFC 3629 for UTF-8; the
// IANA registry of WebSocket close codes.
package frame
