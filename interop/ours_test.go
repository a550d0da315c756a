package interop

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"runtime"
	"testing"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

var longwire = implementation{
	name:  "longwire",
	start: func(*testing.T) peer { return &ours{wire: newWire(ws.RoleServer), server: byAccept} },
}

// byWay is how our server makes connections.
type byWay int

const (
	byAccept  byWay = iota // net/http and ws.Accept
	byUpgrade              // a TCP listener and ws.Upgrade
	byServer               // a TCP listener and a ws.Server: an event loop, on Linux
)

// ours is Longwire.
type ours struct {
	wire        *wire
	server      byWay
	compression *ws.Compression // nil: off
}

func (o *ours) options(e *ourEnd, subprotocols []string) ws.Options {
	return ws.Options{
		Subprotocols: subprotocols,
		Compression:  o.compression,
		Hooks: ws.Hooks{
			Trace: o.wire.trace,
			End: func(_ *ws.Conn, err *ws.CloseError) {
				e.result = err
				close(e.over)
			},
		},
	}
}

// listen's server takes one connection; the next one would be told apart by
// nothing.
func (o *ours) listen(t *testing.T, subprotocols []string) listener {
	t.Helper()
	ln := listen(t)
	e := newOurEnd()
	opts := o.options(e, subprotocols)
	attempts := make(chan attempt, 1)
	accepted := func(c *ws.Conn, err error) {
		if err == nil {
			e.start(t, c)
		}
		attempts <- attempt{e, err}
	}
	switch o.server {
	case byUpgrade:
		run(t, ln.Close, func() {
			if nc, err := ln.Accept(); err == nil {
				accepted(ws.Upgrade(t.Context(), nc, &opts))
			}
		})
	case byServer:
		srv := e.server(&opts, attempts)
		run(t, srv.Close, func() { _ = srv.Serve(ln) })
	case byAccept:
		srv := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			accepted(ws.Accept(w, r, &opts))
		})}
		run(t, srv.Close, func() { _ = srv.Serve(ln) })
	}
	return listener{url: urlOf(ln), attempts: attempts}
}

func (o *ours) dial(ctx context.Context, t *testing.T, url string, subprotocols []string) (end, error) {
	e := newOurEnd()
	c, _, err := ws.Dial(ctx, url, &ws.DialOptions{Options: o.options(e, subprotocols), Proxy: ws.NoProxy}) //nolint:bodyclose // its doc says that there is no need
	if err != nil {
		return nil, err
	}
	e.start(t, c)
	return e, nil
}

// ourEnd reads all the time.
type ourEnd struct {
	c      *ws.Conn
	queue  chan event
	closed chan error // what Close returned, if we closed
	over   chan struct{}
	result *ws.CloseError // how it ended, once over is closed
}

func newOurEnd() *ourEnd {
	return &ourEnd{queue: eventQueue(), over: make(chan struct{}), closed: make(chan error, 1)}
}

func (e *ourEnd) start(t *testing.T, c *ws.Conn) {
	e.c = c
	run(t, c.CloseNow, e.read)
}

func (e *ourEnd) read() {
	defer close(e.queue)
	for {
		kind, payload, err := e.c.Read(context.Background())
		if err != nil {
			if ce, ok := errors.AsType[*ws.CloseError](err); ok {
				e.queue <- ended(ce.Code, ce.Reason, ce.Err)
			} else {
				e.queue <- ended(0, "", err)
			}
			return
		}
		e.queue <- message(kind, payload)
	}
}

// server gives a Server that makes its one connection ours.
func (e *ourEnd) server(o *ws.Options, attempts chan<- attempt) *ws.Server {
	return &ws.Server{
		Options: o,
		OnOpen: func(c *ws.Conn) {
			e.c = c
			attempts <- attempt{e, nil}
		},
		OnMessage: func(_ *ws.Conn, m ws.Message) { e.queue <- message(m.Type, bytes.Clone(m.Data)) },
		OnClose: func(_ *ws.Conn, err *ws.CloseError) {
			e.queue <- ended(err.Code, err.Reason, err.Err)
			close(e.queue)
		},
	}
}

func (e *ourEnd) subprotocol() string  { return e.c.Subprotocol() }
func (e *ourEnd) events() <-chan event { return e.queue }

// send waits where the connection itself does not: a Server's does not.
func (e *ourEnd) send(ctx context.Context, kind ws.MessageType, payload []byte) error {
	for {
		err := e.c.Write(ctx, kind, payload)
		if !errors.Is(err, ws.ErrBackpressure) {
			return err
		}
		runtime.Gosched()
	}
}

func (e *ourEnd) fragments(ctx context.Context, kind ws.MessageType, parts [][]byte, ping []byte) error {
	w, err := e.c.Writer(ctx, kind)
	if err != nil {
		return err
	}
	for i, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if i == 0 && ping != nil {
			if _, err := e.c.Ping(ctx, ping...); err != nil {
				return err
			}
		}
	}
	return w.Close()
}

func (e *ourEnd) ping(ctx context.Context, payload []byte) error {
	_, err := e.c.Ping(ctx, payload...)
	return err
}

// close runs beside the rest of the scenario: Close waits for the other end.
func (e *ourEnd) close(_ context.Context, code frame.CloseCode, reason string) error {
	go func() { e.closed <- e.c.Close(code, reason) }()
	return nil
}

// end waits until nothing is left of the connection and says what was wrong
// with its end. A clean one has no cause.
func (e *ourEnd) end(ctx context.Context) error {
	select {
	case <-e.over:
	case <-ctx.Done():
		return errors.New("the transport was not closed")
	}
	if e.result.Err != nil {
		return e.result
	}
	if e.result.Remote {
		return nil
	}
	select {
	case err := <-e.closed:
		return err
	case <-ctx.Done():
		return errors.New("our Close did not return")
	}
}
