package sse

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"longwire.example/sse/parser"
)

// feed is a Subscription on its way into a Conn.
type feed struct {
	hub  *Hub
	sub  *Subscription
	conn *Conn
	told string // the client's last event ID

	tick  atomic.Bool // it is time for quiet
	again func()      // sets when it is time again
}

// run sends until something ends it.
func (f *feed) run() error {
	if err := f.begin(); err != nil {
		return err
	}
	// One channel to wait on costs half of what a select of three does, for each
	// stream and message.
	ctx := f.conn.ctx
	defer context.AfterFunc(ctx, f.sub.poke)()
	if f.hub.tellsIDs() {
		d := cmp.Or(f.hub.CursorInterval, DefaultCursorInterval)
		timer := time.AfterFunc(d, func() {
			f.tick.Store(true)
			f.sub.poke()
		})
		defer timer.Stop()
		f.again = func() { timer.Reset(d) }
	}
	for {
		p, more, err := f.sub.take(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return f.conn.ended()
		case errors.Is(err, ErrHubClosed):
			return f.hub.farewell(f.conn, f.told, f.sub.Cursor(), f.sub.retry)
		case err != nil:
			return err
		case more:
			if err := f.send(p); err != nil {
				return err
			}
			continue
		}
		<-f.sub.wake
		if f.tick.Load() {
			f.tick.Store(false)
			if err := f.quiet(); err != nil {
				return err
			}
			f.again()
		}
	}
}

// begin tells a client where the stream begins. One that knows gets a comment:
// Firefox takes an EventSource for open with the first octet of the body only.
func (f *feed) begin() error {
	cursor := f.sub.Cursor()
	if gap := f.sub.Gap(); gap != nil {
		f.told = cursor
		return f.conn.Send(gap.Message(cursor))
	}
	if f.told == "" && f.hub.tellsIDs() {
		return f.tell(cursor)
	}
	return f.conn.Comment("")
}

// tellsIDs tells whether clients are sent IDs without an event.
func (h *Hub) tellsIDs() bool { return h.CursorInterval >= 0 }

// tell makes cursor the client's last event ID.
func (f *feed) tell(cursor string) error {
	frame, err := parser.AppendID(nil, cursor)
	if err != nil {
		return err
	}
	f.told = cursor
	return f.conn.SendRaw(frame)
}

// quiet tells a client of topics without events how far the hub has come, so
// that it does not come back with an ID of long ago.
func (f *feed) quiet() error {
	cursor, missed := f.sub.catchUp()
	switch {
	case missed > 0:
		after := f.told
		f.told = cursor
		return f.conn.Send(dropped(after).Message(cursor))
	case cursor != f.told:
		return f.tell(cursor)
	}
	return nil
}

// dropped is the gap behind the ID that a client has, of what its queue did not
// take.
func dropped(told string) *GapError { return &GapError{After: told, Reason: GapDropped} }

// batchOctets is how much of what waits is sent at once. A message of that size
// is not copied: it would be for each stream.
const batchOctets = 32 << 10

// send sends p and what else waits.
func (f *feed) send(p Published) error {
	b := getFrame()
	defer b.put()
	b.b = b.b[:0]
	for {
		if p.Missed > 0 {
			// It has no ID of its own: who is cut off here gets what was dropped.
			gap := dropped(f.told).Message("")
			b.b, _ = gap.Append(b.b)
		}
		f.told = p.ID
		var next Published
		more := false
		if len(b.b)+len(p.Frame) < batchOctets {
			next, more, _, _ = f.sub.poll()
		}
		if !more {
			return f.sendLast(b, p.Frame)
		}
		b.b = append(b.b, p.Frame...)
		p = next
	}
}

// sendLast sends what b has, if anything, and the frame that all share.
func (f *feed) sendLast(b *frameBuffer, frame []byte) error {
	if len(b.b) > 0 && len(frame) < batchOctets {
		b.b = append(b.b, frame...)
		return f.conn.SendRaw(b.b)
	}
	if len(b.b) > 0 {
		if err := f.conn.SendRaw(b.b); err != nil {
			return err
		}
	}
	return f.conn.SendRaw(frame)
}

// farewell is the end of a stream at Shutdown. told is the client's last event
// ID and cursor the one to come back with.
func (h *Hub) farewell(c *Conn, told, cursor string, retry time.Duration) error {
	m := h.Farewell
	m.ID, m.Retry = "", max(retry, 0)
	if retry > 0 {
		m.Retry = max(retry, time.Millisecond)
	}
	if cursor != told {
		m.ID = cursor
	}
	b := getFrame()
	defer b.put()
	var err error
	if m.Type != "" || m.Data != "" {
		b.b, err = m.Append(b.b[:0])
	} else {
		b.b = b.b[:0]
		if m.Retry > 0 {
			b.b, _ = parser.AppendRetry(b.b, m.Retry)
		}
		if m.ID != "" && h.tellsIDs() {
			b.b, err = parser.AppendID(b.b, m.ID)
		}
	}
	if err == nil && len(b.b) > 0 {
		err = c.SendRaw(b.b)
	}
	if err != nil {
		return err
	}
	return ErrHubClosed
}

// catchUp gives the Cursor, and the number of messages that were dropped before
// it since the last one that was given; they count as told then.
func (s *Subscription) catchUp() (cursor string, missed int) {
	s.mu.Lock()
	if !s.replaying && s.next == len(s.replay) && s.queue.live == 0 {
		missed, s.queue.missed = s.queue.missed, 0
	}
	s.mu.Unlock()
	return s.Cursor(), missed
}
