package comet

import (
	"cmp"
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
	k := &socket{h: x.h, c: c, s: s, r: x.r.WithContext(c.Context())}
	if d := c.Info().Deflate; d != nil {
		k.takeover = !d.ServerNoContextTakeover
	}
	go k.run()
	return nil
}

// socket is a WebSocket and what it is sent.
type socket struct {
	h *Handler
	c *ws.Conn
	s *sse.Subscription
	r *http.Request // of the handshake; its context is the connection's

	takeover bool // messages that go out refer to those before
}

// errEnded is in the tree of the error of a write. The connection has ended or is
// being closed then, for whatever receive and the other side have done.
var errEnded = errors.New("comet: the connection takes nothing more")

func ended(err error) error {
	if err != nil {
		err = fmt.Errorf("%w: %w", errEnded, err)
	}
	return err
}

// run takes what the client sends, until the connection has ended.
func (k *socket) run() {
	defer k.h.held.leave()
	stop := context.AfterFunc(k.h.set.life, func() { _ = k.c.CloseNow() })
	defer stop()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		k.end(guard("the Store", k.send))
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

// give calls Receive.
func (k *socket) give(data []byte) error {
	return guard("Receive", func() error {
		_, err := k.h.Receive(k.r, data)
		return err
	})
}

// guard calls f. A panic there, of what belongs to the application, ends the
// connection and not the program, as that of a handler of net/http does.
func guard(whose string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("comet: %s has panicked: %v", whose, v)
		}
	}()
	return f()
}

// send sends events until something ends it.
func (k *socket) send() error {
	begin := first(k.s)
	told := begin.ID
	err := k.say(begin)
	q := waiter{s: k.s, ctx: k.r.Context(), quiet: k.h.set.heartbeat}
	defer q.stop()
	for err == nil {
		var p sse.Published
		p, err = q.next()
		switch {
		case errors.Is(err, errQuiet):
			err = nil
			if e := newer(k.s, told); e.ID != "" { // Pings say that it is alive
				told = e.ID
				err = k.say(e)
			}
			continue
		case err != nil:
			return err
		case p.Missed > 0:
			err = k.say(dropped(told))
		}
		if err == nil {
			told = p.ID
			err = k.push(&p.Message)
		}
	}
	return err
}

// push sends an event of the hub: a frame that all share, but where each message
// refers to those before it on the same connection, which saves more octets.
func (k *socket) push(m *sse.Message) error {
	e := k.h.encoded.of(m)
	if k.takeover {
		return ended(k.c.Write(k.r.Context(), ws.Text, e.text()))
	}
	return ended(k.c.WritePrepared(k.r.Context(), e.prepared()))
}

// say sends what is for this client alone.
func (k *socket) say(e event) error {
	return ended(k.c.Write(k.r.Context(), ws.Text, e.append(nil)))
}

// end closes the connection for what has ended the sending.
func (k *socket) end(err error) {
	cause := cmp.Or(context.Cause(k.r.Context()), err)
	switch {
	case errors.Is(cause, ws.ErrWriteTimeout), errors.Is(cause, ws.ErrKeepalive):
		k.log("comet connection cut off", cause)
	case errors.Is(err, sse.ErrUnsubscribed), errors.Is(err, errEnded), k.r.Context().Err() != nil:
		k.close(ws.StatusNormalClosure, "") // the other side, or receive, has ended it
	case errors.Is(err, sse.ErrHubClosed):
		k.close(ws.StatusGoingAway, "")
	case errors.Is(err, sse.ErrOverflow), errors.Is(err, sse.ErrGap):
		k.log("comet connection cut off", err)
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
