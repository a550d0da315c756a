package ws

import (
	"context"
	"sync"
	"time"
)

// aLongTimeAgo is a deadline that has passed.
var aLongTimeAgo = time.Unix(1, 0)

// watch lets a context interrupt the blocking calls of one direction, by way
// of the transport's deadline.
//
// The last context stays registered until another one comes, so a loop that
// passes the same context each time pays for no registration. It acts only on
// a call that is in progress with it. Contexts are told apart by their Done
// channels: comparing interface values can panic, and a context derived only
// to carry a value shares its parent's channel.
type watch struct {
	c     *Conn
	write bool // it is about the transport's write deadline, not the read deadline

	mu       sync.Mutex
	done     <-chan struct{}
	stop     func() bool
	own      *time.Time    // the application's own deadline, or that of the end; nil before there was one
	armed    time.Duration // the write timeout in force, since started; zero when it must be set anew
	active   bool
	canceled bool
	ending   bool          // own is the deadline of the end
	released bool          // contexts are not registered any more
	aside    bool          // what is written now is not the application's call
	moved    chan struct{} // closed when own is another; nil while nobody asks
}

// set sets the transport's deadline.
func (w *watch) set(t time.Time) error {
	if w.write {
		return w.c.nc.SetWriteDeadline(t)
	}
	return w.c.nc.SetReadDeadline(t)
}

// enter begins a call with ctx; leave must follow when it returns nil.
func (w *watch) enter(ctx context.Context) error {
	if ctx.Done() == nil {
		return nil
	}
	return w.enterShared(ctx)
}

// enterShared is enter for a call that cut may interrupt, besides ctx.
func (w *watch) enterShared(ctx context.Context) error {
	done := ctx.Done()
	w.mu.Lock()
	if w.done != done && !w.released {
		if w.stop != nil {
			w.stop()
			w.stop = nil
		}
		w.done = done
		if done != nil {
			w.stop = context.AfterFunc(ctx, func() { w.interrupt(done) })
		}
	}
	w.active, w.canceled = true, false
	w.mu.Unlock()
	// Only now: had ctx ended between a check and active being set,
	// interrupt would have found no call in progress, and nothing would end
	// this one.
	if err := ctx.Err(); err != nil {
		w.leave()
		return err
	}
	return nil
}

// cut interrupts the call in progress.
func (w *watch) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.active {
		w.canceled = true
		_ = w.set(aLongTimeAgo)
	}
}

// interrupt ends the call in progress with the context of done.
func (w *watch) interrupt(done <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.active && w.done == done {
		w.canceled = true
		_ = w.set(aLongTimeAgo)
	}
}

// leave ends a call and tells whether its context interrupted it.
func (w *watch) leave() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	canceled := w.active && w.canceled
	w.active, w.canceled = false, false
	if canceled {
		w.armed = 0
		_ = w.set(w.user())
	}
	return canceled
}

// setUser sets the application's deadline, also for a call in progress. Once
// the connection is ending the deadline isn't the application's any more: to
// move it would undo the bound on how long the end takes.
func (w *watch) setUser(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ending {
		return nil
	}
	return w.replace(t)
}

// setEnd sets the deadline of the end.
func (w *watch) setEnd(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ending = true
	return w.replace(t)
}

// user gives the application's own deadline, or that of the end. mu is held.
func (w *watch) user() time.Time {
	if w.own == nil {
		return time.Time{}
	}
	return *w.own
}

// replace sets user. mu is held.
func (w *watch) replace(t time.Time) error {
	if w.own == nil && !t.IsZero() {
		w.own = new(time.Time)
	}
	if w.own != nil {
		*w.own = t
	}
	w.armed = 0
	if w.moved != nil {
		close(w.moved)
		w.moved = nil
	}
	if w.active && w.canceled {
		return nil // leave sets it
	}
	if w.aside && !w.ending {
		return nil // stepBack sets it
	}
	return w.set(t)
}

// stepAside takes the application's deadline off the transport, while octets
// are written that its calls did not write; stepBack must follow. A deadline
// that has passed stops Writes, and not the answers to Pings.
func (w *watch) stepAside() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aside = true
	if !w.user().IsZero() && !w.ending {
		w.armed = 0
		_ = w.set(time.Time{})
	}
}

func (w *watch) stepBack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aside = false
	if !w.user().IsZero() && !w.ending {
		w.armed = 0
		_ = w.set(w.user())
	}
}

// late gives a channel that gets a value when the application's deadline
// comes, nil when there is none, and one that is closed when it is another.
func (w *watch) late() (late <-chan time.Time, moved <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.moved == nil {
		w.moved = make(chan struct{})
	}
	if w.user().IsZero() || w.ending {
		return nil, w.moved
	}
	return time.After(time.Until(w.user())), w.moved
}

// expired tells whether the application's deadline has passed.
func (w *watch) expired() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.user().IsZero() && !time.Now().Before(w.user())
}

// arm sets the deadline of a write that may take up to timeout. To set one for
// each message would cost more than everything else about a small message, so
// it is set a quarter too far and set anew when less than timeout is left.
func (w *watch) arm(timeout time.Duration) {
	if timeout <= 0 {
		return
	}
	now := time.Since(started)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.canceled || w.armed != 0 && w.armed-now >= timeout {
		return
	}
	w.armed = now + timeout + timeout/4
	t := time.Now().Add(timeout + timeout/4)
	if !w.user().IsZero() && w.user().Before(t) && (w.ending || !w.aside) {
		t = w.user()
	}
	_ = w.set(t)
}

// renew makes the next arm set the write timeout anew after it has passed. It
// gives false when it was not that which interrupted the write.
func (w *watch) renew() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.canceled || !w.user().IsZero() && (w.ending || !w.aside) && !time.Now().Before(w.user()) {
		return false
	}
	w.armed = 0
	return true
}

// release forgets the registered context, so that a context that outlives the
// connection does not keep it.
func (w *watch) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.released = true
	if w.stop != nil {
		w.stop()
		w.stop, w.done = nil, nil
	}
}

// SetReadDeadline sets the time after which reads fail with
// os.ErrDeadlineExceeded, those in progress too; the zero time means never. A
// read that fails so leaves the connection usable and loses nothing.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if c.served.Load() != nil {
		return ErrEventLoop
	}
	return c.reads.setUser(t)
}

// SetWriteDeadline sets the time after which writes fail with
// os.ErrDeadlineExceeded, those in progress too; the zero time means that only
// Options.WriteTimeout counts. A write that was cut off after its first octet
// ends the connection, since its frame can't be taken back. What is not written
// by a call of the application, such as a Pong, is not concerned.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if c.served.Load() != nil {
		return ErrEventLoop
	}
	return c.writes.setUser(t)
}
