package ws

import (
	"context"
	"encoding/binary"
	"sync/atomic"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// onControl handles a control frame.
func (l *served) onControl(ev protocol.Event) {
	c := l.c
	if !c.allowControl(l.loop.now) {
		l.fail(frame.ErrControlFlood)
		return
	}
	c.showControl(ev)
	switch ev.Kind {
	case protocol.KindPing:
		l.answerPing(ev)
	case protocol.KindClose:
		l.peerClosed(ev)
	case protocol.KindPong: // nobody waits for it
	case protocol.KindNone, protocol.KindData: // take's business
	}
}

// answerPing answers a Ping. Of those that come while the socket takes nothing,
// only the latest gets a Pong: a peer that reads nothing can't make this side
// keep more.
//
//req:impl RFC6455-5.5.2-02
//req:impl RFC6455-5.5.2-03
//req:impl RFC6455-5.5.3-02
func (l *served) answerPing(ev protocol.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.queue; q != nil {
		q.pongLen, q.pongDue = copy(q.pong[:], ev.Payload), true
		return
	}
	l.pong(ev.Payload)
}

// pong sends a Pong, unless the connection is closing. mu is held.
func (l *served) pong(payload []byte) {
	if l.c.send.State() == protocol.Open {
		_ = l.put(&outgoing{p: payload, size: len(payload), op: frame.OpPong, flags: protocol.Fin})
	}
}

// pingNumber is for Pings without a payload of the application's.
var pingNumber atomic.Uint64

// ping sends a Ping, and does not wait for its Pong: that goes to Hooks.Pong.
func (l *served) ping(ctx context.Context, payload []byte) error {
	c := l.c
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(payload) == 0 {
		payload = binary.BigEndian.AppendUint64(nil, pingNumber.Add(1))
	}
	if l.loop.poll == nil {
		// A queue takes it for a message that is not to be compressed.
		return c.tryWrite(&queued{typ: MessageType(frame.OpPing).Plain(), data: payload})
	}
	if c.set.Hooks.Trace != nil {
		defer l.showTraced() // when mu is free again
	}
	l.mu.Lock()
	if l.moved() {
		l.mu.Unlock()
		_, err := c.Ping(ctx, payload...)
		return err
	}
	defer l.mu.Unlock()
	return l.put(&outgoing{p: payload, size: len(payload), op: frame.OpPing, flags: protocol.Fin})
}
