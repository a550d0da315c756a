package ws

import (
	"context"
	"net"
	"time"

	"longwire.example/ws/handshake"
)

// guard bounds the I/O of an opening handshake on one transport by a context
// and by time, both by way of the transport's deadline. It is for one
// goroutine.
type guard struct {
	ctx   context.Context
	nc    net.Conn
	armed bool // the transport has a deadline
	stop  func() bool
	done  chan struct{} // closed when the context has touched the transport
}

// newGuard sets the deadline of nc to that of ctx or to timeout from now,
// whichever is sooner; no timeout is 0.
func newGuard(ctx context.Context, nc net.Conn, timeout time.Duration) guard {
	g := guard{ctx: ctx, nc: nc}
	g.arm(timeout)
	return g
}

// arm begins what newGuard says, for a guard that did nothing so far. A
// deadline costs more than a handshake that has to wait for nothing, so those
// that may be of this kind do without until they wait.
func (g *guard) arm(timeout time.Duration) {
	if g.armed {
		return
	}
	g.armed = true
	ctx, nc := g.ctx, g.nc
	var t time.Time
	if timeout > 0 {
		t = time.Now().Add(timeout)
	}
	if d, ok := ctx.Deadline(); ok && (t.IsZero() || d.Before(t)) {
		t = d
	}
	_ = nc.SetDeadline(t)
	if ctx.Done() != nil {
		done := make(chan struct{})
		g.done = done
		g.stop = context.AfterFunc(ctx, func() {
			_ = nc.SetDeadline(aLongTimeAgo)
			close(done)
		})
	}
}

// lift ends the guard of a handshake that is complete: its deadline must not
// outlive it, and a context that ends now comes too late.
func (g *guard) lift() {
	_ = g.release()
	if g.armed {
		_ = g.nc.SetDeadline(time.Time{})
	}
}

// release ends the guard, so that the context no longer touches the transport.
// The error says that it already did.
func (g *guard) release() error {
	if g.stop == nil || g.stop() {
		g.stop = nil
		return nil
	}
	<-g.done // released once, a context that ended stays to be told
	return g.ctx.Err()
}

// cause says why I/O failed with err: the context's error, or ErrTimeout, or
// err itself.
func (g *guard) cause(err error) error {
	if e := g.ctx.Err(); e != nil {
		return e
	}
	if !isTimeout(err) {
		return err
	}
	if t, ok := g.ctx.Deadline(); ok && !time.Now().Before(t) {
		return context.DeadlineExceeded // the context is about to notice
	}
	return handshake.ErrTimeout
}
