package handshake

import "strings"

// Error is a handshake that failed: on the server what the client did wrong
// and how to answer it, on the client what is wrong with the answer.
//
// Errors are compared by Token: errors.Is(err, handshake.ErrOrigin) holds for
// every refused origin, whatever its Text says.
type Error struct {
	// Status is, on the server, the HTTP status to answer with (section
	// 4.2.1 and 4.2.2). On the client it is the status that was received,
	// or 0 when no status could be read.
	Status int
	// Fields are header fields that belong into the answer, such as Allow
	// for 405 and Sec-WebSocket-Version for 426.
	Fields []Field
	// Token names the failure for logs and metrics; it never changes.
	Token string
	// Req is the id of the requirement that was violated, from docs/spec;
	// empty when the rule comes from HTTP or from a limit.
	Req string
	// Text says what was wrong, in one line of printable ASCII.
	Text string
}

// Error gives the text with the section that was broken: "origin not allowed:
// ... (RFC 6455 section 4.2.2)".
func (e *Error) Error() string {
	spec, rest, ok := strings.Cut(e.Req, "-")
	if !ok {
		return e.Text
	}
	section, _, _ := strings.Cut(rest, "-")
	return e.Text + " (RFC " + strings.TrimPrefix(spec, "RFC") + " section " + section + ")"
}

// Is reports whether target is an *Error with the same Token.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Token == e.Token
}

// because returns a copy of e whose Text says more.
func (e *Error) because(text ...string) *Error {
	c := *e
	c.Text = e.Text + ": " + strings.Join(text, "")
	return &c
}

// withStatus returns a copy of e that carries the status received.
func (e *Error) withStatus(status int) *Error {
	c := *e
	c.Status = status
	return &c
}

func refusal(status int, token, req, text string, fields ...Field) *Error {
	return &Error{Status: status, Fields: fields, Token: token, Req: req, Text: text}
}

// The answers that tell a client how to do better.
var (
	versionField = Field{"Sec-WebSocket-Version", versionText}
	upgradeField = Field{"Upgrade", "websocket"}
	connectField = Field{"Connection", "Upgrade"}
)

// What a head can have wrong. On the client the Status is 0.
var (
	ErrHead        = refusal(400, "head-syntax", "RFC6455-4.2.1-01", "malformed HTTP head")
	ErrLineTooLong = refusal(414, "request-line-too-long", "", "first line too long")
	ErrHeadTooBig  = refusal(431, "head-too-big", "", "head too big")
	ErrFieldCount  = refusal(431, "too-many-fields", "", "too many header fields")
	ErrTimeout     = refusal(408, "handshake-timeout", "", "handshake not complete in time")
)

// What a client's request can have wrong (section 4.2.1), in the order in
// which ReadOffer looks, and what a server may dislike about it (4.2.2).
var (
	ErrMethod     = refusal(405, "method", "RFC6455-4.2.1-02", "method not allowed", Field{"Allow", "GET"})
	ErrHTTP       = refusal(505, "http-version", "RFC6455-4.2.1-02", "HTTP/1.1 is needed")
	ErrTarget     = refusal(400, "target", "RFC6455-4.2.1-02", "request target is not usable")
	ErrHost       = refusal(400, "host", "RFC6455-4.2.1-03", "Host is missing or malformed")
	ErrNotUpgrade = refusal(426, "not-an-upgrade", "RFC6455-4.2.1-04", "this is a WebSocket endpoint and the request does not ask for an upgrade to websocket", upgradeField, connectField)
	ErrConnection = refusal(400, "connection", "RFC6455-4.2.1-05", "Connection does not name Upgrade")
	ErrBody       = refusal(400, "body", "RFC6455-4.2.1-01", "a handshake has no body")
	ErrVersion    = refusal(426, "version", "RFC6455-4.2.1-07", "only version 13 is spoken here", versionField, upgradeField, connectField)
	ErrVersionBad = refusal(400, "version-syntax", "RFC6455-4.3-02", "Sec-WebSocket-Version is malformed", versionField)
	ErrKey        = refusal(400, "key", "RFC6455-4.2.1-06", "Sec-WebSocket-Key is not base64 of 16 octets, exactly once")
	ErrProtocols  = refusal(400, "subprotocols", "RFC6455-4.2.1-01", "Sec-WebSocket-Protocol is malformed")
	ErrExtensions = refusal(400, "extensions", "RFC6455-9.1-01", "Sec-WebSocket-Extensions is malformed")
	ErrOrigin     = refusal(403, "origin", "RFC6455-4.2.2-05", "origin not allowed")
	// Which resources exist is the application's to know.
	//req:impl RFC6455-4.2.2-07
	ErrNotFound = refusal(404, "not-found", "RFC6455-4.2.2-07", "no WebSocket service here")
)

// What a server's answer can have wrong (section 4.1). ErrExtensions and
// ErrHead are for answers too.
var (
	ErrStatus      = refusal(0, "status", "RFC6455-4.1-40", "the server did not switch protocols")
	ErrUpgrade     = refusal(0, "answer-upgrade", "RFC6455-4.1-41", "Upgrade in the answer is not websocket")
	ErrNoUpgrade   = refusal(0, "answer-connection", "RFC6455-4.1-42", "Connection in the answer does not name Upgrade")
	ErrAccept      = refusal(0, "answer-accept", "RFC6455-4.1-43", "Sec-WebSocket-Accept does not belong to the key")
	ErrExtension   = refusal(0, "answer-extension", "RFC6455-4.1-44", "extension in the answer is not one that was offered")
	ErrSubprotocol = refusal(0, "answer-subprotocol", "RFC6455-4.1-45", "subprotocol in the answer is not one that was offered")
	ErrMismatch    = refusal(0, "answer-mismatch", "RFC6455-4.1-46", "the answer breaks section 4.2.2")
	ErrRepeated    = refusal(0, "answer-repeated", "RFC6455-4.1-46", "header field repeated in the answer")
	ErrDeflate     = refusal(0, "deflate", "RFC7692-7-02", "permessage-deflate parameters")
)

// errDeflateBeside is ErrDeflate of another section.
var errDeflateBeside = refusal(0, ErrDeflate.Token, "RFC7692-5-08", "permessage-deflate beside another extension")

// Failures returns the table of everything that can fail a handshake, each
// entry with its token, status and requirement. The slice is the caller's.
func Failures() []*Error {
	return []*Error{
		ErrHead, ErrLineTooLong, ErrHeadTooBig, ErrFieldCount, ErrTimeout,
		ErrMethod, ErrHTTP, ErrTarget, ErrHost, ErrNotUpgrade, ErrConnection, ErrBody,
		ErrVersion, ErrVersionBad, ErrKey, ErrProtocols, ErrExtensions, ErrOrigin, ErrNotFound,
		ErrStatus, ErrUpgrade, ErrNoUpgrade, ErrAccept, ErrExtension, ErrSubprotocol,
		ErrMismatch, ErrRepeated, ErrDeflate,
	}
}
