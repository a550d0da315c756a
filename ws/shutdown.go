package ws

import (
	"context"
	"fmt"
	"math"
	"time"
)

// DefaultPace is the default of Group.Pace, in connections a second.
const DefaultPace = 1000

// paceTick is how often Shutdown closes the connections that are due.
const paceTick = 10 * time.Millisecond

// ShutdownError tells that Group.Shutdown or Server.Shutdown had to cut
// connections off.
type ShutdownError struct {
	CutOff int   // connections ended without a complete closing handshake
	Err    error // why it did not wait longer: the cause of its context
}

// Error gives the number and the cause.
func (e *ShutdownError) Error() string {
	return fmt.Sprintf("ws: shutdown cut off connections: %d: %v", e.CutOff, e.Err)
}

// Unwrap gives the cause.
func (e *ShutdownError) Unwrap() error { return e.Err }

// Shutdown ends every connection of the group with 1001 (going away) and
// returns when all of them are gone and their Hooks.End have returned. From its
// first moment on, a connection that is added is closed with 1001 at once, for
// good: a Group does not open again.
//
// The closing handshakes do not begin all at once, since clients that lose
// their connection at the same moment come back at the same moment: Pace says
// how many begin in a second, and when ctx has a deadline all have begun in
// the first half of the time left. When ctx ends, what is left is cut off
// without a closing handshake, and the error is a *ShutdownError.
//
// http.Server.Shutdown does not know connections that were upgraded; call
// both, or register this one with http.Server.RegisterOnShutdown.
func (g *Group) Shutdown(ctx context.Context) error {
	g.mu.Lock()
	g.down = true
	g.mu.Unlock()
	closePaced(ctx, g.members(), g.Pace)
	select {
	case <-g.whenEmpty():
		return nil
	case <-ctx.Done():
	}
	cut := 0
	for _, c := range g.members() {
		if c.cutOff() {
			cut++
		}
	}
	if cut == 0 {
		return nil
	}
	return &ShutdownError{CutOff: cut, Err: context.Cause(ctx)}
}

// whenEmpty gives a channel that is closed when there are no connections.
func (g *Group) whenEmpty() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.empty == nil {
		g.empty = make(chan struct{})
	}
	empty := g.empty
	if g.isEmpty() {
		close(empty)
		g.empty = nil
	}
	return empty
}

// closePaced begins to close connections, spread over the time that pace and ctx
// give.
func closePaced(ctx context.Context, conns []*Conn, pace int) {
	spread := spreadOver(ctx, len(conns), pace)
	start := time.Now()
	var tick *time.Timer
	for i := 0; ; {
		// What is due until the next tick.
		due := len(conns)
		if t := time.Since(start) + paceTick; t < spread {
			due = int(math.Ceil(float64(due) * float64(t) / float64(spread)))
		}
		for ; i < due; i++ {
			if c := conns[i]; c.result.Load() == nil {
				go goAway(c)
			}
		}
		if i == len(conns) {
			return
		}
		if tick == nil {
			tick = time.NewTimer(paceTick)
			defer tick.Stop()
		} else {
			tick.Reset(paceTick)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// spreadOver gives the time over which n closings are spread.
func spreadOver(ctx context.Context, n, pace int) time.Duration {
	switch {
	case pace < 0:
		return 0
	case pace == 0:
		pace = DefaultPace
	}
	d := time.Duration(float64(n) / float64(pace) * float64(time.Second))
	if t, ok := ctx.Deadline(); ok {
		d = min(d, time.Until(t)/2)
	}
	return d
}

// goAway closes a connection of a group that shuts down.
func goAway(c *Conn) { _ = c.Close(StatusGoingAway, "") }
