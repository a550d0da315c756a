package ws

import (
	"context"
	"errors"
	"net"
	"runtime"
	"sync"
)

// Server accepts WebSocket connections and tells of what happens on them by
// calling functions. On Linux an event loop drives them: a connection on which
// nothing happens costs a few hundred octets, no goroutine and no buffer.
// Elsewhere, and for listeners that are no *net.TCPListener (as with TLS), each
// connection has a goroutine that calls the same functions.
//
// The functions of one connection are never called at the same time, and those of
// connections on one loop neither: as long as one of them has not returned, the
// others of its loop wait. What may take long, or has to wait, goes to another
// goroutine with a copy of the message, and from there Write sends the answer; or
// the whole connection leaves its loop with Conn.Detach. A panic in one of them
// ends its connection with 1011 (internal error), and nothing else.
//
// On such a connection nothing waits:
//   - Read, ReadInto, Reader, Messages, Writer and deadlines are not for it, and
//     give ErrEventLoop. Discard has nothing to do.
//   - Write, Writev, WritePrepared and their Try twins never wait, and may be
//     called from any goroutine; Message.Reply is for OnMessage. What is sent
//     within a callback goes out in one write when there is nothing more to
//     handle. What the peer does not take is queued; when the queue has reached
//     Options.QueueMessages or Options.QueueBytes, the error is ErrBackpressure,
//     and the peer is not read until half of the queue has gone. One message of
//     any size is always taken below that. Conn.Buffered tells how much there is.
//   - Ping sends a Ping and returns; its Pong goes to Hooks.Pong.
//   - Close begins the closing handshake and returns. No message is handed out
//     after that. OnClose tells how it ended.
//
// The fields are not to be changed after the first call of a method, and a Server
// must not be copied.
type Server struct {
	// Options are those of every connection.
	Options *Options

	// OnOpen is called when a request was accepted, before any message. The
	// answer goes out when it returns, and with it what it sends.
	OnOpen func(c *Conn)

	// OnMessage is called for each whole message, in order. Its Data is borrowed
	// until the function returns.
	OnMessage func(c *Conn, m Message)

	// OnClose is called once for each connection that OnOpen was called for (or
	// would have been), as the last of the three, when it is known how it ended.
	OnClose func(c *Conn, err *CloseError)

	// Loops is the number of event loops, each a goroutine with connections of
	// its own. Zero means one for each processor that Go may use (GOMAXPROCS).
	Loops int

	// Pace is how many connections Shutdown begins to close in a second:
	// DefaultPace when zero, all at once when negative.
	Pace int

	mu        sync.Mutex // guards what follows
	set       *settings
	loops     []*loop
	next      int                     // the loop that gets the next connection
	called    *loop                   // stands for the loops where goroutines call back
	listeners map[net.Listener]func() // and what ends the waiting of each one's goroutine
	waiting   map[*Conn]struct{}      // connections that goroutines drive
	calling   sync.WaitGroup          // goroutines that call back
	live      int                     // connections, and handshakes in progress
	down      bool                    // Shutdown or Close was called
	cut       bool                    // what there is was cut off
	empty     chan struct{}           // closed when the last connection has gone after Shutdown
	base      context.Context
	stop      context.CancelFunc // ends handshakes that goroutines wait for
}

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = errors.New("ws: the server is closed")

// ListenAndServe listens on a TCP address, such as ":8080", and serves there as
// Serve does.
func (s *Server) ListenAndServe(addr string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(ln)
}

// Serve accepts connections from ln and serves them until Shutdown or Close is
// called, or accepting fails for good; then it closes ln. The error is never nil:
// ErrServerClosed after Shutdown and Close. Several listeners may be served at
// the same time.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	tcp, ok := ln.(*net.TCPListener)
	if !ok || !hasLoop {
		return s.serve(ln, func() {}, func() error { return s.acceptConns(ln) })
	}
	p, err := newPoller()
	if err != nil {
		return err
	}
	defer p.close()
	wake := func() { p.setDeadline(aLongTimeAgo) }
	return s.serve(ln, wake, func() error { return s.acceptSockets(tcp, p) })
}

// serve accepts from ln. wake ends the waiting for connections, after ln was
// closed.
func (s *Server) serve(ln net.Listener, wake func(), accept func() error) error {
	if err := s.start(ln, wake); err != nil {
		return err
	}
	defer s.forget(ln)
	err := accept()
	if s.stopping() {
		return ErrServerClosed
	}
	return err
}

// start makes what is needed at the first Serve.
func (s *Server) start(ln net.Listener, wake func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return ErrServerClosed
	}
	if s.set == nil {
		set, err := newSettings(s.Options)
		if err != nil {
			return err
		}
		s.set = set.guarded()
		s.called = &loop{server: s, set: s.set}
		s.base, s.stop = context.WithCancel(context.Background())
		s.listeners = map[net.Listener]func(){}
		s.waiting = map[*Conn]struct{}{}
	}
	if _, ok := ln.(*net.TCPListener); ok && hasLoop && s.loops == nil {
		if err := s.startLoops(); err != nil {
			return err
		}
	}
	s.listeners[ln] = wake
	return nil
}

// startLoops starts the event loops. mu is held.
func (s *Server) startLoops() error {
	n := s.Loops
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	for range n {
		lp, err := newLoop(s, s.set)
		if err != nil {
			for _, lp := range s.loops {
				lp.end()
			}
			s.loops = nil
			return err
		}
		s.loops = append(s.loops, lp)
		go lp.run()
	}
	return nil
}

func (s *Server) forget(ln net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, ln)
}

// stopping tells whether Shutdown or Close was called.
func (s *Server) stopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// came counts a connection, which calls back from so many goroutines of its own.
// It gives false when none is taken any more.
func (s *Server) came(goroutines int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return false
	}
	s.live++
	s.calling.Add(goroutines)
	return true
}

// left takes a connection out of the count.
func (s *Server) left() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live--
	if s.live == 0 && s.empty != nil {
		close(s.empty)
		s.empty = nil
	}
}

// keep remembers a connection that a goroutine drives. One that comes while the
// Server shuts down is closed, or cut off, as those were that came before.
func (s *Server) keep(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[c] = struct{}{}
	switch {
	case s.cut:
		go c.cutOff()
	case s.down:
		go goAway(c)
	}
}

func (s *Server) dismiss(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, c)
}
