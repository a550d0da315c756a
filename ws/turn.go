package ws

import "context"

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
	o := &c.out
	o.mu.Lock()
	asides := false
	if next := c.writeForOthers(); next != nil {
		next.becomes(callLeads)
	} else {
		asides = c.pass()
	}
	o.mu.Unlock()
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
	case o.asidesFirst():
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

// asidesFirst tells whether something that nobody waits for goes before all
// calls. mu is held, and the socket.
func (o *outbox) asidesFirst() bool {
	return o.rest != nil || o.held.n > 0 || o.due() || o.final
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
