package main

import (
	"sync"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// observer is shown what happens on one connection. Its functions are called
// one at a time: opened first, ended last.
type observer interface {
	opened(c *ws.Conn)
	frame(from frame.Side, an frame.Annotation)
	ended(err *ws.CloseError)
}

// tap takes the octets of one connection apart into frames, for its observers.
type tap struct {
	observers []observer

	limit int64 // octets of a message that are inflated to be shown

	mu       sync.Mutex
	open     bool
	received frame.Annotator
	sent     frame.Annotator
}

func newTap(limit int64, observers ...observer) *tap {
	return &tap{
		observers: observers,
		limit:     limit,
		received:  frame.Annotator{From: frame.SideClient, MaxPayload: shownPayload},
		sent:      frame.Annotator{From: frame.SideServer, MaxPayload: shownPayload},
	}
}

// hooks makes the connection call the tap.
func (t *tap) hooks() ws.Hooks {
	return ws.Hooks{Trace: t.octets, End: t.end}
}

// start is for the handler: a connection may be silent for long. Frames that
// came with the handshake were seen before it.
func (t *tap) start(c *ws.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begin(c)
}

func (t *tap) begin(c *ws.Conn) {
	if t.open {
		return
	}
	t.open = true
	t.inflateAs(c.Info().Deflate)
	for _, o := range t.observers {
		o.opened(c)
	}
}

func (t *tap) octets(c *ws.Conn, d ws.Direction, b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begin(c)
	a := &t.received
	if d == ws.Sent {
		a = &t.sent
	}
	for len(b) > 0 {
		an, n, ok := a.Next(b)
		if b = b[n:]; ok {
			t.show(a.From, an)
		}
	}
}

func (t *tap) show(from frame.Side, an frame.Annotation) {
	for _, o := range t.observers {
		o.frame(from, an)
	}
}

// end shows what was left in the middle of a frame.
func (t *tap) end(c *ws.Conn, err *ws.CloseError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begin(c)
	for _, a := range []*frame.Annotator{&t.received, &t.sent} {
		if an, ok := a.Flush(); ok {
			t.show(a.From, an)
		}
	}
	for _, o := range t.observers {
		o.ended(err)
	}
}
