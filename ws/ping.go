package ws

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// pings are the Pings whose Pongs are awaited, in the order sent.
type pings struct {
	mu      sync.Mutex
	waiting []*ping
	count   uint64
}

type ping struct {
	payload []byte
	done    chan struct{}
}

// add registers a Ping before it is sent, since its Pong may be back before
// the write returns.
func (ps *pings) add(payload []byte) *ping {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if payload == nil {
		ps.count++
		payload = binary.BigEndian.AppendUint64(nil, ps.count)
	}
	p := &ping{payload: payload, done: make(chan struct{})}
	ps.waiting = append(ps.waiting, p)
	return p
}

// remove forgets a Ping that nobody waits for any more.
func (ps *pings) remove(p *ping) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for i, q := range ps.waiting {
		if q == p {
			ps.waiting = append(ps.waiting[:i], ps.waiting[i+1:]...)
			return
		}
	}
}

// pong completes the latest Ping with this payload and every earlier one: a
// peer may answer only the latest (section 5.5.3). A Pong that answers nothing
// is allowed and means nothing.
//
//req:impl RFC6455-5.5.3-03
func (ps *pings) pong(payload []byte) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for i, latest := range slices.Backward(ps.waiting) {
		if !bytes.Equal(latest.payload, payload) {
			continue
		}
		for _, p := range ps.waiting[:i+1] {
			close(p.done)
		}
		ps.waiting = append(ps.waiting[:0], ps.waiting[i+1:]...)
		return
	}
}

// awaited gives the Pings whose Pongs are awaited. Most connections send none
// but those of keepalive, which nobody waits for.
func (c *Conn) awaited() *pings {
	if c.pings.Load() == nil {
		c.pings.CompareAndSwap(nil, new(pings))
	}
	return c.pings.Load()
}

// Ping sends a Ping and waits for its Pong; it gives the round-trip time. The
// payload is the concatenation of p, at most 125 octets; without p it is a
// number of 8 octets that this connection has not used before.
//
// The Pong is seen only while something reads the connection: another
// goroutine in a read, or Discard. Without one, Ping ends with its context and
// an error that is ErrNoReader.
//
//req:impl RFC6455-5.5.2-04
func (c *Conn) Ping(ctx context.Context, p ...byte) (time.Duration, error) {
	if len(p) > frame.MaxControlPayload {
		return 0, fmt.Errorf("ws: ping payload of %d octets: %w", len(p), protocol.ErrControlPayload)
	}
	if l := c.served.Load(); l != nil {
		return 0, l.ping(ctx, p)
	}
	ps := c.awaited()
	w := ps.add(bytes.Clone(p))
	defer ps.remove(w)
	start := time.Now()
	if err := c.write(ctx, turnPing, &draft{op: frame.OpPing, flags: protocol.Fin, p: w.payload}); err != nil {
		return 0, err
	}
	select {
	case <-w.done:
		return time.Since(start), nil
	case <-c.ended.done():
		return 0, c.result.Load()
	case <-ctx.Done():
	}
	if c.reading.free() {
		return 0, fmt.Errorf("%w: %w", ErrNoReader, ctx.Err())
	}
	return 0, ctx.Err()
}
