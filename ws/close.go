package ws

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// After a failure the peer may still be sending. To close a socket with
// octets unread in it resets the connection, and a reset can overtake the
// Close frame that says what was wrong; so they are discarded for a while
// first (section 7.1.1).
const (
	lingerTime   = time.Second
	lingerOctets = 256 << 10
)

var errCloseSent = &closedError{"ws: this side has begun to close the connection"}

// closedError is an error that is net.ErrClosed too.
type closedError struct{ text string }

func (e *closedError) Error() string        { return e.text }
func (e *closedError) Is(target error) bool { return target == net.ErrClosed }

// Close closes the connection: it sends a Close frame with code and reason (at
// most 123 octets of UTF-8), waits for the peer's, and closes the transport.
// All of it takes at most Options.CloseTimeout. StatusNoStatus sends a Close
// frame without a code.
//
// Messages that arrive meanwhile go to a read in progress and are discarded
// otherwise; what TryWrite had queued goes out before the Close frame. Close
// returns nil when both Close frames were exchanged, whoever began; else the
// *CloseError that says how the connection ended. A code that may not be sent
// and a reason that is too long are errors, and then nothing is done.
//
//req:impl RFC6455-7.3-01
func (c *Conn) Close(code StatusCode, reason string) error {
	if _, err := frame.AppendClose(nil, code, reason); err != nil {
		return err
	}
	if l := c.served.Load(); l != nil {
		return l.close(code, reason)
	}
	if c.closing.CompareAndSwap(false, true) && !c.gone.given() {
		c.closeHandshake(code, reason)
	}
	<-c.gone.done() // when another Close began
	if e := c.result.Load(); e.Err != nil {
		return e
	}
	return nil
}

// closeHandshake returns when the transport is closed.
func (c *Conn) closeHandshake(code StatusCode, reason string) {
	ctx, cancel := c.closeContext()
	defer cancel()
	// Both at once: a peer that is itself stuck in a write takes nothing
	// until somebody reads.
	read := make(chan struct{})
	go func() {
		defer close(read)
		c.awaitClose(ctx)
	}()
	c.sendClose(ctx, code, reason)
	select {
	case <-c.ended.done():
	case <-ctx.Done():
		_ = c.end(&CloseError{Code: StatusAbnormalClosure, Err: ErrCloseTimeout})
	}
	<-read
	select {
	case <-c.gone.done():
	case <-ctx.Done():
		c.closeTransport() // the peer has closed, and keeps its side open
	}
}

// closeContext ends with CloseTimeout.
func (c *Conn) closeContext() (context.Context, context.CancelFunc) {
	if t := c.set.CloseTimeout; t > 0 {
		return context.WithTimeout(context.Background(), t)
	}
	return context.WithCancel(context.Background())
}

// sendClose writes what is queued and then the Close frame. A message that a
// Writer has begun is cut off: a control frame may stand between fragments,
// and nothing comes after this one.
//
//req:impl RFC6455-5.5.1-06
//req:impl RFC6455-7.1.2-01
func (c *Conn) sendClose(ctx context.Context, code StatusCode, reason string) {
	if c.take(ctx, turnClose) != nil {
		return
	}
	defer c.free()
	if t, ok := ctx.Deadline(); ok {
		_ = c.writes.setEnd(t)
	}
	w := writing{c: c}
	err := c.writeAsides(&w)
	if err == nil {
		scratch := getBuffer()
		defer putBuffer(scratch)
		var b []byte
		if b, err = c.send.AppendClose(scratch[:0], code, reason); err != nil {
			return // the peer's Close has been answered meanwhile
		}
		c.closeSent.Store(true)
		_, err = w.write(b)
	}
	if err != nil {
		_ = c.end(&CloseError{Code: StatusAbnormalClosure, Err: err})
	}
}

// awaitClose reads until the peer's Close frame has come, unless another
// goroutine reads: then that one meets it. What it reads does not disturb
// payloads that were handed out.
func (c *Conn) awaitClose(ctx context.Context) {
	if !c.reading.lock(ctx.Done(), &c.ended) {
		return
	}
	defer c.reading.unlock()
	if c.result.Load() != nil {
		return
	}
	if t, ok := ctx.Deadline(); ok {
		_ = c.reads.setEnd(t)
	}
	c.detachBuffer()
	for {
		if _, err := c.dataEvent(); err != nil {
			break
		}
	}
	if c.result.Load() != nil {
		c.loseBuffer()
	}
}

// peerClosed takes the peer's Close frame. Its answer is left to whoever
// writes: the reading goroutine does not wait for the socket.
//
//req:impl RFC6455-5.5.1-07
//req:impl RFC6455-5.5.1-08
func (c *Conn) peerClosed(ev protocol.Event) error {
	e := closingWith(ev, c.closeSent.Load())
	if !c.finishWith(e) {
		return c.result.Load()
	}
	c.out.mu.Lock()
	c.out.last = &lastFrame{answer: protocol.Event{Kind: ev.Kind, Op: ev.Op, Payload: append([]byte(nil), ev.Payload...)}}
	c.out.mu.Unlock()
	c.kick()
	return e
}

// fail fails the connection (section 7.1.7) for what the peer did, and gives
// the error to return: the Close frame and the end follow.
//
//req:impl RFC6455-7.1.7-01
//req:impl RFC6455-7.1.7-03
//req:impl RFC6455-7.2.1-01
func (c *Conn) fail(cause error) error {
	e := failingWith(cause)
	if !c.finishWith(e) {
		return c.result.Load()
	}
	c.out.mu.Lock()
	c.out.last = &lastFrame{failure: cause}
	c.out.mu.Unlock()
	c.kick()
	return e
}

