package ws

import (
	"context"
	"net"
	"sync"
	"time"
)

// deadlineContext is a deadline that can be moved, as a context. NetConn's
// deadlines are such and not those of the transport: one that has passed stops
// the calls of its user and nothing else, while the transport's would stop
// answers to Pings too.
type deadlineContext struct {
	mu     sync.Mutex
	ctx    context.Context // cancelled when the time has come
	cancel context.CancelFunc
	timer  *time.Timer
	closed bool
}

func (d *deadlineContext) init() { d.ctx, d.cancel = context.WithCancel(context.Background()) }

// current gives the context for a call that begins now.
func (d *deadlineContext) current() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ctx
}

// set moves the deadline, for calls in progress too; the zero time is never.
func (d *deadlineContext) set(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	d.stop()
	if d.ctx.Err() != nil {
		d.init()
	}
	if t.IsZero() {
		return nil
	}
	left := time.Until(t)
	if left <= 0 {
		d.cancel()
		return nil
	}
	var timer *time.Timer
	timer = time.AfterFunc(left, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.timer == timer { // not replaced meanwhile
			d.cancel()
		}
	})
	d.timer = timer
	return nil
}

// close ends the calls in progress and all later ones.
func (d *deadlineContext) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.stop()
	d.cancel()
}

func (d *deadlineContext) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
