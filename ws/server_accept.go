package ws

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"time"
)

// The pauses between two attempts to accept when there are no descriptors left,
// or no memory: to try again at once would only burn time.
const (
	minPause = 5 * time.Millisecond
	maxPause = time.Second

	// logEvery is how often that is logged at most.
	logEvery = time.Minute
)

// lookEvery is how often Serve looks whether its listener is still there.
const lookEvery = time.Second

// acceptSockets accepts connections as sockets and hands them out to the loops
// in turn. The goroutine of Serve does it, so that a loop has nothing to do with
// accepting, nor with pauses.
func (s *Server) acceptSockets(ln *net.TCPListener, p *poller) error {
	raw, err := ln.SyscallConn()
	if err != nil {
		return err
	}
	var added error
	err = raw.Control(func(fd uintptr) {
		prepareListener(fd)
		added = p.add(socket(fd), handle{}) //nolint:gosec // G115: a descriptor
	})
	if err = cmp.Or(err, added); err != nil {
		return err
	}
	var a arrival
	var ok bool
	try := func(fd uintptr) { a.fd, a.remote, ok, err = acceptSocket(fd) }
	look := func(uintptr) {}
	return s.accept(func() error {
		// Control holds the descriptor: it can't be closed, and be another's,
		// before the call.
		if e := raw.Control(try); e != nil || err != nil {
			return cmp.Or(e, err)
		}
		if !ok {
			// Whoever closes ln without telling the Server is found out later:
			// the poller says nothing of a descriptor that is gone.
			p.setDeadline(time.Now().Add(lookEvery))
			if err := raw.Control(look); err != nil {
				return err
			}
			return p.wait()
		}
		if !s.came(0) {
			a.fd.close()
			return ErrServerClosed
		}
		if !s.nextLoop().arrive(a) {
			a.fd.close()
			s.left()
		}
		return nil
	})
}

// nextLoop gives the loop that is next in turn.
func (s *Server) nextLoop() *loop {
	s.mu.Lock()
	defer s.mu.Unlock()
	lp := s.loops[s.next]
	s.next = (s.next + 1) % len(s.loops)
	return lp
}

// acceptConns accepts connections for goroutines.
func (s *Server) acceptConns(ln net.Listener) error {
	return s.accept(func() error {
		nc, err := ln.Accept()
		if err != nil {
			return err
		}
		if !s.came(1) {
			_ = nc.Close()
			return ErrServerClosed
		}
		go func() {
			defer s.calling.Done()
			s.serveConn(nc)
		}()
		return nil
	})
}

// accept calls one, which accepts a connection, until it fails for good: because
// the listener or the Server was closed.
func (s *Server) accept(one func() error) error {
	pause := time.Duration(0)
	var told time.Time
	for {
		err := one()
		switch {
		case err == nil:
			pause = 0
			continue
		case errors.Is(err, net.ErrClosed) || errors.Is(err, ErrServerClosed):
			return err
		}
		if l := s.set.Logger; l != nil && time.Since(told) > logEvery {
			told = time.Now()
			l.LogAttrs(context.Background(), slog.LevelError, "websocket server can't accept", slog.Any("error", err))
		}
		pause = min(max(2*pause, minPause), maxPause)
		select {
		case <-time.After(pause):
		case <-s.base.Done():
		}
	}
}
