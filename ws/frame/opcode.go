package frame

import "strconv"

// Opcode says what the payload of a frame is: 4 bits (section 5.2).
type Opcode uint8

// The opcodes that section 11.8 registers. 3 to 7 are reserved for data frames
// and 11 to 15 for control frames.
const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xA
)

// Control reports whether o is a control opcode: its most significant bit is
// set, reserved ones included (section 5.5).
func (o Opcode) Control() bool { return o&0x8 != 0 }

// Reserved reports whether no specification gives o a meaning (section 5.2). A
// value that does not fit 4 bits is reserved too.
func (o Opcode) Reserved() bool {
	// One bit for each opcode that is defined: 0, 1, 2, 8, 9, 10.
	const defined = 1<<OpContinuation | 1<<OpText | 1<<OpBinary | 1<<OpClose | 1<<OpPing | 1<<OpPong
	return defined>>o&1 == 0
}

// String gives the name in lower case, "text" for [OpText], and
// "reserved opcode 3" for one without a name.
func (o Opcode) String() string {
	switch o {
	case OpContinuation:
		return "continuation"
	case OpText:
		return "text"
	case OpBinary:
		return "binary"
	case OpClose:
		return "close"
	case OpPing:
		return "ping"
	case OpPong:
		return "pong"
	}
	return "reserved opcode " + strconv.Itoa(int(o))
}
