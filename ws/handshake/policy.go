package handshake

import (
	"fmt"
	"slices"
)

// Policy is what a server is willing to accept. The zero value accepts
// requests of the same origin and those without an Origin, and speaks no
// subprotocol and no extension. permessage-deflate is the only one there is.
type Policy struct {
	// Subprotocols are those that the server speaks, in any order: of the
	// ones a client lists, the first that stands here is chosen, so the
	// client's preference decides. They are compared with regard to case.
	Subprotocols []string
	// Origins are let in besides the server's own origin.
	Origins []OriginPattern
	// InsecureSkipOriginCheck lets every origin in. Any web page can then
	// open a WebSocket with its visitor's cookies (section 10.2).
	InsecureSkipOriginCheck bool
	// Deflate is what the server is willing to agree on for
	// permessage-deflate; nil: it is declined.
	Deflate *Deflate
}

// Check finds mistakes in p before the first request comes: subprotocols that
// are no tokens or stand twice, window bits out of range. The error is a plain
// one.
func (p *Policy) Check() error {
	for _, s := range p.Subprotocols {
		if !isToken(s) {
			return fmt.Errorf("websocket handshake: subprotocol %s is not a token", quote(s))
		}
	}
	if s, ok := repeated(p.Subprotocols); ok {
		return fmt.Errorf("websocket handshake: subprotocol %s stands twice", s)
	}
	if p.Deflate != nil {
		return p.Deflate.Check()
	}
	return nil
}

// Agreement is what both sides use on the connection.
type Agreement struct {
	Subprotocol string      // empty: none
	Extensions  []Extension // as they stand in the answer, in the order of processing (section 9.1)
	// Deflate is what is agreed on for permessage-deflate, which Extensions
	// lists too; nil: nothing. Side tells what it means for either side.
	Deflate *DeflateParams
}

// Decide answers an offer: whether it is accepted, and with which subprotocol
// and extensions. The error is ErrOrigin.
func (p *Policy) Decide(o *Offer) (Agreement, error) {
	if !p.InsecureSkipOriginCheck {
		here := o.here
		if err := checkOrigin(o.Origin, &here, o.Host, o.Secure, p.Origins); err != nil {
			return Agreement{}, err
		}
	}
	var a Agreement
	// The chosen subprotocol is one that the client listed (section 4.2.2,
	// item 5.5); without one in common there is none.
	//req:impl RFC6455-4.2.2-08 RFC6455-4.2.2-09
	for _, s := range o.Protocols {
		if slices.Contains(p.Subprotocols, s) {
			a.Subprotocol = s
			break
		}
	}
	// What is not spoken here is declined by leaving it out of the answer,
	// which then lists nothing that was not asked for. No other extension
	// stands beside permessage-deflate, so none can use RSV1 too or make
	// something else than messages of what it compresses.
	//req:impl RFC6455-4.2.2-11 RFC6455-4.2.2-12 RFC6455-9-02
	//req:impl RFC7692-5-05 RFC7692-5-07 RFC7692-5-09 RFC7692-5-11
	if p.Deflate != nil {
		if answer, ok := p.Deflate.Accept(o.Extensions); ok {
			a.Extensions = []Extension{answer.element()}
			agreed := answer // allocated where it is needed
			a.Deflate = &agreed
		}
	}
	return a, nil
}
