package protocol

import "longwire.example/ws/frame"

// situation is what the first two octets of a frame are judged by, one bit for
// each answer.
type situation uint8

const (
	// asServer: this side is the server, so the frame comes from a client.
	asServer situation = 1 << iota
	// withDeflate: permessage-deflate was agreed on.
	withDeflate
	// inMessage: the message begun by an earlier frame is not complete.
	inMessage
	// ended: nothing more is processed. check is not asked then.
	ended
)

// The layout of the first two octets (section 5.2).
const (
	bitFin      = 0x80
	bitRSV1     = 0x40
	bitsRSV23   = 0x30
	bitsOpcode  = 0x0f
	bitMask     = 0x80
	bitsLength  = 0x7f
	textOctet   = bitFin | byte(frame.OpText)
	binaryOctet = bitFin | byte(frame.OpBinary)
)

// check judges the first two octets of a frame. It is a pure function: these
// 19 bits are all there is to know, and a test goes through every value.
// Where a frame breaks several rules, the first one here is reported.
func check(b0, b1 byte, s situation) error {
	op := frame.Opcode(b0 & bitsOpcode)
	switch {
	// Nothing agreed on here gives RSV2 or RSV3 a meaning, so a frame that has
	// one of them fails the connection.
	//req:impl RFC6455-5.2-03
	//req:impl RFC6455-10.7-01
	case b0&bitsRSV23 != 0:
		return frame.ErrReservedBits

	// RSV1 has a meaning only where permessage-deflate was agreed on.
	//req:impl RFC6455-5.2-03
	//req:impl RFC6455-9.1-06
	case b0&bitRSV1 != 0 && s&withDeflate == 0:
		return frame.ErrReservedBits

	// It marks the whole message, on its first frame: never a control frame,
	// never a later fragment.
	//req:impl RFC7692-6.1-05
	case b0&bitRSV1 != 0 && (op.Control() || op == frame.OpContinuation):
		return frame.ErrReservedBits

	// Opcodes 3 to 7 and 11 to 15 are kept for later versions.
	//req:impl RFC6455-5.2-04
	case op.Reserved():
		return frame.ErrReservedOpcode

	// Everything that a client sends is masked; a server closes the connection
	// on a frame that is not.
	//req:impl RFC6455-5.1-02 RFC6455-5.1-03
	case s&asServer != 0 && b1&bitMask == 0:
		return frame.ErrUnmasked

	// Nothing that a server sends is masked; a client closes the connection on
	// a frame that is.
	//req:impl RFC6455-5.1-05 RFC6455-5.1-06
	case s&asServer == 0 && b1&bitMask != 0:
		return frame.ErrMasked

	// A control frame is whole: it always has FIN.
	//req:impl RFC6455-5.4-02
	//req:impl RFC6455-5.5-02
	case op.Control() && b0&bitFin == 0:
		return frame.ErrControlFragmented

	// A control frame has at most 125 octets of payload, so its length always
	// fits into the second octet.
	//req:impl RFC6455-5.5-01
	case op.Control() && b1&bitsLength > frame.MaxControlPayload:
		return frame.ErrControlTooLong

	// A continuation goes on with a message: there has to be one.
	//req:impl RFC6455-5.4-08
	case op == frame.OpContinuation && s&inMessage == 0:
		return frame.ErrContinuation

	// A new message cannot begin before the current one is complete: all its
	// later fragments are continuations, and so have the type of the first.
	//req:impl RFC6455-5.4-04 RFC6455-5.4-08 RFC6455-5.4-14
	case !op.Control() && op != frame.OpContinuation && s&inMessage != 0:
		return frame.ErrInterleaved

	default:
		return nil
	}
}
