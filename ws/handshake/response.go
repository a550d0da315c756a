package handshake

import (
	"errors"
	"fmt"
	"slices"
)

var (
	errExtensionToken = errors.New("websocket handshake: extension or parameter is not a token")
	errNotOffered     = errors.New("websocket handshake: the agreement has what the client did not offer")
	errMode           = errors.New("websocket handshake: not an HTTP/1.1 offer")
)

// AppendResponse appends the whole 101 response that accepts o with a, with
// extra fields behind the handshake's own. It fails, and appends nothing, when
// a is not covered by o or an extra field does not pass Field.Check; those are
// plain errors.
func AppendResponse(dst []byte, o *Offer, a *Agreement, extra []Field) ([]byte, error) {
	if o.Mode != HTTP1 {
		return dst, errMode
	}
	if err := a.check(o); err != nil {
		return dst, err
	}
	for _, f := range extra {
		if err := f.Check(); err != nil {
			return dst, err
		}
	}
	// Accepting is a response 101 with the fields of section 4.2.2, item 5.
	//req:impl RFC6455-4.2.2-01 RFC6455-4.2.2-13 RFC6455-4.2.2-14 RFC6455-4.2.2-15
	dst = append(dst, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	dst = appendAccept(dst, o.Key)
	dst = append(dst, "\r\n"...)
	if a.Subprotocol != "" {
		dst = appendField(dst, protocolName, a.Subprotocol)
	}
	if len(a.Extensions) > 0 {
		dst = append(dst, extensionsName+": "...)
		dst = append(AppendExtensions(dst, a.Extensions), "\r\n"...)
	}
	for _, f := range extra {
		dst = appendField(dst, f.Name, f.Value)
	}
	return append(dst, "\r\n"...), nil
}

// Fields gives the fields that tell the client what was agreed: the
// subprotocol and the extensions, each at most once, neither ever empty. It is
// all there is to say in the answer to an ExtendedConnect. The error is a
// plain one: a holds what o did not offer.
func (a *Agreement) Fields(o *Offer) ([]Field, error) {
	if err := a.check(o); err != nil {
		return nil, err
	}
	var list []Field
	if a.Subprotocol != "" {
		list = append(list, Field{protocolName, a.Subprotocol})
	}
	if len(a.Extensions) > 0 {
		list = append(list, Field{extensionsName, string(AppendExtensions(nil, a.Extensions))})
	}
	return list, nil
}

const (
	protocolName   = "Sec-WebSocket-Protocol"
	extensionsName = "Sec-WebSocket-Extensions"
)

// check sees to it that a can be told to the client that sent o.
func (a *Agreement) check(o *Offer) error {
	// The answer has one subprotocol field at most, with one name out of
	// the client's list, and none rather than an empty one.
	//req:impl RFC6455-4.2.2-08 RFC6455-4.2.2-09 RFC6455-4.2.2-10 RFC6455-11.3.4-02
	if a.Subprotocol != "" && !slices.Contains(o.Protocols, a.Subprotocol) {
		return fmt.Errorf("%w: subprotocol %s", errNotOffered, quote(a.Subprotocol))
	}
	// It has one extensions field at most, in the order of processing, with
	// nothing that the client did not list.
	//req:impl RFC6455-4.2.2-11 RFC6455-4.2.2-12 RFC6455-9-02 RFC6455-9.1-07 RFC6455-11.3.2-02 RFC7692-5-05
	for _, e := range a.Extensions {
		if err := e.Check(); err != nil {
			return err
		}
		if !slices.ContainsFunc(o.Extensions, func(x Extension) bool { return x.Name == e.Name }) {
			return fmt.Errorf("%w: extension %s", errNotOffered, e.Name)
		}
	}
	return nil
}
