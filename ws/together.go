package ws

import (
	"bytes"
	"context"
	"os"

	"longwire.example/ws/protocol"
)

// writeInLine sends a frame that has to wait for its turn. It goes out alone,
// together with those that stand behind it, or with those before it.
func (c *Conn) writeInLine(ctx context.Context, t turn, f *draft) error {
	if err := c.refusal(ctx); err != nil {
		return err
	}
	k := c.standInLine(ctx, t, f)
	if c.await(k) {
		c.lead(k)
	}
	err := k.err
	c.out.recycle(k)
	return err
}

// lead writes the frame of a call that holds the socket, together with as many
// others as stand in line and fit. Then it frees the socket.
func (c *Conn) lead(k *call) {
	next := k
	for next == k {
		next = nil
		switch err := c.refusal(k.ctx); {
		case k.rest != nil:
			k.err = c.writeRest(k.ctx, k.rest)
		case err != nil:
			k.err = err
		case c.out.gather(k):
			next = c.writeTogether(k)
		default:
			k.err = c.writeAlone(k.ctx, &k.draft)
		}
	}
	if next == nil {
		c.free()
		return
	}
	c.out.mu.Lock()
	next.becomes(callLeads)
	c.out.mu.Unlock()
}

// writeRest writes what is left of a frame for the call that waits for it.
func (c *Conn) writeRest(ctx context.Context, rest []byte) error {
	w := writing{c: c, ctx: ctx}
	_, err := w.write(rest)
	interrupted := w.leave()
	if err != nil {
		return c.writeFailed(ctx, err, interrupted, true)
	}
	return nil
}

// gather takes out of the lines the calls whose frames are to go together with
// that of k, which leads, as far as they fit, and links them to it. It tells
// whether there are any.
func (o *outbox) gather(k *call) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut = false
	k.next = nil
	last, room := k, bufferSize-k.room()
	for _, l := range [...]*line{&o.urgent, &o.calls} {
		for l == &o.urgent || !o.open {
			n := l.first
			if n == nil || n.turn.alone() || n.after > o.taken || n.room() > room {
				break
			}
			l.remove(n)
			n.state = callTaken
			last.next, last, room = n, n, room-n.room()
		}
	}
	return last != k
}

// writeTogether writes the frames of a call that leads and of those linked to
// it. It gives the call that has to go on, when it was interrupted: k again, or
// one whose frame is partly out.
func (c *Conn) writeTogether(k *call) (next *call) {
	scratch := getBuffer()
	defer putBuffer(scratch)
	b := scratch[:0]
	for n := k; n != nil; n = n.next {
		b, n.err = c.appendFrame(b, &n.draft)
		n.end = len(b)
	}
	w := writing{c: c, ctx: k.ctx, shared: true}
	n, err := w.write(b)
	interrupted := w.leave()
	if err != nil {
		return c.sortOut(k, b, n, err, interrupted)
	}
	c.out.mu.Lock()
	for n := k.next; n != nil; {
		next := n.next // not its own any more when it is awake
		n.becomes(callDone)
		n = next
	}
	c.out.mu.Unlock()
	return nil
}

// appendFrame appends a frame to b, which has room for it.
func (c *Conn) appendFrame(b []byte, f *draft) ([]byte, error) {
	flags, p := f.flags, f.p
	switch {
	case f.prepared != nil:
		e := f.prepared.encoded(c)
		flags, p = e.flags, e.payload()
	case flags&protocol.Compressed != 0:
		packed, worth := c.deflate.out.pack(p)
		defer putMessageBuffer(packed)
		if worth && len(packed) <= maxPacked(len(p)) {
			p = packed
			break
		}
		flags &^= protocol.Compressed
		c.deflate.out.stale = c.deflate.out.stale || worth
	}
	b, key, err := c.send.Header(b, f.op, flags, int64(len(p)+total(f.more)))
	if err != nil {
		return b, c.refused(err)
	}
	b, key = appendMasked(b, key, p)
	for _, q := range f.more {
		b, key = appendMasked(b, key, q)
	}
	return b, nil
}

// sortOut says what becomes of each call of a write together that got err after
// n octets of b. Who gives up, by its context or by the deadline, is out of it if
// its frame was not begun, and the others go on, back in line, unless they are the
// call that it gives. Any other error ends the connection for all.
func (c *Conn) sortOut(k *call, b []byte, n int, err error, interrupted bool) (next *call) {
	if c.deflate != nil {
		c.deflate.out.stale = true // as in writeFailed
	}
	expired := isTimeout(err) && c.writes.expired()
	goesOn := isTimeout(err) && (interrupted || expired) && c.canResume() && c.result.Load() == nil
	var cause error
	for f, start := k, 0; f != nil; start, f = f.end, f.next {
		if f.err == nil && n < f.end {
			f.err = f.reason(expired)
		}
		if f.err != nil && n < f.end && start < f.end {
			cause = f.err
			goesOn = goesOn && n <= start // half a frame can't be taken back
		}
	}
	if !goesOn {
		err = c.togetherFailed(err, cause)
	}
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	var back *call // those to be put back, the last one first
	for f, start := k, 0; f != nil; {
		end, behind := f.end, f.next
		f.next = nil
		switch {
		case !goesOn && start < end: // not those that the Sender has refused
			f.err = err
			fallthrough
		case f.err != nil || end <= n:
			if f != k {
				f.becomes(callDone)
			}
		case start < n:
			f.rest, next = bytes.Clone(b[n:end]), f
		case f == k:
			next = f
		default:
			f.next, back = back, f
		}
		start, f = end, behind
	}
	for back != nil {
		f := back
		back = f.next
		o.line(f).pushFirst(f)
		f.becomes(callWaits)
	}
	return next
}

// togetherFailed ends the connection for an error of a write together. cause is
// that of the call that gave up, if one did.
func (c *Conn) togetherFailed(err, cause error) error {
	switch {
	case !isTimeout(err):
		cause = err
	case cause == nil:
		cause = ErrWriteTimeout
	}
	return c.end(&CloseError{Code: StatusAbnormalClosure, Err: cause})
}

// reason says why a call gives up, or nil when it does not.
func (k *call) reason(expired bool) error {
	if err := k.ctx.Err(); err != nil || !expired {
		return err
	}
	return os.ErrDeadlineExceeded
}
