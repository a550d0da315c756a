package ws

import (
	"bytes"
	"context"
	"net"
	"slices"
)

// serveConn serves a connection in this goroutine.
func (s *Server) serveConn(nc net.Conn) {
	var fn detached
	defer func() {
		if fn == nil { // else runDetached sees to it
			s.left()
		}
	}()
	c, err := s.set.upgrade(s.base, nc)
	if err != nil {
		return // the client has been answered and the Logger told
	}
	if fn = s.callBack(c); fn != nil {
		go s.runDetached(c, fn)
	}
}

// callBack calls the callbacks over the blocking driver, until the connection has
// ended, or is to be detached: then it gives the function.
func (s *Server) callBack(c *Conn) (fn detached) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l := &served{c: c, loop: s.called, phase: phaseOpen, seldom: &seldom{cancel: func(error) { cancel() }}}
	c.served.Store(l)
	s.keep(c)
	defer func() {
		if fn == nil {
			// It has a result, but after a callback with runtime.Goexit.
			_ = c.end(&CloseError{Code: StatusAbnormalClosure, Err: ErrClosedNow})
			s.closed(c)
			s.dismiss(c)
		}
	}()
	l.callOpen()
	for l.serveNext(ctx) {
		if ctx.Err() != nil {
			ctx = context.Background() // Close came right behind Detach
		}
	}
	if fn = l.detachTo(); fn != nil {
		c.served.Store(nil)
	}
	return fn
}

// runDetached runs the function of a connection that has left its loop.
func (s *Server) runDetached(c *Conn, fn detached) {
	defer s.left()
	defer s.dismiss(c)
	defer s.closed(c) // also after runtime.Goexit
	runFunc(c, fn)
}

// runFunc runs a function as that of a Handler.
func runFunc(c *Conn, fn detached) {
	h := handler{fn: fn, set: c.set}
	h.run(c)
}

// closed calls OnClose for a connection that a goroutine drives, when its
// transport is closed.
func (s *Server) closed(c *Conn) {
	<-c.gone.done()
	if f := s.OnClose; f != nil {
		defer c.recovered(false)
		f(c, c.result.Load())
	}
}

func (l *served) callOpen() {
	if f := l.loop.server.OnOpen; f != nil {
		defer l.c.recovered(true)
		f(l.c)
	}
}

func (l *served) callMessage(m Message) {
	if f := l.loop.server.OnMessage; f != nil {
		defer l.c.recovered(true)
		f(l.c, m)
	}
}

// serveNext waits for a message and hands it out. It gives false when the
// connection has ended or is to be detached.
func (l *served) serveNext(ctx context.Context) bool {
	c := l.c
	if l.detachTo() != nil {
		return false
	}
	in := messageLoop{c: c, ctx: ctx}
	defer in.release()
	switch {
	case !in.next():
		return c.result.Load() == nil
	case c.closing.Load():
		return true
	case l.detachTo() != nil:
		// It came too late for OnMessage, so the function reads it.
		c.in = inbound{rest: bytes.Clone(in.message.Data), typ: in.message.Type, open: true, fin: true}
		return false
	}
	l.callMessage(in.message)
	return c.relieve() == nil
}

// relieve writes what is queued, in the goroutine that reads: what is not read
// can't be answered, nor can the peer close before it has the answers.
func (c *Conn) relieve() error {
	if messages, _ := c.Buffered(); messages == 0 {
		return nil
	}
	return c.writeQueued()
}

// queueMessage is Write where a goroutine calls back.
func (c *Conn) queueMessage(t MessageType, p []byte, more [][]byte, m *Prepared) error {
	switch {
	case m != nil:
		return c.tryWrite(&queued{typ: m.typ, prepared: m})
	case len(more) > 0:
		return c.tryWrite(&queued{typ: t, data: slices.Concat(more...)})
	}
	return c.tryWrite(&queued{typ: t, data: p})
}
