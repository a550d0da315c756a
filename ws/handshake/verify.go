package handshake

import (
	"slices"
	"strconv"
)

// Verify checks a server's answer to r item by item of section 4.1: nothing
// but a complete and correct 101 opens the connection. It returns what was
// agreed. Errors are *Error with the Status received: ErrStatus when it is not
// 101, which leaves redirects and authentication to the caller, and else
// ErrUpgrade, ErrNoUpgrade, ErrAccept, ErrExtension, ErrExtensions, ErrDeflate,
// ErrSubprotocol, ErrRepeated and ErrMismatch.
//
// The server may leave out subprotocols and extensions that were offered.
func Verify(r *Request, status int, h Fields) (Agreement, error) {
	a, err := verify(r, status, h)
	if err != nil {
		return Agreement{}, err.withStatus(status)
	}
	return a, nil
}

func verify(r *Request, status int, h Fields) (a Agreement, err *Error) {
	// The list of section 4.1, in its order.
	//req:impl RFC6455-4.1-39
	//req:impl RFC6455-4.1-40
	if status != 101 {
		return a, ErrStatus.because(strconv.Itoa(status))
	}
	// Upgrade is websocket, in any case, and nothing besides.
	//req:impl RFC6455-4.1-41
	if v := valuesOf(h, fieldUpgrade); len(v) != 1 || !equalFold(trim(v[0]), "websocket") {
		return a, ErrUpgrade
	}
	// Connection names Upgrade, in any case.
	//req:impl RFC6455-4.1-42
	if !hasToken(valuesOf(h, fieldConnection), "upgrade") {
		return a, ErrNoUpgrade
	}
	// The accept value belongs to our key; it stands there once (also
	// section 11.3.3).
	//req:impl RFC6455-4.1-43 RFC6455-11.3.3-01
	accepts := valuesOf(h, fieldAccept)
	if len(accepts) > 1 {
		return a, ErrRepeated.because("Sec-WebSocket-Accept")
	}
	if len(accepts) == 0 || trim(accepts[0]) != Accept(r.Key) {
		return a, ErrAccept
	}
	if a.Extensions, a.Deflate, err = r.verifyExtensions(valuesOf(h, fieldExtensions)); err != nil {
		return a, err
	}
	if a.Subprotocol, err = r.verifySubprotocol(valuesOf(h, fieldProtocol)); err != nil {
		return a, err
	}
	return a, verifyRest(h)
}

func (r *Request) verifyExtensions(values []string) ([]Extension, *DeflateParams, *Error) {
	//req:impl RFC6455-11.3.2-02
	if len(values) > 1 {
		return nil, nil, ErrRepeated.because("Sec-WebSocket-Extensions")
	}
	list, err := ParseExtensions(values)
	if err != nil {
		return nil, nil, ErrExtensions
	}
	var deflate *DeflateParams
	for i, e := range list {
		// Only what was offered may be in the answer.
		//req:impl RFC6455-4.1-44 RFC6455-5.8-01 RFC7692-5-12
		if !slices.ContainsFunc(r.Extensions, func(o Extension) bool { return o.Name == e.Name }) {
			return nil, nil, ErrExtension.because(quote(e.Name))
		}
		if slices.ContainsFunc(list[:i], func(o Extension) bool { return o.Name == e.Name }) {
			return nil, nil, ErrExtension.because(quote(e.Name), " twice")
		}
		if e.Name == deflateName {
			p, err := r.verifyDeflate(e)
			if err != nil {
				return nil, nil, err
			}
			deflate = &p
		}
	}
	// Nothing is known here about another extension, so it could be one that
	// uses RSV1 too, or whose output are no messages.
	//req:impl RFC7692-5-08 RFC7692-5-10
	if deflate != nil && len(list) > 1 {
		return nil, nil, errDeflateBeside
	}
	return list, deflate, nil
}

func (r *Request) verifySubprotocol(values []string) (string, *Error) {
	//req:impl RFC6455-11.3.4-02
	if len(values) > 1 {
		return "", ErrRepeated.because("Sec-WebSocket-Protocol")
	}
	if len(values) == 0 {
		return "", nil
	}
	// One of those that were offered, with regard to case.
	//req:impl RFC6455-4.1-45
	p := trim(values[0])
	if !slices.Contains(r.Protocols, p) {
		return "", ErrSubprotocol.because(quote(p))
	}
	return p, nil
}

// verifyRest is what else a 101 may not be: of an older HTTP, or with a body,
// whose octets somebody could take for frames.
func verifyRest(h Fields) *Error {
	//req:impl RFC6455-4.1-46
	if head, ok := h.(*Head); ok && !head.atLeast11() {
		return ErrMismatch.because("HTTP/1.0")
	}
	if valuesOf(h, fieldTransferEncoding) != nil {
		return ErrMismatch.because("Transfer-Encoding")
	}
	for _, v := range valuesOf(h, fieldContentLength) {
		if trim(v) != "0" {
			return ErrMismatch.because("Content-Length")
		}
	}
	return nil
}
