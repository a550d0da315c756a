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
		default:
			c.out.mu.Lock()
			c.out.gather(k)
			c.out.mu.Unlock()
			if k.next != nil {
				next = c.writeTogether(k)
			} else {
				k.err = c.writeAlone(k.ctx, &k.draft)
			}
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
// that of k, which leads, as far as they fit, and links them to it. Without k it
// links them to the first one. It gives the first of all. mu is held.
func (o *outbox) gather(k *call) (first *call) {
	o.cut = false
	room := bufferSize
	first, last := k, k
	if k != nil {
		k.next = nil
		room -= k.room()
	}
	for _, l := range [...]*line{&o.urgent, &o.calls} {
		for l == &o.urgent || !o.open {
			n := l.first
			if n == nil || n.turn.alone() || n.after > o.taken || n.room() > room {
				break
			}
			l.remove(n)
			n.state = callTaken
			room -= n.room()
			if last == nil {
				first = n
			} else {
				last.next = n
			}
			last = n
		}
	}
	return first
}

// writeTogether writes the frames of a call that leads and of those linked to
// it. It gives the call that has to go on, when it was interrupted: k again, or
// one whose frame is partly out.
func (c *Conn) writeTogether(k *call) (next *call) {
	scratch := getBuffer()
	defer putBuffer(scratch)
	b := c.appendFrames(scratch[:0], k)
	w := writing{c: c, ctx: k.ctx, shared: true}
	n, err := w.write(b)
	interrupted := w.leave()
	if err != nil {
		err = c.judge(k, n, err, interrupted)
	}
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.settle(k, k, b, n, err)
}

// writeForOthers writes for the calls that stand in line what the socket, which
// is held, takes without waiting: otherwise it would be idle until one of them
// runs. It gives the call that has to go on. mu is held, but not meanwhile.
func (c *Conn) writeForOthers() (next *call) {
	o := &c.out
	if !c.atOnce.can() || o.full || o.asidesFirst() || c.result.Load() != nil {
		o.full = false
		return nil
	}
	first := o.gather(nil)
	if first == nil {
		return nil
	}
	o.mu.Unlock()
	scratch := getBuffer()
	b := c.appendFrames(scratch[:0], first)
	n := c.atOnce.write(b)
	c.trace(Sent, b[:n])
	if n < len(b) && c.deflate != nil {
		c.deflate.out.stale = true // as in writeFailed
	}
	o.mu.Lock()
	next = o.settle(first, nil, b, n, nil)
	putBuffer(scratch)
	return next
}

// appendFrames appends the frames of calls that are linked.
func (c *Conn) appendFrames(b []byte, k *call) []byte {
	for ; k != nil; k = k.next {
		b, k.err = c.appendFrame(b, &k.draft)
		k.end = len(b)
	}
	return b
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

// judge says what an error after n octets of a write together means. Without an
// error those go on whose frames are not out and who do not give up. Who does, by
// its context or by the deadline, is out of it if its frame was not begun; it has
// its error then. Any other error ends the connection for all.
func (c *Conn) judge(k *call, n int, err error, interrupted bool) error {
	if c.deflate != nil {
		c.deflate.out.stale = true // as in writeFailed
	}
	expired := isTimeout(err) && c.writes.expired()
	goesOn := isTimeout(err) && (interrupted || expired) && c.canResume() && c.result.Load() == nil
	var cause error
	for start := 0; k != nil; start, k = k.end, k.next {
		if k.err == nil && n < k.end {
			k.err = k.reason(expired)
		}
		if k.err != nil && n < k.end && start < k.end {
			cause = k.err
			goesOn = goesOn && n <= start // half a frame can't be taken back
		}
	}
	switch {
	case goesOn:
		return nil
	case !isTimeout(err):
		cause = err
	case cause == nil:
		cause = ErrWriteTimeout
	}
	return c.end(&CloseError{Code: StatusAbnormalClosure, Err: cause})
}

// settle tells calls that are linked what has become of them after n octets of
// b, or that the connection has ended with err. Those that are to go on are back
// in line, except for the one that it gives: one whose frame is partly out, or
// leader. mu is held.
func (o *outbox) settle(k, leader *call, b []byte, n int, err error) (next *call) {
	var back *call // those to be put back, the last one first
	for start := 0; k != nil; {
		end, behind := k.end, k.next // it is not ours any more when it is done
		k.next = nil
		switch {
		case err != nil && start < end: // not those that the Sender has refused
			k.err = err
			fallthrough
		case k.err != nil || end <= n:
			if k != leader {
				k.becomes(callDone)
			}
		case start < n:
			k.rest, next = bytes.Clone(b[n:end]), k
		case k == leader:
			next = k
		default:
			k.next, back = back, k
		}
		start, k = end, behind
	}
	for back != nil {
		k = back
		back = k.next
		o.line(k).pushFirst(k)
		k.putBack()
	}
	return next
}

// reason says why a call gives up, or nil when it does not.
func (k *call) reason(expired bool) error {
	if err := k.ctx.Err(); err != nil || !expired {
		return err
	}
	return os.ErrDeadlineExceeded
}
