// Package deflate is the compression of section 7.2 of RFC 7692 as octets in
// and octets out: no connection, no clock, no I/O.
//
// # Terms
//
//   - DEFLATE (RFC 1951) is a sequence of blocks. A stored block has octets as
//     they are; a fixed and a dynamic block have literals, and matches: a length
//     and a distance, which say how many octets to copy from how far back.
//   - A literal/length code and a distance code are Huffman codes. Those of a
//     fixed block are given by the specification; a dynamic block begins with
//     their code lengths, which are in a code of their own, the code length
//     code.
//   - The LZ77 sliding window is how far back a distance can go: 1<<bits octets,
//     bits from 8 to 15.
//   - Context takeover is that a message may refer to what messages before it
//     left in the window.
//   - A message ends with an empty stored block less its last four octets,
//     00 00 FF FF, which the sender leaves out and the receiver adds (sections
//     7.2.1 and 7.2.2).
//
// # Receiving
//
// An [Inflater] is fed with octets as they come and writes as much as there is
// room for; docs/adr/0009-own-inflater.md says why it is no io.Reader. Between
// messages it holds nothing, so few of them serve many connections. A [Window]
// is what a connection with context takeover keeps. What is wrong with a message
// is an [*Error].
//
// # Sending
//
// An [Encoder] compresses, likewise borrowed for one message; what refers back
// is in a [Context], or a [Window] alone, that the connection keeps. A [Coder]
// is the other choice: levels of compression, and all of it kept.
//
// # Reading order
//
// window.go, then for the receiving side inflate.go (the machine and its
// states), inflate_bits.go, inflate_block.go, inflate_dynamic.go, huffman.go and
// huffman_symbols.go (the codes and their tables), inflate_codes.go,
// inflate_fast.go (the same again where nothing can run out), error.go; for the
// sending side coder.go, or our own: context.go (what is kept), encode.go,
// encode_match.go (the search), encode_block.go (which type of block),
// encode_codes.go, encode_huffman.go and encode_dynamic.go (the codes),
// encode_bits.go, encode_window.go (a Window alone).
// docs/adr/0010-two-deflaters.md says why there are two.
package deflate
