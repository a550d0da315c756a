//go:build linux && !386

package main

import (
	"bytes"
	"encoding/binary"
)

// script is what a connection sends and gets: one message, over and over.
type script struct {
	message int    // octets of a message as it goes out
	batch   []byte // several, so that they can go out in one write
	echo    []byte // a message as it comes back
	header  int    // octets of echo that are its header
}

// The opcodes.
const (
	textData   = 1
	binaryData = 2
)

// key masks all messages. It has no zero octet, so that each of a payload is
// changed.
var key = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// newScript makes the script for payloads of size octets, depth of them at
// once. It is written out here, since the load generator judges a library that
// has the same: section 5.2.
func newScript(opcode byte, size, depth int) *script {
	payload := make([]byte, size)
	for i := range payload {
		payload[i] = 'a' + byte(i%26)
	}
	header := appendHeader(nil, opcode, size)
	echo := append(header, payload...)

	message := append(bytes.Clone(header), key[:]...)
	message[1] |= 0x80 // MASK
	for i, c := range payload {
		message = append(message, c^key[i%4])
	}
	return &script{len(message), bytes.Repeat(message, depth+1), echo, len(header)}
}

// newPlainScript is for a server without a protocol, which gives back the
// octets that it gets.
func newPlainScript(opcode byte, size, depth int) *script {
	s := newScript(opcode, size, depth)
	s.echo = s.batch[:s.message]
	s.header += len(key)
	return s
}

// appendHeader appends that of an unmasked frame, with the shortest length.
func appendHeader(dst []byte, opcode byte, size int) []byte {
	dst = append(dst, 0x80|opcode) // FIN
	switch {
	case size < 126:
		return append(dst, byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, 126), uint16(size))
	default:
		return binary.BigEndian.AppendUint64(append(dst, 127), uint64(size))
	}
}
