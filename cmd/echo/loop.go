package main

import (
	"context"
	"errors"
	"net"

	"longwire.example/ws"
)

// loopDriver has an event loop drive the connections, without net/http: no page,
// and no goroutine for each of them, except with TLS and on systems other than
// Linux.
type loopDriver struct{ server ws.Server }

func newLoopDriver(e *echoer) *loopDriver {
	d := new(loopDriver)
	o := e.options
	o.Group = nil // the server itself knows its connections
	if e.trace != nil {
		all := newTaps(func() *tap { return e.tap(nil) })
		o.Hooks = all.hooks()
		d.server.OnOpen = func(c *ws.Conn) { all.find(c).start(c) }
	}
	d.server.Options = &o
	d.server.OnMessage = echoOne
	d.server.Pace = -1 // all at once: there is little time
	return d
}

// echoOne sends a message back. While a peer takes nothing, no more than the
// queue holds is read from it, so an error means that the connection has ended.
func echoOne(_ *ws.Conn, m ws.Message) { _ = m.Reply(m.Type, m.Data) }

// serve accepts connections until shutdown is called.
func (d *loopDriver) serve(ln net.Listener) error {
	err := d.server.Serve(ln)
	if errors.Is(err, ws.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// shutdown closes all connections with 1001, and refuses handshakes that are in
// progress.
func (d *loopDriver) shutdown(ctx context.Context) { _ = d.server.Shutdown(ctx) }
