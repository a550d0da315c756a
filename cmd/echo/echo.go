package main

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"longwire.example/ws"
)

// subprotocols are the names that the server answers to. It does the same
// whichever is chosen.
var subprotocols = []string{"echo", "echo.longwire.example"}

// echoer is what the drivers do with a connection.
type echoer struct {
	options ws.Options // of connections that nobody watches
	group   ws.Group   // all connections
	trace   io.Writer  // nil without -trace
	count   atomic.Uint64
}

func newEchoer(cfg config, stderr io.Writer) *echoer {
	e := &echoer{group: ws.Group{Pace: -1}} // all at once: there is little time
	e.options = ws.Options{
		Subprotocols: subprotocols,
		Origins:      cfg.origins,
		MaxMessage:   cfg.maxMessage,
		Compression:  cfg.compression,
		CloseTimeout: cfg.closeTimeout,
		Group:        &e.group,
	}
	if cfg.trace {
		e.trace = stderr
	}
	if !cfg.quiet {
		e.options.Logger = slog.New(slog.NewTextHandler(stderr, nil))
	}
	return e
}

// echo sends each message back until the connection ends. The end of the
// connection ends the loop, so it needs no context that could end.
func echo(c *ws.Conn) error {
	for m, err := range c.Messages(context.Background()) {
		if err != nil {
			return err
		}
		if err := m.Reply(m.Type, m.Data); err != nil {
			return err
		}
	}
	return nil
}

// serve echoes on a connection to its end.
func serve(c *ws.Conn, t *tap) {
	if t != nil {
		t.start(c)
	}
	_ = echo(c) // the connection says how it ended to its Logger and hooks
	_ = c.Close(ws.StatusNormalClosure, "")
}

// optionsFor gives the options for a connection that st, if not nil, and -trace
// want to see, with its tap; or those for all others, and nil.
func (e *echoer) optionsFor(st *stream) (*ws.Options, *tap) {
	if st == nil && e.trace == nil {
		return &e.options, nil
	}
	t := e.tap(st)
	o := e.options
	o.Hooks = t.hooks()
	return &o, t
}

// tap makes the tap of a connection that st, if not nil, and -trace want to see.
func (e *echoer) tap(st *stream) *tap {
	number := e.count.Add(1)
	var observers []observer
	if e.trace != nil {
		observers = append(observers, &tracer{w: e.trace, number: number})
	}
	if st != nil {
		observers = append(observers, &feed{stream: st, number: number, start: time.Now()})
	}
	return newTap(e.options.MaxMessage, observers...)
}
