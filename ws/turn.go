package ws

import (
	"context"
	"os"
	"time"
)

// The socket is held by one goroutine at a time, for one write: a call of the
// application or the goroutine that writes what nobody waits for. Who finds it
// free takes it by one compare-and-swap and needs nothing else. Who does not
// stands in a line of the outbox, and whoever frees the socket hands it on to
// the first there, without anybody coming in between: that one writes its frame
// and those of all that stand behind it (together.go).
const (
	socketHeld   = 1 << iota // somebody holds the socket
	socketWanted             // who frees the socket, or finds it free, is to look at the outbox
	framesHeld               // frames are held back, and go first (held.go)
)

// turn is what somebody wants to write.
type turn uint8

const (
	turnMessage  turn = iota // a message of one frame
	turnPing                 // a Ping: it may go between the fragments of a message
	turnWriter               // the beginning of a message in fragments, without a frame
	turnFragment             // one fragment, by whoever has begun the message
	turnClose                // what is queued, and the Close frame
)

// urgent tells whether it may go while a message in fragments is not complete
// (section 5.4).
func (t turn) urgent() bool { return t == turnPing || t == turnFragment || t == turnClose }

// alone tells whether it does not go together with others.
func (t turn) alone() bool { return t == turnWriter || t == turnFragment || t == turnClose }

// call is a call that stands in line.
type call struct {
	draft
	ctx  context.Context
	turn turn

	wake       chan struct{} // gets a value when the state has changed
	prev, next *call         // in a line; next also in a write and among the spare ones
	after      uint64        // so many messages were queued before it came

	// What becomes of it.
	state callState
	end   int    // of its frame in a write together with others
	rest  []byte // what is left of a frame that is partly out
	err   error
}

type callState uint8

const (
	callWaits callState = iota // in line
	callLeads                  // it holds the socket
	callTaken                  // its frame is part of a write
	callDone
)

// tryTake takes the socket when it is free and nothing is to go first.
func (o *outbox) tryTake() bool { return o.state.CompareAndSwap(0, socketHeld) }

// claim takes the socket when it is free, whatever is to go first: pass must
// follow. Otherwise whoever holds it will look at the outbox. mu is held.
func (o *outbox) claim() bool {
	for {
		switch s := o.state.Load(); {
		case s&socketHeld == 0:
			if o.state.CompareAndSwap(s, s|socketHeld) {
				return true
			}
		case s&socketWanted != 0, o.state.CompareAndSwap(s, s|socketWanted):
			return false
		}
	}
}

// free frees the socket, or hands it on.
func (c *Conn) free() {
	if c.out.state.CompareAndSwap(socketHeld, 0) {
		return
	}
	c.out.mu.Lock()
	asides := c.pass()
	c.out.mu.Unlock()
	if asides {
		go c.flush()
	}
}

// kick sees to it that what is in the outbox gets written.
func (c *Conn) kick() {
	c.out.mu.Lock()
	asides := c.out.claim() && c.pass()
	c.out.mu.Unlock()
	if asides {
		go c.flush()
	}
}

// pass hands the socket, which is held, to the call that is next, or frees it.
// When what nobody waits for is next it does neither: the caller goes on with
// flush. mu is held.
func (c *Conn) pass() (asides bool) {
	o := &c.out
	ended := c.result.Load() != nil
	var next *call
	switch {
	case len(o.rest.octets) > 0 || o.held.n > 0 || o.due() || o.final:
		return true
	case o.urgent.first != nil:
		next = o.urgent.pop()
	case o.open: // only its fragments
	case o.calls.first != nil && o.calls.first.after <= o.taken:
		next = o.calls.pop()
	case len(o.queue) > 0 && !ended:
		return true
	}
	switch {
	case next != nil: // the socket stays held, by that one
		next.becomes(callLeads)
	case o.open || len(o.queue) > 0:
		o.state.Store(socketWanted)
	default:
		o.state.Store(0)
	}
	return false
}

// take waits for a turn that does not go together with others. Without an
// error the socket is held.
func (c *Conn) take(ctx context.Context, t turn) error {
	if !c.out.tryTake() {
		k := c.standInLine(ctx, t, &draft{})
		leads, err := c.await(k), k.err
		c.out.recycle(k)
		if !leads {
			return err
		}
	}
	if err := c.refusal(ctx); err != nil {
		c.free()
		return err
	}
	return nil
}

// refusal says why nothing more is to be written for a call.
func (c *Conn) refusal(ctx context.Context) error {
	if e := c.result.Load(); e != nil {
		return e
	}
	return ctx.Err()
}

// standInLine begins to wait for a turn.
func (c *Conn) standInLine(ctx context.Context, t turn, f *draft) *call {
	o := &c.out
	o.mu.Lock()
	k := o.newCall()
	k.ctx, k.turn, k.draft, k.after = ctx, t, *f, o.queued
	o.line(k).push(k)
	asides := o.claim() && c.pass()
	o.mu.Unlock()
	if asides {
		go c.flush()
	}
	return k
}

// await waits until a call leads, or until it is done with the error that it
// then has.
func (c *Conn) await(k *call) (leads bool) {
	for {
		why := c.awaitTurn(k)
		state := c.look(k, why)
		// While its frame is being written, only its context may still end that:
		// the deadline is the transport's, too, and so is the end.
		for done := k.ctx.Done(); state == callTaken; {
			select {
			case <-k.wake:
				state = c.look(k, nil)
			case <-done:
				state, done = c.look(k, k.ctx.Err()), nil
			}
		}
		if state != callWaits { // else it has been put back into line
			return state == callLeads
		}
	}
}

// look gives the state of a call. One that has a reason not to wait is done
// when it is in line, and when its context has ended while its frame is being
// written, it interrupts that.
func (c *Conn) look(k *call, why error) callState {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case why == nil:
	case k.state == callWaits:
		o.line(k).remove(k)
		k.state, k.err = callDone, why
	case k.state == callTaken && k.ctx.Err() != nil:
		o.cut = true
		c.writes.cut() // it is that write, since it ends under mu
	}
	return k.state
}

// awaitTurn waits until a call is woken, or gives a reason not to wait.
func (c *Conn) awaitTurn(k *call) error {
	for {
		var late <-chan time.Time
		var moved <-chan struct{}
		if k.turn != turnClose { // no deadline of the application's is for it
			late, moved = c.writes.late()
		}
		select {
		case <-k.wake:
			return nil
		case <-c.ended:
			return c.result.Load()
		case <-k.ctx.Done():
			return k.ctx.Err()
		case <-late:
			return os.ErrDeadlineExceeded
		case <-moved:
		}
	}
}
