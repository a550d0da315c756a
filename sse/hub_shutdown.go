package sse

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Shutdown ends all subscriptions. None is made any more: Subscribe gives
// [ErrHubClosed], and Serve answers 503. An event stream gets what is in its
// queue, then the Farewell and a reconnection time, and ends; another
// subscriber's Next gives what is in the queue, then ErrHubClosed.
//
// The streams are ended one after the other over Spread, or over half of the
// time that ctx leaves if that is less, and the reconnection times go from
// nearly none to Spread: so those who come back do so over twice that time.
// Close the listeners before it, as a function given to
// http.Server.RegisterOnShutdown is called: browsers do not try again after a
// 503.
//
// It returns nil when all have gone: Serve has returned, and any other
// subscriber has been given ErrHubClosed or has called Close. At the end of ctx
// the others are cut off, in the middle of an event if need be, and the error is
// that of ctx. Publish goes on to work.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.once.Do(h.init)
	h.mu.Lock()
	first := !h.down
	h.down = true
	subs := make([]*Subscription, 0, len(h.subs))
	for s := range h.subs {
		subs = append(subs, s)
	}
	if first {
		h.checkGone()
	}
	h.mu.Unlock()

	var err error
	if first {
		err = h.finishAll(ctx, subs)
	}
	if err == nil {
		select {
		case <-h.gone:
			return nil
		case <-ctx.Done():
		}
	}
	h.cut()
	return context.Cause(ctx)
}

// finishAll ends subscriptions over the time of Spread.
func (h *Hub) finishAll(ctx context.Context, subs []*Subscription) error {
	spread := h.spread()
	pace := spread
	if deadline, ok := ctx.Deadline(); ok {
		pace = min(pace, max(time.Until(deadline)/2, 0))
	}
	begin := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i, s := range subs {
		timer.Reset(time.Until(begin.Add(part(pace, i, len(subs)))))
		select {
		case <-timer.C:
		case <-h.gone: // each of them has ended by itself
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		s.finish(part(spread, i+1, len(subs)))
	}
	return nil
}

// spread gives Spread, 0 for none.
func (h *Hub) spread() time.Duration { return durationOr(h.Spread, DefaultSpread) }

// setRetryAfter asks a client not to come back before d is over.
func setRetryAfter(header http.Header, d time.Duration) {
	seconds := max((d+time.Second-1)/time.Second, 1)
	header.Set("Retry-After", strconv.Itoa(int(seconds)))
}

// part gives d*i/n.
func part(d time.Duration, i, n int) time.Duration {
	return time.Duration(float64(d) * float64(i) / float64(n))
}

// checkGone closes gone when nothing is left after Shutdown. h.mu is held.
func (h *Hub) checkGone() {
	if !h.down || len(h.subs) > 0 || len(h.streams) > 0 {
		return
	}
	select {
	case <-h.gone:
	default:
		close(h.gone)
	}
}

// cut ends at once whatever is left.
func (h *Hub) cut() {
	h.mu.Lock()
	streams := make([]*cuttable, 0, len(h.streams))
	for s := range h.streams {
		streams = append(streams, s)
	}
	subs := make([]*Subscription, 0, len(h.subs))
	for s := range h.subs {
		subs = append(subs, s)
	}
	h.mu.Unlock()
	for _, s := range streams {
		s.cutOff()
	}
	for _, s := range subs {
		s.stop(ErrHubClosed)
	}
}
