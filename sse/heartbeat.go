package sse

import (
	"fmt"
	"time"
)

// heartbeatFrame is a comment without text, the shortest line there is that no
// client passes on.
//
//req:impl SSE-9.2.7-01
const heartbeatFrame = ":\n"

// beat is called by the timer, on a goroutine that exists only meanwhile. A send
// does not touch the timer; it only notes when it was, and the timer is set to
// the rest of the time when it finds that there was one.
func (c *Conn) beat() {
	c.mu.lock() // waits for a send in progress, which has a deadline
	defer c.mu.unlock()
	if c.err != nil || c.request.Err() != nil {
		return
	}
	wait := c.set.Heartbeat
	if silence := time.Since(c.last); silence < wait {
		wait -= silence
	} else if c.writeHeartbeat() != nil {
		return
	}
	c.heartbeat.Reset(wait)
}

func (c *Conn) writeHeartbeat() (err error) {
	// net/http recovers panics of handlers. This is another goroutine, where a
	// panic of some middleware's ResponseWriter would end the program.
	defer func() {
		if v := recover(); v != nil {
			err = c.fail(fmt.Errorf("panic of the ResponseWriter: %v", v))
		}
	}()
	f := getFrame()
	defer f.put()
	f.b = append(f.b[:0], heartbeatFrame...)
	return c.writeLocked(f.b)
}
