package ws

import (
	"net"
	"net/http"
	"sync"

	"longwire.example/ws/handshake"
)

// offers are for requests that are judged. Reset makes an Offer forget them.
var offers = sync.Pool{New: func() any { return new(handshake.Offer) }}

// answer decides about a request and appends the whole 101 to dst. req is what
// Options.OnRequest sees, nil when there is none; extra are fields for the
// answer.
func (s *settings) answer(dst []byte, in *handshake.Incoming, req *Request, extra []handshake.Field) ([]byte, handshake.Agreement, *refused) {
	offer := offers.Get().(*handshake.Offer)
	defer func() {
		offer.Reset()
		offers.Put(offer)
	}()
	if err := offer.Read(in); err != nil {
		return dst, handshake.Agreement{}, refusal(err, errInternal)
	}
	a, err := s.policy.Decide(offer)
	if err != nil {
		return dst, a, refusal(err, errInternal)
	}
	if req != nil {
		// Whether there is a service for this target is the application's to
		// know; what it refuses is answered with an HTTP error and goes no
		// further (section 4.2.2, item 4).
		//req:impl RFC6455-4.2.2-07
		err := s.OnRequest(req)
		added := handshake.FieldsOf(req.Response)
		if err != nil {
			return dst, a, refusal(err, errForbidden).with(added)
		}
		extra = append(extra, added...)
	}
	b, err := handshake.AppendResponse(dst, offer, &a, extra)
	if err != nil {
		// Fields that can't be written are a mistake on this side.
		return dst, a, &refused{answer: errInternal, cause: err}
	}
	return b, a, nil
}

// headerOf makes an http.Header of a head.
// requestOf makes what Options.OnRequest sees of a request that was read here,
// nil when nobody looks.
func (s *settings) requestOf(in *handshake.Incoming, h *handshake.Head, remote func() net.Addr) *Request {
	if s.OnRequest == nil {
		return nil
	}
	return &Request{
		Method: in.Method, Target: in.Target, Host: in.Host, Secure: in.Secure,
		Header: headerOf(h), Response: http.Header{}, RemoteAddr: addrString(remote()),
	}
}

func headerOf(h *handshake.Head) http.Header {
	m := make(http.Header, h.Len())
	for name, value := range h.All() {
		name = http.CanonicalHeaderKey(name)
		m[name] = append(m[name], value)
	}
	return m
}
