package ws

import (
	"context"
	"errors"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// flush writes what nobody waits for, until there is none or a call is next,
// which then holds the socket in its place. No deadline of the application's
// applies, only Options.WriteTimeout and that of the end. After the last frame
// of the connection it sees the transport off. The socket is held.
func (c *Conn) flush() {
	o := &c.out
	for {
		w := writing{c: c, aside: true}
		err := c.writeAsides(&w)
		w.leave()
		if err != nil {
			_ = c.othersFailed(err)
			c.closeTransport() // also when it had ended and only the last frame was due
			return             // the socket stays held: nothing more will be written
		}
		o.mu.Lock()
		final, failed := o.final, o.last != nil && o.last.failure != nil
		goOn := final || c.pass()
		o.mu.Unlock()
		if final {
			c.finish(failed)
		}
		if final || !goOn {
			return
		}
	}
}

// writeQueued writes what is queued, as flush does, in the goroutine that calls
// it.
func (c *Conn) writeQueued() error {
	if err := c.take(context.Background(), turnWriter); err != nil {
		return err
	}
	w := writing{c: c, aside: true}
	err := c.writeAsides(&w)
	w.leave()
	if err != nil {
		err = c.othersFailed(err)
	}
	c.free()
	return err
}

// othersFailed ends the connection for an error of writeAsides.
func (c *Conn) othersFailed(err error) error {
	if isTimeout(err) {
		err = ErrWriteTimeout
	}
	return c.end(&CloseError{Code: StatusAbnormalClosure, Err: err})
}

// writeAsides writes the rest of a frame that was begun, control frames, the
// messages of the queue if one may begin, and last a Close frame. The socket is
// held.
func (c *Conn) writeAsides(w *writing) error {
	scratch := getBuffer()
	defer putBuffer(scratch)
	if err := c.writeLeftover(w); err != nil {
		return err
	}
	if err := c.writeHeldBy(w); err != nil {
		return err
	}
	o := &c.out
	b := scratch[:0]
	o.mu.Lock()
	if o.pongDue {
		b, _ = c.send.Answer(b, protocol.Event{Kind: protocol.KindPing, Op: frame.OpPing, Payload: o.pong})
	}
	if o.ping && c.send.State() == protocol.Open {
		b, _ = c.send.AppendFrame(b, frame.OpPing, protocol.Fin, nil)
	}
	o.pongDue, o.ping = false, false
	var queue []queued
	if !o.open && c.result.Load() == nil {
		queue, o.queue = o.queue, nil
		o.taken += uint64(len(queue))
	}
	o.mu.Unlock()
	if len(queue) > 0 {
		defer o.written(queue) // not before it is: a slow peer holds no second queue
	}

	b, err := c.writeQueue(w, scratch, b, queue)
	if err != nil {
		return err
	}

	o.mu.Lock()
	switch {
	case o.final || o.last == nil:
	case o.last.failure != nil:
		b = c.send.Fail(b, o.last.failure)
	default:
		b, _ = c.send.Answer(b, o.last.answer)
	}
	o.final = o.closes()
	o.mu.Unlock()
	if len(b) > 0 {
		_, err = w.write(b)
	}
	return err
}

// writeLeftover writes what is left of a frame.
func (c *Conn) writeLeftover(w *writing) error {
	o := &c.out
	o.mu.Lock()
	rest := o.rest
	o.rest = nil
	o.mu.Unlock()
	if rest == nil {
		return nil
	}
	if _, err := w.write(rest.octets); err != nil {
		return err
	}
	o.mu.Lock()
	o.messages -= rest.messages
	o.octets -= rest.size
	o.mu.Unlock()
	return nil
}

// written takes what has left the queue out of the count.
func (o *outbox) written(queue []queued) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages -= len(queue)
	for i := range queue {
		o.octets -= queue[i].size()
	}
}

// writeQueue writes queued messages, as many in one write as fit in scratch.
// It gives what it left unwritten in b, which begins in scratch.
func (c *Conn) writeQueue(w *writing, scratch *buffer, b []byte, queue []queued) ([]byte, error) {
	for i := range queue {
		f := c.draft(&queue[i])
		if len(b)+f.room() <= len(scratch) {
			// What the Sender refuses was closed meanwhile: there is nobody to tell.
			b, _ = c.appendFrame(b, &f)
			continue
		}
		if len(b) > 0 {
			if _, err := w.write(b); err != nil {
				return b, err
			}
			b = scratch[:0]
		}
		// As above, what the Sender refuses is no failure. Any other error is, even
		// of an ended connection: nothing may follow half a frame.
		err := w.frame(&f)
		if err != nil && !errors.Is(err, errCloseSent) && !errors.Is(err, protocol.ErrNotOpen) {
			return b, err
		}
	}
	return b, nil
}
