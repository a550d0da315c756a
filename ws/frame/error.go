package frame

import (
	"slices"
	"strings"
)

// Error is one way in which a peer breaks the protocol or a limit. Every
// violation is one package variable, so errors.Is tells them apart and nothing
// is allocated when one is found. Treat them as read-only.
type Error struct {
	// Code is the close code to answer with (section 7.4.1).
	Code CloseCode
	// Req is the id of the requirement that was broken, as in docs/spec:
	// "RFC6455-5.2-03".
	Req string
	// Token is a short name for metrics and logs that stays the same in later
	// versions: "reserved-bits".
	Token string
	// Text says in a few words what is wrong. It fits the reason of a Close
	// frame.
	Text string
}

// Error gives the text with the section that it breaks: "reserved opcode
// (RFC 6455 section 5.2)".
func (e *Error) Error() string {
	spec, _, _ := strings.Cut(e.Req, "-")
	number, ok := strings.CutPrefix(spec, "RFC")
	if !ok {
		return e.Text
	}
	return e.Text + " (RFC " + number + " section " + e.Section() + ")"
}

// Section is the section number in Req: "5.2" of "RFC6455-5.2-03".
func (e *Error) Section() string {
	_, s, _ := strings.Cut(e.Req, "-")
	s, _, _ = strings.Cut(s, "-")
	return s
}

// The header of one frame.
var (
	ErrReservedBits      = violation(CloseProtocolError, "RFC6455-5.2-03", "reserved-bits", "reserved bit set without an extension that defines it")
	ErrReservedOpcode    = violation(CloseProtocolError, "RFC6455-5.2-04", "reserved-opcode", "reserved opcode")
	ErrUnmasked          = violation(CloseProtocolError, "RFC6455-5.1-02", "unmasked", "frame from a client is not masked")
	ErrMasked            = violation(CloseProtocolError, "RFC6455-5.1-05", "masked", "frame from a server is masked")
	ErrControlFragmented = violation(CloseProtocolError, "RFC6455-5.5-02", "control-fragmented", "control frame is fragmented")
	ErrControlTooLong    = violation(CloseProtocolError, "RFC6455-5.5-01", "control-too-long", "control frame has more than 125 octets of payload")
	ErrLengthNotMinimal  = violation(CloseProtocolError, "RFC6455-5.2-06", "length-not-minimal", "payload length is not in its shortest form")
	ErrLengthTopBit      = violation(CloseProtocolError, "RFC6455-5.2-05", "length-top-bit", "top bit of the 64-bit payload length is set")
)

// The order of frames.
var (
	ErrContinuation = violation(CloseProtocolError, "RFC6455-5.4-08", "continuation", "continuation frame without a message to continue")
	ErrInterleaved  = violation(CloseProtocolError, "RFC6455-5.4-04", "interleaved", "new message before the fragmented one has ended")
)

// The payload.
var (
	ErrInvalidUTF8 = violation(CloseInvalidPayload, "RFC6455-8.1-01", "invalid-utf8", "text is not UTF-8")
	ErrCloseLength = violation(CloseProtocolError, "RFC6455-5.5.1-02", "close-length", "close body of one octet")
	ErrCloseCode   = violation(CloseProtocolError, "RFC6455-7.4.2-01", "close-code", "close code that may not be sent")
	ErrCloseReason = violation(CloseInvalidPayload, "RFC6455-8.1-01", "close-reason", "close reason is not UTF-8")
	ErrInflate     = violation(CloseInvalidPayload, "RFC7692-6.2-01", "inflate", "compressed message does not inflate")
)

// The limits and the policy of this endpoint.
var (
	ErrFrameTooBig      = violation(CloseTooBig, "RFC6455-10.4-02", "frame-too-big", "frame is over the size limit")
	ErrMessageTooBig    = violation(CloseTooBig, "RFC6455-10.4-01", "message-too-big", "message is over the size limit")
	ErrInflateRatio     = violation(CloseTooBig, "RFC6455-10.4-01", "inflate-ratio", "message inflates to too many times its size")
	ErrTooManyFragments = violation(ClosePolicyViolation, "RFC6455-10.4-01", "too-many-fragments", "message has too many fragments")
	ErrControlFlood     = violation(ClosePolicyViolation, "RFC6455-7.4.1-07", "control-flood", "too many control frames")
	ErrUnexpectedData   = violation(ClosePolicyViolation, "RFC6455-7.4.1-07", "unexpected-data", "no messages are accepted on this connection")
	ErrUnsupportedData  = violation(CloseUnsupportedData, "RFC6455-7.4.1-02", "unsupported-data", "messages of this type are not accepted on this connection")
)

// violations is filled by violation while the variables above are initialised,
// in their order: no error can be missing from the table.
var violations []*Error

func violation(code CloseCode, req, token, text string) *Error {
	e := &Error{Code: code, Req: req, Token: token, Text: text}
	violations = append(violations, e)
	return e
}

// Violations is the table of all errors of this package, in the order of the
// source. The slice is the caller's.
func Violations() []*Error { return slices.Clone(violations) }
