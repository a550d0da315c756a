package handshake

import (
	"errors"
	"fmt"
)

// Request is what a client asks for.
type Request struct {
	URI        URI
	Key        string      // of NewKey
	Origin     string      // empty: none is sent
	Protocols  []string    // subprotocols, favourite first
	Extensions []Extension // in order of preference
	Extra      []Field     // any other fields: Cookie, Authorization, ...
}

// Errors of requests that can't be written. They come wrapped with details;
// ErrFieldName, ErrFieldValue and ErrReservedField are for Extra.
var (
	ErrRequestURI       = errors.New("websocket handshake: URI is not one of ParseURI")
	ErrRequestKey       = errors.New("websocket handshake: key is not base64 of 16 octets")
	ErrRequestOrigin    = errors.New("websocket handshake: origin can't be sent")
	ErrRequestProtocols = errors.New("websocket handshake: subprotocols are not different tokens")
)

// AppendRequest appends the whole request of section 4.1. It fails, and
// appends nothing, when a part of r would not make a valid head: CR, LF and
// NUL never reach the wire. Errors are plain ones.
func AppendRequest(dst []byte, r *Request) ([]byte, error) {
	if err := r.check(); err != nil {
		return dst, err
	}
	// A GET of HTTP/1.1 for the resource name, with the host and, when it is
	// not the default, the port (section 4.1, items 1 to 4).
	//req:impl RFC6455-4.1-19 RFC6455-4.1-20 RFC6455-4.1-21 RFC6455-4.1-22 RFC6455-4.1-23
	dst = append(dst, "GET "...)
	dst = append(dst, r.URI.Resource...)
	dst = append(dst, " HTTP/1.1\r\n"...)
	dst = appendField(dst, "Host", r.URI.Authority())
	// Upgrade, Connection, key and version (items 5 to 9), each once.
	//req:impl RFC6455-4.1-24 RFC6455-4.1-25 RFC6455-4.1-26 RFC6455-4.1-31 RFC6455-4.1-32
	//req:impl RFC6455-11.3.1-01 RFC6455-11.3.5-02
	dst = append(dst, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"...)
	dst = appendField(dst, "Sec-WebSocket-Key", r.Key)
	// Origin is for clients to which it means something (item 8).
	//req:impl RFC6455-4.1-30
	if r.Origin != "" {
		dst = appendField(dst, "Origin", r.Origin)
	}
	//req:impl RFC6455-4.1-33
	if len(r.Protocols) > 0 {
		dst = appendList(dst, "Sec-WebSocket-Protocol", r.Protocols)
	}
	//req:impl RFC6455-4.1-36 RFC6455-9-01 RFC7692-5-01 RFC7692-5-02
	if len(r.Extensions) > 0 {
		dst = append(dst, "Sec-WebSocket-Extensions: "...)
		dst = AppendExtensions(dst, r.Extensions)
		dst = append(dst, "\r\n"...)
	}
	// Cookies, Authorization and others are the caller's (item 12).
	//req:impl RFC6455-4.1-37
	for _, f := range r.Extra {
		dst = appendField(dst, f.Name, f.Value)
	}
	return append(dst, "\r\n"...), nil
}

func (r *Request) check() error {
	if _, ok := parseAuthority(r.URI.Authority()); !ok ||
		!validTarget("GET", r.URI.Resource) || r.URI.Resource[0] != '/' {
		return ErrRequestURI
	}
	if !validKey(r.Key) {
		return ErrRequestKey
	}
	if r.Origin != "" && !only(r.Origin, classTarget) {
		return fmt.Errorf("%w: %s", ErrRequestOrigin, quote(r.Origin))
	}
	// Subprotocols are tokens, all different (item 10).
	//req:impl RFC6455-4.1-34 RFC6455-4.1-35
	for _, p := range r.Protocols {
		if !isToken(p) {
			return fmt.Errorf("%w: %s", ErrRequestProtocols, quote(p))
		}
	}
	if p, ok := repeated(r.Protocols); ok {
		return fmt.Errorf("%w: %s", ErrRequestProtocols, quote(p))
	}
	for _, e := range r.Extensions {
		if err := e.Check(); err != nil {
			return err
		}
	}
	return r.checkExtra()
}

func (r *Request) checkExtra() error {
	origins := 0
	if r.Origin != "" {
		origins = 1
	}
	for _, f := range r.Extra {
		if err := f.Check(); err != nil {
			return err
		}
		if equalFold(f.Name, "Origin") {
			if origins++; origins > 1 {
				return fmt.Errorf("%w: more than one", ErrRequestOrigin)
			}
		}
	}
	return nil
}
