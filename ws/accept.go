package ws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"longwire.example/ws/handshake"
)

// Accept makes a WebSocket connection of a request that a net/http server
// received. On an error the client has been answered and the handler only has
// to return; the error then holds a *handshake.Error.
//
// The fields that w.Header() has already go into the answer, except for those
// that are the handshake's own. Accept works behind middleware that wraps the
// ResponseWriter as long as each wrapper has an Unwrap method
// (http.ResponseController).
//
// The connection does not end with r's context or when the handler returns.
// A handler that stays keeps its goroutine and the buffers of net/http alive.
// One that returns and leaves the connection to another goroutine, as Handler
// does, gives them back.
func Accept(w http.ResponseWriter, r *http.Request, o *Options) (*Conn, error) {
	s, err := newSettings(o)
	if err != nil {
		return nil, s.refuse(w, r, &refused{answer: errInternal, cause: err})
	}
	return s.accept(w, r)
}

func (s *settings) refuse(w http.ResponseWriter, r *http.Request, why *refused) error {
	s.logRefused(why, r.RemoteAddr)
	why.write(w, r)
	return why
}

func (s *settings) accept(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	if r.ProtoMajor != 1 {
		return nil, s.refuse(w, r, &refused{answer: errHTTP2})
	}
	if fieldLines(r) > handshake.DefaultFields {
		return nil, s.refuse(w, r, &refused{answer: handshake.ErrFieldCount})
	}
	in := handshake.Incoming{
		Method: r.Method, Major: r.ProtoMajor, Minor: r.ProtoMinor,
		Host: r.Host, Target: r.RequestURI, Secure: r.TLS != nil,
		Body: r.ContentLength != 0, Fields: r.Header,
	}
	var req *Request
	if s.OnRequest != nil {
		req = &Request{
			Method: in.Method, Target: in.Target, Host: in.Host, Secure: in.Secure, TLS: r.TLS,
			Header: r.Header, Response: http.Header{}, RemoteAddr: r.RemoteAddr,
		}
	}
	scratch := getBuffer()
	defer putBuffer(scratch)
	b, a, why := s.answer(scratch[:0], &in, req, ownFields(w.Header()))
	if why != nil {
		return nil, s.refuse(w, r, why)
	}
	nc, early, err := hijack(w)
	if err != nil {
		answer := errInternal
		if errors.Is(err, http.ErrNotSupported) {
			answer = errHijack
		}
		return nil, s.refuse(w, r, &refused{answer: answer, cause: err})
	}
	// This takes the place of the server's deadlines.
	g := newGuard(context.Background(), nc, s.HandshakeTimeout)
	if _, err = nc.Write(b); err != nil {
		_ = nc.Close()
		return nil, fmt.Errorf("ws: accept: %w", g.cause(err))
	}
	g.lift()
	return newConn(nc, RoleServer, s, origin{
		info:        &Info{HTTPVersion: "HTTP/1.1", Target: in.Target, Host: in.Host, Header: r.Header},
		subprotocol: a.Subprotocol,
		base:        r.Context(),
		deflate:     a.Deflate,
	}, early), nil
}

// fieldLines counts the field lines of a request. net/http bounds their octets
// and not their number, and takes Host out.
func fieldLines(r *http.Request) int {
	n := 1
	for _, values := range r.Header {
		n += len(values)
	}
	return n
}

// ownFields are the fields of h that may go into the answer.
func ownFields(h http.Header) []handshake.Field {
	if len(h) == 0 {
		return nil
	}
	all := handshake.FieldsOf(h)
	own := all[:0]
	for _, f := range all {
		if !handshake.Reserved(f.Name) {
			own = append(own, f)
		}
	}
	return own
}

// hijack takes the connection over from net/http, with what net/http has read
// beyond the request: those octets are frames (W13).
func hijack(w http.ResponseWriter) (net.Conn, []byte, error) {
	nc, rw, err := http.NewResponseController(w).Hijack()
	switch {
	case errors.Is(err, http.ErrNotSupported):
		return nil, nil, fmt.Errorf("the ResponseWriter %T has neither Hijack nor an Unwrap that leads to one: %w", w, err)
	case err != nil:
		return nil, nil, fmt.Errorf("hijack: %w", err)
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	return nc, early, nil
}