// finishWith sets how the connection ended and leaves the rest, a last Close
// frame and the end of the transport, to the flushing goroutine. Writes in
// progress get no longer than the closing handshake may take.
func (c *Conn) finishWith(e *CloseError) bool {
	if !c.setResult(e) {
		return false
	}
	if t := c.set.CloseTimeout; t > 0 {
		_ = c.writes.setEnd(time.Now().Add(t))
	}
	return true
}

// CloseNow ends the connection at once, without a closing handshake: the peer
// sees the transport close.
func (c *Conn) CloseNow() error {
	if l := c.onLoop(); l != nil {
		l.lose(ErrClosedNow)
		return nil
	}
	_ = c.end(&CloseError{Code: StatusAbnormalClosure, Err: ErrClosedNow})
	return nil
}

// end ends the connection and closes the transport at once. It gives how the
// connection ended, which may be something that came before.
//
//req:impl RFC6455-7.2.2-01
func (c *Conn) end(e *CloseError) error {
	if c.setResult(e) {
		c.closeTransport()
	}
	return c.result.Load()
}

// cutOff is CloseNow that also ends what is left of a connection that has ended.
// It tells whether it had not ended before.
func (c *Conn) cutOff() bool {
	if l := c.onLoop(); l != nil {
		return l.lose(ErrClosedNow)
	}
	first := c.setResult(&CloseError{Code: StatusAbnormalClosure, Err: ErrClosedNow})
	// Also when it only waited for the peer's side of the transport.
	c.closeTransport()
	return first
}

// setResult sets how the connection ended; the first one counts. From then on
// every call gives it.
//
//req:impl RFC6455-7.1.7-04
func (c *Conn) setResult(e *CloseError) bool {
	if !c.result.CompareAndSwap(nil, e) {
		return false
	}
	c.ended.give()
	c.mu.Lock()
	if c.until != nil {
		c.until.cancel(e)
	}
	c.mu.Unlock()
	c.stopKeepalive()
	if c.logs(e) {
		c.logEnd(e, c.nc.RemoteAddr)
	}
	return true
}

// logs tells whether Options.Logger is told of this end: that of a connection that
// failed.
func (c *Conn) logs(e *CloseError) bool {
	return c.set.Logger != nil && e.Err != nil && !errors.Is(e.Err, ErrClosedNow)
}

// logEnd tells Options.Logger. It stands apart since it takes much of the stack.
func (c *Conn) logEnd(e *CloseError, remote func() net.Addr) {
	level := slog.LevelInfo
	attrs := []slog.Attr{slog.String("role", c.role.String()), slog.Int("code", int(e.Code)), slog.Any("error", e.Err)}
	if v, ok := errors.AsType[*frame.Error](e.Err); ok {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("violation", v.Token), slog.String("requirement", v.Req))
	}
	if a := remote(); a != nil {
		attrs = append(attrs, slog.String("remote", a.String()))
	}
	c.set.Logger.LogAttrs(context.Background(), level, "websocket connection failed", attrs...)
}

// closingWith is the result of a connection whose peer has sent a Close frame;
// sent tells whether this side had sent its own before.
func closingWith(ev protocol.Event, sent bool) *CloseError {
	var ending protocol.Ending
	ending.Received(ev)
	return &CloseError{Code: ending.Code(), Reason: ending.Reason(), Remote: !sent}
}

// failingWith is the result of a connection that fails because of what the peer
// did.
func failingWith(cause error) *CloseError {
	e := &CloseError{Code: StatusInternalError, Err: cause}
	if v, ok := errors.AsType[*frame.Error](cause); ok {
		e.Code, e.Reason = v.Code, v.Text
	}
	return e
}

// finish closes the transport after the last frame. A server says at once
// that it is done; a client waits for the server to close first, so that
// TIME_WAIT stays with the server (section 7.1.1). Then what still comes is
// discarded for a while.
//
//req:impl RFC6455-5.5.1-10
//req:impl RFC6455-5.5.1-11
//req:impl RFC6455-5.5.1-12
//req:impl RFC6455-7.1.1-01
//req:impl RFC6455-7.1.1-03
func (c *Conn) finish(failed bool) {
	defer c.closeTransport()
	wait := lingerTime
	if c.role == RoleServer || failed {
		w, ok := c.nc.(interface{ CloseWrite() error })
		if !ok || w.CloseWrite() != nil {
			return
		}
	} else if wait = c.set.CloseTimeout; wait <= 0 {
		wait = DefaultCloseTimeout
	}
	_ = c.reads.setEnd(time.Now().Add(wait))
	buf := getBuffer()
	defer putBuffer(buf)
	for n := 0; n < lingerOctets; {
		k, err := c.nc.Read(buf[:])
		if err != nil {
			return
		}
		n += k
	}
}

// closeTransport closes the transport, once: other calls wait until it is closed.
// It is the deepest call of most goroutines, and has to fit on a small stack, too:
// to grow one for the last thing that it does is a waste that shows where
// connections come and go (TestSmallStack).
//
//req:impl RFC6455-7.1.4-01
func (c *Conn) closeTransport() {
	if !c.leaving.CompareAndSwap(false, true) {
		<-c.gone.done()
		return
	}
	nc := c.nc
	if e := c.result.Load(); e.Code == StatusAbnormalClosure {
		// TLS would try to say goodbye to somebody who may not listen.
		if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
			nc = t.NetConn()
		}
	}
	_ = nc.Close()
	c.reads.release()
	c.writes.release()
	g := c.set.Group
	if g != nil {
		g.remove(c)
	}
	c.gone.give()
	if f := c.set.Hooks.End; f != nil {
		f(c, c.result.Load())
	}
	if g != nil {
		g.left()
	}
}
