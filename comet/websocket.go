package comet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"longwire.example/sse"
	"longwire.example/ws"
)

// webSocket sends events as text messages and takes what the client sends.
func (x *exchange) webSocket() error {
	if err := x.begin(); err != nil {
		return err
	}
	s, err := x.subscribe(false)
	if err != nil {
		return err
	}
	x.begun = true // it answers, whatever it says
	c, err := ws.Accept(x.w, x.r, &x.h.set.webSocket)
	if err != nil {
		s.Close()
		return err
	}
	// net/http keeps its buffers until ServeHTTP returns, and cancels the
	// request's context then.
	x.kept = true
	go (&socket{h: x.h, c: c, s: s, r: x.r.WithContext(c.Context())}).run()
	return nil
}

// socket is a WebSocket and what it is sent.
type socket struct {
	h *Handler
	c *ws.Conn
	s *sse.Subscription
	r *http.Request // of the handshake; its context is the connection's
}

// run takes what the client sends, until the connection has ended.
func (k *socket) run() {
	defer k.h.held.leave()
	stop := context.AfterFunc(k.h.set.life, func() { _ = k.c.CloseNow() })
	defer stop()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		k.end(k.send())
	}()
	k.receive()
	k.s.Close() // ends send
	<-sent
}

// receive gives the application what comes.
func (k *socket) receive() {
	for m, err := range k.c.Messages(k.r.Context()) {
		if err != nil {
			return
		}
		if k.h.Receive == nil {
			k.close(ws.StatusPolicyViolation, "nothing is taken here")
			return
		}
		if err := k.give(slices.Clone(m.Data)); err != nil {
			k.log("comet message refused", err)
			k.close(ws.StatusPolicyViolation, "")
			return
		}
	}
}

// give calls Receive. Its panic ends the connection and not the program, as that
// of a handler of net/http does.
func (k *socket) give(data []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("comet: Receive has panicked: %v", v)
		}
	}()
	_, err = k.h.Receive(k.r, data)
	return err
}

// send sends events until something ends it.
func (k *socket) send() error {
	var b []byte
	told := ""
	write := func(e event) error {
		if e.ID != "" {
			told = e.ID
		}
		b = e.append(b[:0])
		return k.c.Write(k.r.Context(), ws.Text, b)
	}
	err := write(first(k.s))
	for err == nil {
		var p sse.Published
		p, err = next(k.r.Context(), k.s, k.h.set.heartbeat)
		switch {
		case errors.Is(err, errQuiet):
			err = nil
			if e := newer(k.s, told); e.ID != "" { // Pings say that it is alive
				err = write(e)
			}
			continue
		case err != nil:
			return err
		case p.Missed > 0:
			err = write(dropped(told))
		}
		if err == nil {
			err = write(eventOf(&p.Message))
		}
	}
	return err
}

// end closes the connection for what has ended the sending.
func (k *socket) end(err error) {
	switch {
	case errors.Is(err, sse.ErrUnsubscribed), k.r.Context().Err() != nil:
		k.close(ws.StatusNormalClosure, "") // the other side has ended it
	case errors.Is(err, sse.ErrHubClosed):
		k.close(ws.StatusGoingAway, "")
	case errors.Is(err, sse.ErrOverflow), errors.Is(err, sse.ErrGap):
		k.close(ws.StatusTryAgainLater, "too slow")
	default:
		k.log("comet connection failed", err)
		k.close(ws.StatusInternalError, "")
	}
}

// close begins the closing handshake, or waits for the one that has begun.
func (k *socket) close(code ws.StatusCode, reason string) { _ = k.c.Close(code, reason) }

func (k *socket) log(text string, err error) {
	if l := k.h.Logger; l != nil {
		l.LogAttrs(k.r.Context(), slog.LevelInfo, text, slog.Any("error", err), slog.String("remote", k.r.RemoteAddr))
	}
}
