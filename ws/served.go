package ws

import (
	"context"
	"encoding/binary"
	"net"
	"sync"
	"sync/atomic"

	"longwire.example/ws/handshake"
)

// served is what a connection of a Server needs. There may be very many, so an
// idle one holds no buffer, no goroutine and no timer of its own, and what can be
// worked out when it is asked for is not kept.
//
// Where a goroutine drives the connection, only loop and detach are used; the
// rest is in its blocking half.
type served struct {
	c    *Conn
	loop *loop

	// What follows belongs to the loop's goroutine, and so do the Conn's recv,
	// in and paid.
	lastRead int64 // when octets came last, on the loop's clock
	asked    int64 // of protocol.Keepalive

	// halt tells the loop to take nothing more for now: decide says why.
	halt     atomic.Bool
	lingered int32 // octets discarded at the end

	mu sync.Mutex // guards what follows, and the Conn's send and deflate.out

	queue   *backlog // what the socket did not take; nil when there is nothing
	seldom  *seldom  // nil until something in it is needed
	due     int64    // when the phase ends, or the next keepalive Ping is
	request string   // the head of the request
	chosen  chosen   // the subprotocol
	id      handle
	fd      socket
	remote  endpoint

	phase    phase
	ready    readiness // the loop's goroutine has it, too
	opened   bool      // OnOpen was called, or is about to be
	told     bool      // OnClose was
	waitRoom bool      // the poller tells when the socket takes more
	working  bool      // the loop works on it, and will write what is sent meanwhile
	posted   bool      // the loop was asked to look at it
	paused   bool      // its queue is above the high-water mark
	cut      bool      // the transport is to be closed at once
	timely   bool      // when something is due has changed
}

// readiness is what is known of a socket: the poller tells it once, and it holds
// until a system call finds otherwise.
type readiness uint8

const (
	readyRead  readiness = 1 << iota // there are octets
	readyWrite                       // there is room
	readyEnd                         // behind the octets is their end, or an error
)

// phase is how far a connection is.
type phase uint8

const (
	// phaseOpening: the opening handshake is not complete.
	phaseOpening phase = iota
	// phaseOpen: messages come and go, or the closing handshake has begun.
	phaseOpen
	// phaseEnding: it has a result, or was refused, and what is queued is the
	// last that it sends.
	phaseEnding
	// phaseLingering: what still comes is discarded.
	phaseLingering
	// phaseGone: the descriptor is not its own any more.
	phaseGone
)

// seldom is what most connections need never.
type seldom struct {
	opening *opening // an opening handshake whose request has not come whole
	rest    []byte   // received and not taken yet: the loop's goroutine has it
	restAt  int      // what of rest is taken
	traced  []byte   // sent, and to be shown to Hooks.Trace
	tracing bool     // somebody shows it
	detach  detached // set by Detach
	ctx     context.Context
	cancel  context.CancelCauseFunc
	deflate *handshake.DeflateParams
}

// chosen is where in the request the subprotocol stands. A request has at most
// 16 KiB.
type chosen struct{ at, length uint16 }

// onLoop gives what a connection has that an event loop drives, and nil for any
// other.
func (c *Conn) onLoop() *served {
	if l := c.served.Load(); l != nil && l.loop.poll != nil {
		return l
	}
	return nil
}

func (l *served) subprotocol() string {
	return l.request[l.chosen.at : l.chosen.at+l.chosen.length]
}

// more gives what is seldom needed. mu is held.
func (l *served) more() *seldom {
	if l.seldom == nil {
		l.seldom = new(seldom)
	}
	return l.seldom
}

// has gives what is seldom needed, to look at only. mu is held.
func (l *served) has() *seldom {
	if l.seldom == nil {
		return &nothing
	}
	return l.seldom
}

var nothing seldom

func (l *served) context() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.moved() {
		return l.c.Context()
	}
	a := l.more()
	if a.ctx == nil {
		a.ctx, a.cancel = context.WithCancelCause(context.Background())
		if e := l.c.result.Load(); e != nil {
			a.cancel(e)
		}
	}
	return a.ctx
}

// info makes Info out of the request and the socket.
func (l *served) info() Info {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.moved() {
		return l.c.Info()
	}
	o := l.origin()
	i := o.describe()
	i.RemoteAddr = l.remote.addr()
	if l.phase != phaseGone {
		i.LocalAddr = l.fd.local()
	}
	return i
}

// origin tells how the connection came about. mu is held.
func (l *served) origin() origin {
	return origin{request: l.request, subprotocol: l.subprotocol(), deflate: l.has().deflate}
}

// endpoint is an address of TCP, in the form that takes least room.
type endpoint struct {
	ip   [16]byte
	zone [4]byte // of IPv6, in the byte order of this machine
	port uint16
}

func endpointOf(ip [16]byte, zone uint32, port int) endpoint {
	e := endpoint{ip: ip, port: uint16(port)} //nolint:gosec // G115: a port
	binary.NativeEndian.PutUint32(e.zone[:], zone)
	return e
}

func (e endpoint) addr() net.Addr {
	if e.port == 0 {
		return nil
	}
	a := &net.TCPAddr{IP: net.IP(e.ip[:]), Port: int(e.port)}
	if v4 := a.IP.To4(); v4 != nil {
		a.IP = v4
	}
	if zone := binary.NativeEndian.Uint32(e.zone[:]); zone != 0 {
		if i, err := net.InterfaceByIndex(int(zone)); err == nil {
			a.Zone = i.Name
		}
	}
	return a
}
