package comet

import (
	"context"
	"errors"

	"longwire.example/sse"
	"longwire.example/ws"
)

// webSocket sends events as text messages and takes what the client sends.
func (x *exchange) webSocket() error {
	if err := x.begin(); err != nil {
		return err
	}
	s, err := x.subscribe(sse.SubscribeOptions{})
	if err != nil {
		return err
	}
	x.begun = true
	c, err := ws.Accept(x.w, x.r, &x.h.set.webSocket)
	if err != nil {
		s.Close()
		return err
	}
	// net/http keeps its buffers until ServeHTTP returns, and cancels the
	// request's context then.
	x.h.held.Add(1)
	p := &pair{h: x.h, c: c, s: s}
	r := x.r.WithContext(c.Context())
	go func() {
		defer x.h.held.Add(-1)
		defer s.Close()
		for m, err := range c.Messages(c.Context()) {
			if err != nil || !p.receive(func(b []byte) error {
				_, err := x.h.Receive(r, b)
				return err
			}, m.Data) {
				break
			}
		}
	}()
	go p.send()
	return nil
}

// pair is a WebSocket and what it is sent.
type pair struct {
	h *Handler
	c *ws.Conn
	s *sse.Subscription
}

// send sends events until something ends it.
func (p *pair) send() {
	ctx := p.c.Context()
	var b []byte
	write := func(e event) error {
		b = e.append(b[:0])
		return p.c.Write(ctx, ws.Text, b)
	}
	first := event{ID: p.s.Cursor()}
	if g := p.s.Gap(); g != nil {
		first = gapEvent(g.After, g.Reason, p.s.Cursor())
	}
	err := write(first)
	for err == nil {
		var e sse.Published
		if e, err = p.s.Next(ctx); err != nil {
			break
		}
		if e.Missed > 0 {
			err = write(gapEvent("", sse.GapDropped, e.ID))
		}
		if err == nil {
			err = write(eventOf(&e))
		}
	}
	p.end(ctx, err)
}

// end closes the connection for what has ended the sending.
func (p *pair) end(ctx context.Context, err error) {
	code, reason := ws.StatusInternalError, ""
	switch {
	case ctx.Err() != nil, errors.Is(err, sse.ErrUnsubscribed):
		code = ws.StatusNormalClosure // the other side ended it
	case errors.Is(err, sse.ErrHubClosed):
		code = ws.StatusGoingAway
	case errors.Is(err, sse.ErrOverflow), errors.Is(err, sse.ErrGap):
		code, reason = ws.StatusTryAgainLater, "reads too slowly"
	}
	_ = p.c.Close(code, reason)
}

// receive gives what has come to the application. It is false if the connection
// has been closed for it.
func (p *pair) receive(take func([]byte) error, data []byte) bool {
	if p.h.Receive == nil {
		_ = p.c.Close(ws.StatusPolicyViolation, "nothing is taken here")
		return false
	}
	if take(append([]byte(nil), data...)) != nil {
		_ = p.c.Close(ws.StatusPolicyViolation, "")
		return false
	}
	return true
}
