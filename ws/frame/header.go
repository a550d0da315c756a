package frame

const (
	// MaxHeader is the most octets that a header takes: 2, an 8-octet length
	// and a 4-octet masking key (section 5.2).
	MaxHeader = 14

	// MaxControlPayload is the most octets of payload that a control frame may
	// have (section 5.5). Up to that any of them may carry some: a Close its
	// code and reason, a Ping whatever the Pong is to bring back (5.5.2).
	//
	//req:impl RFC6455-5.5-01 RFC6455-5.5.2-01
	MaxControlPayload = 125
)

// The bits of the first two octets, and the two values of the 7-bit length
// that announce a longer form (section 5.2).
const (
	bitFin    = 0x80
	bitRSV1   = 0x40
	bitRSV2   = 0x20
	bitRSV3   = 0x10
	bitsRSV   = bitRSV1 | bitRSV2 | bitRSV3
	bitsOp    = 0x0F
	bitMask   = 0x80
	bitsLen   = 0x7F
	length16  = 126
	length64  = 127
	maxShort  = 125
	max16     = 1<<16 - 1
	sizeShort = 2
	size16    = 4
	size64    = 10
	sizeKey   = 4
)

// Header is the header of one frame, in 16 octets of memory. The first two
// octets are kept as they are on the wire and read by methods, so parsing does
// not spread them over a struct of booleans. Headers made by [NewHeader],
// [Header.WithKey] and [Parse] are equal (==) when their octets are.
type Header struct {
	// Length is the length of the payload in octets, 0 to 2^63-1.
	Length int64
	// Key is the masking key; it counts only if [Header.Masked].
	Key Key

	b0, b1 byte
}

// NewHeader makes the header of an unmasked frame. Of rsv the bits 0x70 count
// (0x40 is RSV1), of op the low 4 bits. A negative length counts as 0.
func NewHeader(fin bool, rsv byte, op Opcode, length int64) Header {
	//req:impl RFC6455-5.2-01
	//req:impl RFC6455-5.2-11
	// Section 5.2: FIN, three reserved bits that stay 0 unless the caller has
	// an extension that gives them meaning, opcode. A first fragment with FIN
	// is a whole message.
	b0 := rsv&bitsRSV | byte(op)&bitsOp
	if fin {
		b0 |= bitFin
	}
	length = max(length, 0)
	b1 := byte(length64)
	switch {
	case length <= maxShort:
		b1 = byte(length)
	case length <= max16:
		b1 = length16
	}
	return Header{Length: length, b0: b0, b1: b1}
}

// WithKey is h masked with k: it sets the MASK bit, whatever k is.
func (h Header) WithKey(k Key) Header {
	//req:impl RFC6455-5.3-01
	// Section 5.3: a frame that carries a masking key has MASK set.
	h.b1 |= bitMask
	h.Key = k
	return h
}

// Fin reports whether this frame is the final fragment of its message.
func (h Header) Fin() bool { return h.b0&bitFin != 0 }

// RSV1 reports whether the first reserved bit is set. Permessage-deflate gives
// it the meaning "compressed" on the first frame of a message (RFC 7692
// section 6).
func (h Header) RSV1() bool { return h.b0&bitRSV1 != 0 }

// RSV2 reports whether the second reserved bit is set.
func (h Header) RSV2() bool { return h.b0&bitRSV2 != 0 }

// RSV3 reports whether the third reserved bit is set.
func (h Header) RSV3() bool { return h.b0&bitRSV3 != 0 }

// RSV is the three reserved bits where they stand in the first octet: 0x40,
// 0x20 and 0x10.
func (h Header) RSV() byte { return h.b0 & bitsRSV }

// Opcode is the opcode, reserved ones included.
func (h Header) Opcode() Opcode { return Opcode(h.b0 & bitsOp) }

// Masked reports whether the MASK bit is set: a masking key follows the length
// and the payload is XORed with it.
func (h Header) Masked() bool { return h.b1&bitMask != 0 }

// Len is the length of the encoded header in octets: 2, 4 or 10 by the length
// of the payload, and 4 more if masked.
func (h Header) Len() int {
	n := sizeShort
	switch {
	case h.Length > max16:
		n = size64
	case h.Length > maxShort:
		n = size16
	}
	if h.Masked() {
		n += sizeKey
	}
	return n
}
