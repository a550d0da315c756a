package ws

import (
	"context"
	"os"
)

// writeAside writes the outbox. No deadline of the application's applies, only
// Options.WriteTimeout and that of the end. The socket is held.
func (c *Conn) writeAside(withQueue bool) error {
	c.writes.stepAside()
	defer c.writes.stepBack()
	return c.writePending(withQueue)
}

// writeOthers writes the outbox for a call that holds the socket and has its
// own frame to write behind. The call's context and the write deadline may end
// the call, but not what it writes for others: that goes on without it, since
// half a frame would end the connection. Then the socket has gone with it, and
// mine is false.
func (c *Conn) writeOthers(ctx context.Context, withQueue bool) (mine bool, err error) {
	late, stop := c.writes.left()
	defer stop()
	if ctx.Done() == nil && late == nil {
		return true, c.othersFailed(c.writeAside(withQueue))
	}
	written, left := make(chan error), make(chan struct{})
	go func() {
		err := c.writeAside(withQueue)
		select {
		case written <- err:
		case <-left:
			_ = c.othersFailed(err)
			c.unlockSocket()
		}
	}()
	select {
	case err := <-written:
		return true, c.othersFailed(err)
	case <-ctx.Done():
		err = ctx.Err()
	case <-late:
		err = os.ErrDeadlineExceeded
	}
	close(left)
	return false, err
}

// othersFailed ends the connection for an error of writeAside.
func (c *Conn) othersFailed(err error) error {
	if err == nil {
		return nil
	}
	if isTimeout(err) {
		err = ErrWriteTimeout
	}
	return c.end(&CloseError{Code: StatusAbnormalClosure, Err: err})
}
