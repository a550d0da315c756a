package ws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
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
// An idle connection on TCP or a Unix socket holds no buffer. Where there are
// many, let a new goroutine go on with each: a stack stays as large as the deepest
// call made it, and Upgrade needs four times what a loop over Messages does.
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

// heads are for requests on their way in. Reset makes a Head forget the text, so
// the pool holds no octets of a client.
var heads = sync.Pool{New: func() any { return new(handshake.Head) }}

// upgrade is one opening handshake on a transport.
type upgrade struct {
	set    *settings
	guard  guard
	opened bool
	prompt promptSocket
	head   handshake.Head

	// small has room for the requests of browsers. Larger ones move to a buffer
	// for the longest, which most never need: a crowd of clients that send
	// slowly or nothing is cheaper so.
	small [4 << 10]byte
	large *buffer
}

var upgrades = sync.Pool{New: func() any { return new(upgrade) }}

func (s *settings) upgrade(ctx context.Context, nc net.Conn) (*Conn, error) {
	u := upgrades.Get().(*upgrade)
	u.set, u.guard = s, guard{ctx: ctx, nc: nc}
	defer u.end() // also when OnRequest panics
	if ctx.Err() != nil || !u.prompt.open(nc) {
		u.guard.arm(s.HandshakeTimeout)
	}
	c, err := u.serve()
	if err == nil {
		u.opened = true
		return c, nil
	}
	if r, ok := errors.AsType[*refused](err); ok {
		_ = u.guard.release()
		s.logRefused(r, addrString(nc.RemoteAddr()))
		r.writeTo(nc, u.small[:])
	}
	return nil, err
}

// end gives back what the handshake was done with, and closes the transport if
// it failed.
func (u *upgrade) end() {
	if !u.opened {
		_ = u.guard.nc.Close()
	}
	_ = u.guard.release() // the transport is closed, or the guard was lifted
	if u.large != nil {
		putBuffer(u.large)
	}
	u.head.Reset()
	u.set, u.guard, u.opened, u.large = nil, guard{}, false, nil
	u.prompt.close()
	upgrades.Put(u)
}

// serve is the server's side of the opening handshake. A *refused error has not
// been answered yet.
func (u *upgrade) serve() (*Conn, error) {
	s, g, nc := u.set, &u.guard, u.guard.nc
	t, secure := nc.(secured)
	if secure {
		// TLS comes first, and everything else through it (section 4.2.2,
		// item 1).
		//req:impl RFC6455-4.2.2-02 RFC6455-10.6-01
		if err := t.HandshakeContext(g.ctx); err != nil {
			return nil, fmt.Errorf("ws: upgrade: TLS: %w", g.cause(err))
		}
	}
	b, end, err := u.readRequest()
	if err != nil {
		return nil, s.headFailed(g, err)
	}
	in := u.head.Incoming(secure)
	req := s.requestOf(&in, &u.head, nc.RemoteAddr)
	if req != nil && secure {
		state := t.ConnectionState()
		req.TLS = &state
	}
	// The answer is made behind what was received.
	answer, a, r := s.answer(b[len(b):], &in, req, nil)
	if r != nil {
		return nil, r
	}
	if err = u.write(answer); err != nil {
		return nil, fmt.Errorf("ws: upgrade: %w", g.cause(err))
	}
	g.lift() // the answer is out and the connection is open
	return newConn(nc, RoleServer, s, origin{
		request:     u.head.Text(),
		subprotocol: a.Subprotocol,
		base:        g.ctx,
		deflate:     a.Deflate,
	}, b[end:]), nil
}

// readRequest reads the head of a request, which is the first end octets of b.
func (u *upgrade) readRequest() (b []byte, end int, err error) {
	parse := func(b []byte) (int, error) { return handshake.ParseRequest(b, &u.head) }
	filled := 0
	if !u.guard.armed {
		// The request comes with the connection or right behind it, so often
		// there is nothing to wait for.
		if filled = u.prompt.read(u.small[:]); filled > 0 {
			if end, err = parse(u.small[:filled]); end > 0 || err != nil {
				return u.small[:filled], end, err
			}
		}
		u.guard.arm(u.set.HandshakeTimeout)
	}
	end, filled, err = readHead(u.guard.nc, u.small[:], filled, parse)
	if !errors.Is(err, errHeadBuffer) {
		return u.small[:filled], end, err
	}
	u.large = getBuffer()
	copy(u.large[:], u.small[:])
	end, filled, err = readHead(u.guard.nc, u.large[:], filled, parse)
	return u.large[:filled], end, err
}

// write writes the answer, which the socket of a new connection takes at once.
func (u *upgrade) write(b []byte) error {
	if !u.guard.armed {
		if err := u.guard.ctx.Err(); err != nil {
			return err // OnRequest may have taken long
		}
		if b = b[u.prompt.write(b):]; len(b) == 0 {
			return nil
		}
		u.guard.arm(u.set.HandshakeTimeout)
	}
	_, err := u.guard.nc.Write(b)
	return err
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

func addrString(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}
