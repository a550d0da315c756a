package frame

import "strconv"

// CloseCode is the status code of a Close frame (section 7.4).
type CloseCode uint16

// The codes of section 7.4.1 and of IANA's registry. [CloseCode.Sendable]
// tells which of them may be on the wire.
const (
	CloseNormal             CloseCode = 1000 // the purpose is fulfilled
	CloseGoingAway          CloseCode = 1001 // a server stops, a page is left
	CloseProtocolError      CloseCode = 1002 // a rule of the protocol was broken
	CloseUnsupportedData    CloseCode = 1003 // a type of data that is not accepted
	CloseNoStatus           CloseCode = 1005 // never sent: the Close had no code
	CloseAbnormal           CloseCode = 1006 // never sent: there was no Close
	CloseInvalidPayload     CloseCode = 1007 // data does not fit its type: text that is not UTF-8
	ClosePolicyViolation    CloseCode = 1008 // against the policy of this endpoint
	CloseTooBig             CloseCode = 1009 // a message is too big
	CloseMandatoryExtension CloseCode = 1010 // a client needs an extension that it did not get
	CloseInternalError      CloseCode = 1011 // an unexpected condition
	CloseServiceRestart     CloseCode = 1012 // the service restarts
	CloseTryAgainLater      CloseCode = 1013 // overload
	CloseBadGateway         CloseCode = 1014 // a gateway got an invalid answer
	CloseTLSHandshake       CloseCode = 1015 // never sent: the TLS handshake failed
)

// Sendable reports whether c may stand in a Close frame: 1000 to 1003, 1007 to
// 1014, and the ranges for libraries, frameworks and applications, 3000 to
// 3999, and for private use, 4000 to 4999 (section 7.4).
func (c CloseCode) Sendable() bool {
	//req:impl RFC6455-7.4.1-01 RFC6455-7.4.1-02
	//req:impl RFC6455-7.4.1-03 RFC6455-7.4.1-04 RFC6455-7.4.1-06
	//req:impl RFC6455-7.4.1-07 RFC6455-7.4.2-01
	// Section 7.4.1 keeps 1005, 1006 and 1015 off the wire: they report what
	// happened without a code. 1004 is reserved. Section 7.4.2 leaves 0 to 999
	// unused and 1000 to 2999 to the protocol; IANA has registered up to 1015
	// of those, with 1012 to 1014 usable.
	switch {
	case c >= CloseNormal && c <= CloseUnsupportedData:
		return true
	case c >= CloseInvalidPayload && c <= CloseBadGateway:
		return true
	}
	return c >= 3000 && c <= 4999
}

// String gives the number and what it stands for: "1000 normal closure".
func (c CloseCode) String() string {
	return strconv.Itoa(int(c)) + " " + c.meaning()
}

func (c CloseCode) meaning() string {
	switch c {
	case CloseNormal:
		return "normal closure"
	case CloseGoingAway:
		return "going away"
	case CloseProtocolError:
		return "protocol error"
	case CloseUnsupportedData:
		return "unsupported data"
	case CloseNoStatus:
		return "no status received"
	case CloseAbnormal:
		return "abnormal closure"
	case CloseInvalidPayload:
		return "invalid payload data"
	case ClosePolicyViolation:
		return "policy violation"
	case CloseTooBig:
		return "message too big"
	case CloseMandatoryExtension:
		return "mandatory extension"
	case CloseInternalError:
		return "internal error"
	case CloseServiceRestart:
		return "service restart"
	case CloseTryAgainLater:
		return "try again later"
	case CloseBadGateway:
		return "bad gateway"
	case CloseTLSHandshake:
		return "TLS handshake"
	}
	switch {
	case c < 1000 || c > 4999:
		return "not used"
	case c < 3000:
		return "reserved"
	case c < 4000:
		return "registered use"
	}
	return "private use"
}
