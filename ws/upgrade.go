package ws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"longwire.example/ws/handshake"
)

// Upgrade makes a WebSocket connection of one that was just accepted, without
// net/http: it reads the request, judges it and answers. A connection with a
// HandshakeContext method, such as a *tls.Conn, shakes hands on TLS first.
//
// All of it takes no longer than ctx and Options.HandshakeTimeout. ctx does
// not bound the connection; its values are those of Conn.Context. On an error
// the client has got a whole HTTP response, unless it went away or TLS failed,
// and c is closed. The error then holds a *handshake.Error.
//
// An idle connection on TCP or a Unix socket holds no buffer.
func Upgrade(ctx context.Context, c net.Conn, o *Options) (*Conn, error) {
	s, err := newSettings(o)
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return s.upgrade(ctx, c)
}

// secured is a transport with TLS: a *tls.Conn, or what embeds one.
type secured interface {
	HandshakeContext(ctx context.Context) error
	ConnectionState() tls.ConnectionState
}

// heads are for requests on their way in. Reset makes a Head forget the text
// and keep its lists, so the pool holds no octets of a client.
var heads = sync.Pool{New: func() any { return new(handshake.Head) }}

func (s *settings) upgrade(ctx context.Context, nc net.Conn) (*Conn, error) {
	opened := false
	defer func() {
		if !opened { // also when OnRequest panics
			_ = nc.Close()
		}
	}()
	g := newGuard(ctx, nc, s.HandshakeTimeout)
	defer g.release() //nolint:errcheck // the conn is closed, or it was looked at before
	small := headBuffers.Get().(*headBuffer)
	defer headBuffers.Put(small)

	c, err := s.serveHandshake(&g, nc, small)
	if err == nil {
		opened = true
		return c, nil
	}
	if r, ok := errors.AsType[*refused](err); ok {
		_ = g.release()
		s.logRefused(r, addrString(nc.RemoteAddr()))
		r.writeTo(nc, small[:])
	}
	return nil, err
}

// headBuffer has room for the requests of browsers. Larger ones move to a
// buffer for the longest; most never need it, and a crowd of clients that send
// slowly or nothing is cheaper.
type headBuffer [4 << 10]byte

var headBuffers = sync.Pool{New: func() any { return new(headBuffer) }}

// readRequest reads the head of a request into small or, when it does not fit,
// into a buffer that release gives back.
func readRequest(nc net.Conn, small *headBuffer, h *handshake.Head) (b []byte, end int, release func(), err error) {
	parse := func(b []byte) (int, error) { return handshake.ParseRequest(b, h) }
	end, filled, err := readHead(nc, small[:], 0, parse)
	if !errors.Is(err, errHeadBuffer) {
		return small[:filled], end, func() {}, err
	}
	large := getBuffer()
	copy(large[:], small[:])
	end, filled, err = readHead(nc, large[:], filled, parse)
	return large[:filled], end, func() { putBuffer(large) }, err
}

// serveHandshake is the server's side of the opening handshake. A *refused
// error has not been answered yet.
func (s *settings) serveHandshake(g *guard, nc net.Conn, small *headBuffer) (*Conn, error) {
	t, secure := nc.(secured)
	if secure {
		// TLS comes first, and everything else through it (section 4.2.2,
		// item 1).
		//req:impl RFC6455-4.2.2-02 RFC6455-10.6-01
		if err := t.HandshakeContext(g.ctx); err != nil {
			return nil, fmt.Errorf("ws: upgrade: TLS: %w", g.cause(err))
		}
	}
	h := heads.Get().(*handshake.Head)
	defer func() {
		h.Reset()
		heads.Put(h)
	}()
	b, end, release, err := readRequest(nc, small, h)
	defer release()
	if err != nil {
		return nil, s.headFailed(g, err)
	}
	in := h.Incoming(secure)
	var req *Request
	if s.OnRequest != nil {
		req = &Request{
			Method: in.Method, Target: in.Target, Host: in.Host, Secure: secure,
			Header: headerOf(h), Response: http.Header{}, RemoteAddr: addrString(nc.RemoteAddr()),
		}
		if secure {
			state := t.ConnectionState()
			req.TLS = &state
		}
	}
	// The answer is made behind what was received.
	answer, a, r := s.answer(b[len(b):], &in, req, nil)
	if r != nil {
		return nil, r
	}
	if _, err = nc.Write(answer); err != nil {
		return nil, fmt.Errorf("ws: upgrade: %w", g.cause(err))
	}
	// The answer is out and the connection is open. A context that ends now
	// comes too late; newConn undoes what it did to the deadline.
	_ = g.release()
	text := string(b[:end])
	return newConn(nc, RoleServer, s, Info{
		Subprotocol: within(text, a.Subprotocol),
		HTTPVersion: "HTTP/1.1",
		Target:      within(text, in.Target),
		Host:        within(text, in.Host),
		LocalAddr:   nc.LocalAddr(),
		RemoteAddr:  nc.RemoteAddr(),
		request:     text,
		base:        context.WithoutCancel(g.ctx),
		Extensions:  extensionNames(a.Extensions),
	}, a.Deflate, b[end:]), nil
}

// headFailed tells what it means that no request could be read.
func (s *settings) headFailed(g *guard, err error) error {
	switch cause := g.cause(err); {
	case errors.Is(cause, context.DeadlineExceeded):
		return &refused{answer: handshake.ErrTimeout, cause: cause}
	case errors.Is(cause, context.Canceled):
		return &refused{answer: errStopped, cause: cause}
	default:
		if e, ok := errors.AsType[*handshake.Error](cause); ok {
			return &refused{answer: e}
		}
		return fmt.Errorf("ws: upgrade: no request: %w", cause)
	}
}

var errHeadBuffer = errors.New("ws: head does not fit its buffer")

// readHead reads until parse has a head. end is where the head ends in buf,
// filled where the octets received end: those between the two are frames
// (W13). buf holds filled octets to begin with; when it has no room for the
// head, the error is errHeadBuffer.
func readHead(nc net.Conn, buf []byte, filled int, parse func([]byte) (int, error)) (end, _ int, err error) {
	for empty := 0; empty < 100; {
		if filled == len(buf) {
			return 0, filled, errHeadBuffer
		}
		n, err := nc.Read(buf[filled:])
		filled += n
		if n == 0 {
			empty++
		} else if end, e := parse(buf[:filled]); end > 0 || e != nil {
			return end, filled, e
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) && filled > 0:
			return 0, filled, io.ErrUnexpectedEOF
		default:
			return 0, filled, err
		}
	}
	return 0, filled, io.ErrNoProgress
}

// within gives s as a part of text, so that only one of them is kept.
func within(text, s string) string {
	if i := strings.Index(text, s); i >= 0 {
		return text[i : i+len(s)]
	}
	return s
}

func addrString(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}
