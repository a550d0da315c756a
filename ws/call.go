package ws

import (
	"context"
	"os"
	"time"
)

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
	asked bool   // it knows that it is callTaken, and waits to be told of the next state
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
	k.asked = k.state == callTaken
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
		case <-c.ended.done():
			return c.result.Load()
		case <-k.ctx.Done():
			return k.ctx.Err()
		case <-late:
			return os.ErrDeadlineExceeded
		case <-moved:
		}
	}
}

// line gives the line that a call stands in.
func (o *outbox) line(k *call) *line {
	if k.turn.urgent() {
		return &o.urgent
	}
	return &o.calls
}

// putBack gives a call that is in line again its state. mu is held.
func (k *call) putBack() {
	if k.state = callWaits; k.asked {
		k.becomes(callWaits)
	}
}

// becomes wakes a call with a new state. mu is held.
func (k *call) becomes(s callState) {
	k.state = s
	select {
	case k.wake <- struct{}{}:
	default: // it has not looked since the last time
	}
}

// maxSpare is how many calls a connection keeps to use again.
const maxSpare = 16

// newCall gives a call with nothing in it. A connection has its own spare ones,
// since a channel must not leave the synctest bubble where it was made. mu is
// held.
func (o *outbox) newCall() *call {
	k := o.spare
	if k == nil {
		return &call{wake: make(chan struct{}, 1)}
	}
	o.spare, k.next = k.next, nil
	o.spares--
	return k
}

// recycle takes back a call that is of no more use.
func (o *outbox) recycle(k *call) {
	select {
	case <-k.wake: // it saw its state without
	default:
	}
	*k = call{wake: k.wake} // it must not keep the application's memory
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.spares < maxSpare {
		o.spare, k.next = k, o.spare
		o.spares++
	}
}
