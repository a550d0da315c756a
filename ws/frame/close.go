package frame

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// MaxReason is the most octets that the reason of a Close frame may have: a
// control payload less the code.
const MaxReason = MaxControlPayload - 2

// What [AppendClose] refuses: mistakes of the caller, not of the peer.
var (
	ErrCodeNotSendable = errors.New("frame: close code may not be sent")
	ErrReasonTooLong   = errors.New("frame: close reason is over 123 octets")
	ErrReasonNotUTF8   = errors.New("frame: close reason is not UTF-8")
)

// ParseClose reads the payload of a Close frame, already unmasked: a code and
// a reason that is part of p. An empty payload is legal and gives
// [CloseNoStatus]. The error is [ErrCloseLength], [ErrCloseCode] or
// [ErrCloseReason]; with the last two the code is the one that was read.
func ParseClose(p []byte) (CloseCode, []byte, error) {
	//req:impl RFC6455-5.5.1-01
	// Section 5.5.1: the body may be left out.
	if len(p) == 0 {
		return CloseNoStatus, nil, nil
	}
	//req:impl RFC6455-5.5.1-02
	// Section 5.5.1: a body begins with a code of two octets, most significant
	// first; one octet alone is not a code.
	if len(p) < 2 {
		return 0, nil, ErrCloseLength
	}
	c := CloseCode(binary.BigEndian.Uint16(p))
	if !c.Sendable() {
		return c, nil, ErrCloseCode
	}
	//req:impl RFC6455-5.5.1-03 RFC6455-7.4-01
	// Section 5.5.1: a reason in UTF-8 may follow.
	if !utf8.Valid(p[2:]) {
		return c, nil, ErrCloseReason
	}
	return c, p[2:], nil
}

// AppendClose appends the payload of a Close frame to dst: the code in two
// octets and the reason. [CloseNoStatus] without a reason appends nothing,
// since no code is how it is said.
//
// A code that is not [CloseCode.Sendable], a reason of more than [MaxReason]
// octets or one that is not UTF-8 is a mistake of the caller; dst comes back
// as it was, with [ErrCodeNotSendable], [ErrReasonTooLong] or
// [ErrReasonNotUTF8].
func AppendClose(dst []byte, c CloseCode, reason string) ([]byte, error) {
	switch {
	case c == CloseNoStatus && reason == "":
		return dst, nil
	case !c.Sendable():
		return dst, ErrCodeNotSendable
	case len(reason) > MaxReason:
		return dst, ErrReasonTooLong
	case !utf8.ValidString(reason):
		return dst, ErrReasonNotUTF8
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(c))
	return append(dst, reason...), nil
}
