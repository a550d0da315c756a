package ws

import (
	"context"
	"time"

	"longwire.example/ws/frame"
)

// Discard is for a connection that only writes. A goroutine reads from now
// on: it answers Pings and the peer's Close, sees Pongs, and ends the
// connection with 1008 when a message comes. The context that it returns is
// that of Conn.Context.
//
// A read in progress is waited for; later reads get ErrConcurrentRead.
func (c *Conn) Discard() context.Context {
	if c.served.Load() != nil {
		return c.Context() // its callbacks read
	}
	go func() {
		if !c.reading.lock(nil, &c.ended) {
			return
		}
		defer c.reading.unlock()
		c.detachBuffer()
		for {
			_, err := c.dataEvent()
			switch {
			case err == nil:
				_ = c.fail(frame.ErrUnexpectedData)
			case isTimeout(err):
				// A read deadline has no meaning here.
				_ = c.reads.setUser(time.Time{})
				continue
			}
			c.loseBuffer()
			return
		}
	}()
	return c.Context()
}
