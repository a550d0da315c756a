package protocol

import (
	"errors"
	"unicode/utf8"

	"longwire.example/ws/frame"
)

// Fail fails the connection because of err: the state becomes [Failed], and a
// Close frame is appended that says why. Its code is that of a *[frame.Error],
// with its text as the reason, or else 1011 without a reason, since what went
// wrong on this side is not the peer's business. Nothing is appended where a
// Close frame has been sent, or where the connection was never open.
//
//req:impl RFC6455-7.1.7-05 RFC6455-7.1.7-06
//req:impl RFC6455-10.7-03
func (s *Sender) Fail(dst []byte, err error) []byte {
	if s.state == Open || s.state == CloseReceived {
		code, reason := frame.CloseInternalError, ""
		if v, ok := errors.AsType[*frame.Error](err); ok {
			code, reason = v.Code, cut(v.Text)
		}
		var buf [frame.MaxControlPayload]byte
		p, err := frame.AppendClose(buf[:0], code, reason)
		if err != nil {
			// Not an error of package frame: its code or text is not for the wire.
			p, _ = frame.AppendClose(buf[:0], frame.CloseInternalError, "")
		}
		dst = s.append(dst, frame.OpClose, Fin, p)
	}
	s.state = s.state.After(InputFail)
	return dst
}

// cut shortens a reason to what a Close frame has room for, between two code
// points.
func cut(reason string) string {
	if len(reason) <= frame.MaxReason {
		return reason
	}
	n := frame.MaxReason
	for n > 0 && !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}
