package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"longwire.example/ws"
)

// maxPause is the longest pause between two attempts to accept.
const maxPause = time.Second

// rawDriver makes WebSocket connections of TCP connections as they are
// accepted, without net/http: one goroutine each, and no page.
type rawDriver struct {
	*echoer
	stderr io.Writer
	conns  sync.WaitGroup
	ctx    context.Context // of the handshakes
	stop   context.CancelFunc
}

func newRawDriver(e *echoer, stderr io.Writer) *rawDriver {
	d := &rawDriver{echoer: e, stderr: stderr}
	d.ctx, d.stop = context.WithCancel(context.Background())
	return d
}

// serve accepts connections until ln is closed.
func (d *rawDriver) serve(ln net.Listener) error {
	pause := time.Duration(0)
	for {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			pause = 0
			d.conns.Go(func() { d.open(nc) })
		case errors.Is(err, net.ErrClosed):
			return nil
		default:
			// Out of descriptors or memory, or the client has gone: to try
			// at once again would only burn time.
			pause = min(max(2*pause, 5*time.Millisecond), maxPause)
			fmt.Fprintf(d.stderr, "echo: %v; trying again in %v\n", err, pause)
			select {
			case <-time.After(pause):
			case <-d.ctx.Done():
			}
		}
	}
}

func (d *rawDriver) open(nc net.Conn) {
	o, t := d.optionsFor(nil)
	c, err := ws.Upgrade(d.ctx, nc, o)
	if err != nil {
		return // the client has been answered, and the Logger told
	}
	// The stack that the handshake needed would stay as large for as long as
	// the goroutine lives. A new one echoes on a quarter of it.
	d.conns.Go(func() { serve(c, t) })
}

// shutdown closes all connections with 1001. Handshakes in progress have until
// then; one that succeeds meanwhile is closed by the group.
func (d *rawDriver) shutdown(ctx context.Context) {
	_ = d.group.Shutdown(ctx)
	d.stop()
	over := make(chan struct{})
	go func() {
		d.conns.Wait()
		close(over)
	}()
	select {
	case <-over:
	case <-ctx.Done():
	}
}
