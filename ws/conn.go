package ws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"longwire.example/ws/handshake"
	"longwire.example/ws/protocol"
)

// Conn is a WebSocket connection, of either role.
//
// One goroutine reads. Any number may write, ping and close at any time.
type Conn struct {
	recv protocol.Receiver
	in   inbound // the message that is being handed out
	paid int64   // of the protocol.RateLimit of control frames

	value any // the application's own

	// What a write of a Broadcast needs stands together, here and at the
	// beginning of blocking: of thousands of connections none is in the
	// processor's caches.
	set  *settings
	send protocol.Sender

	// deflate is permessage-deflate where it was agreed on: its in belongs to
	// the read half, its out to the write half.
	deflate *compression

	// How it ends. result is set once.
	result    atomic.Pointer[CloseError]
	closing   atomic.Bool // Close was called
	closeSent atomic.Bool
	role      Role
	traced    bool  // there is a Hooks.Trace
	place     int32 // among the connections of its Group, whose mu guards it

	// What drives it. served is set while a Server's callbacks do, blocking
	// where goroutines wait for the transport.
	served    atomic.Pointer[served]
	*blocking // what a goroutine that waits needs
}

// blocking is what a connection needs besides, whose goroutines wait for its
// transport.
type blocking struct {
	// The write half. Who holds the socket, which is a matter of out, has
	// deflate.out and send.
	atOnce atOnce
	out    outbox
	writes watch
	pings  atomic.Pointer[pings] // nil before the first one

	nc     net.Conn
	origin origin

	// The read half. All of it belongs to whoever holds reading, and so do
	// recv, in and paid.
	reading  lock
	received atomic.Uint32 // counts reads that gave octets: life, for the keepalive
	reads    watch
	idle     idleReader
	buf      []byte  // borrowed while it holds octets; nil otherwise
	r, w     int     // buf[r:w] is received and not yet consumed
	reader   *Reader // who reads the message that is being handed out, if a Reader does
	replies  replies

	// ended is given with the result, and gone when the transport is closed.
	ended   signal
	gone    signal
	leaving atomic.Bool // the transport is being closed, or was

	mu    sync.Mutex // guards what follows
	until *lifetime  // nil while nobody has asked for Context
	alive keepalive
}

// Agreement is what the opening handshake agreed on, for NewConn.
type Agreement struct {
	// Subprotocol is the subprotocol in use, "" for none.
	Subprotocol string
	// Deflate are the parameters of permessage-deflate, nil where it is not in
	// use. How it compresses is said by Options.Compression.
	Deflate *handshake.DeflateParams
}

// NewConn makes a connection of a stream on which the opening handshake is
// done. A stream that is a net.Conn is used as it is; any other is read by one
// goroutine into a bounded buffer, since its reads can't be interrupted, and a
// write that takes longer than it may closes it. A nil o means the defaults;
// what concerns handshakes is not used.
func NewConn(rw io.ReadWriteCloser, role Role, a Agreement, o *Options) (*Conn, error) {
	if role != RoleServer && role != RoleClient {
		return nil, errors.New("ws: NewConn: role is neither RoleServer nor RoleClient")
	}
	s, err := newSettings(o)
	if err != nil {
		return nil, err
	}
	nc, ok := rw.(net.Conn)
	if !ok {
		nc = newStreamConn(rw)
	}
	_ = nc.SetDeadline(time.Time{})
	if a.Deflate != nil {
		if _, err := a.Deflate.Answer(); err != nil {
			return nil, fmt.Errorf("ws: NewConn: %w", err)
		}
	}
	return newConn(nc, role, s, origin{info: &Info{}, subprotocol: a.Subprotocol, deflate: a.Deflate}, nil), nil
}

// waitingConn is a connection of the blocking driver, in one piece.
type waitingConn struct {
	Conn
	half blocking
}

// newConn starts a connection in state OPEN. early holds octets that came
// after the handshake in the same read: they are frames (W13).
//
//req:impl RFC6455-4.1-47
//req:impl RFC6455-4.2.2-17
func newConn(nc net.Conn, role Role, s *settings, o origin, early []byte) *Conn {
	both := new(waitingConn)
	c := &both.Conn
	c.init(role, s, o.deflate)
	c.block(&both.half, nc, o)
	if len(early) > 0 {
		c.keep(early)
		c.trace(Received, early)
	}
	if s.Group != nil {
		s.Group.add(c) // before anything can end it
	}
	c.startKeepalive()
	return c
}

// init makes what every connection has.
func (c *Conn) init(role Role, s *settings, d *handshake.DeflateParams) {
	rules := s.rules(role)
	rules.Deflate = d != nil
	c.set = s
	c.traced = s.Hooks.Trace != nil
	c.role = role
	c.recv = protocol.NewReceiver(rules)
	c.send = protocol.NewSender(role, d != nil)
	control := protocol.NewRateLimit(s.MaxControlRate)
	c.paid = control.Save()
	if d != nil {
		c.deflate = newCompression(role, *d, s.Compression)
	}
}

// block makes half what goroutines need that wait for nc.
func (c *Conn) block(half *blocking, nc net.Conn, o origin) {
	half.nc, half.origin = nc, o
	c.blocking = half
	c.reads.c = c
	c.writes.c, c.writes.write = c, true
	c.atOnce.init(nc)
	c.idle.init(c)
}

// keep puts octets that were received elsewhere into the empty buffer.
func (c *Conn) keep(octets []byte) {
	c.takeBuffer(len(octets))
	c.w = copy(c.buf, octets)
}

// allowControl tells whether a control frame at the time now is within the limit.
func (c *Conn) allowControl(now int64) bool {
	r := protocol.RateLimitFrom(c.set.MaxControlRate, c.paid)
	allowed := r.Allow(now)
	c.paid = r.Save()
	return allowed
}

// Role tells which side of the connection this is.
func (c *Conn) Role() Role { return c.role }

// Subprotocol gives the subprotocol in use, "" for none.
func (c *Conn) Subprotocol() string {
	if l := c.onLoop(); l != nil {
		return l.subprotocol()
	}
	return c.origin.subprotocol
}

// SetValue keeps something of the application's with the connection, for its
// callbacks and functions to find. It is not to be called at the same time as
// another SetValue or Value.
func (c *Conn) SetValue(v any) { c.value = v }

// Value gives what SetValue was given, or nil.
func (c *Conn) Value() any { return c.value }

// Context gives a context that is cancelled when the connection has ended,
// with the *CloseError as its cause.
func (c *Conn) Context() context.Context {
	if l := c.onLoop(); l != nil {
		return l.context()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until == nil {
		base := context.Background()
		if c.origin.base != nil {
			base = context.WithoutCancel(c.origin.base)
		}
		c.until = new(lifetime)
		c.until.ctx, c.until.cancel = context.WithCancelCause(base)
		if e := c.result.Load(); e != nil {
			c.until.cancel(e)
		}
	}
	return c.until.ctx
}

// lifetime is the context of a connection.
type lifetime struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// trace shows octets to Hooks.Trace.
func (c *Conn) trace(d Direction, octets []byte) {
	if c.traced && len(octets) > 0 {
		c.set.Hooks.Trace(c, d, octets)
	}
}
