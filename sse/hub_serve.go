package sse

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
)

// Serve answers r with an event stream of what is published under topics. It is
// the whole of a handler: what is no request for a stream, it answers as
// [Handler] does. Topics are what the client may read; it decides nothing of
// them, so that what it replays is no more than what it would see live.
//
// A client that tells its last event ID first gets what it missed, after an empty
// comment: there are browsers to which a stream is open with its first octet. If
// that can't be given, it is told by an event of type [GapType], whose ID is where
// the stream goes on. One that tells none is sent an ID to begin with, without an
// event (see [Hub].CursorInterval). A client that takes too little is not waited
// for: see [Hub].Overflow and [Options].WriteTimeout. What waits for it is sent in
// one piece with one flush.
//
// The error is why the stream ended: [ErrGone], [ErrWriteTimeout],
// [ErrStopped], [ErrHubClosed], [ErrOverflow], or an error of the Store. A
// client comes back after each of them. It is a [*RefusedError] if there was no
// stream, with 503 after Shutdown, and nil for a request that asked for none.
//
//req:impl SSE-9.2.5-05 SSE-9.2.7-03
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, topics ...string) error {
	h.once.Do(h.init)
	switch {
	case h.wrong != nil:
		return h.server.refuse(w, r, internal(h.wrong))
	case len(topics) == 0 || slices.Contains(topics, ""):
		return h.server.refuse(w, r, internal(ErrTopic))
	}
	out := newCuttable(w)
	if !h.enter(out) {
		return h.refuseClosed(w, r)
	}
	defer h.leave(out)
	return h.server.run(out, r, func(c *Conn) error {
		out.begin(c)
		err := h.stream(c, topics)
		h.logEnd(c, err)
		return err
	})
}

// logEnd logs what the client did not bring about itself; a write that failed
// was logged by the Conn.
func (h *Hub) logEnd(c *Conn, err error) {
	l := h.Stream.Logger
	if l == nil || c.ctx.Err() != nil || errors.Is(err, ErrHubClosed) {
		return
	}
	level, text := slog.LevelError, "event stream of a hub failed"
	if errors.Is(err, ErrOverflow) {
		level, text = slog.LevelInfo, "event stream cut off"
	}
	l.LogAttrs(c.ctx, level, text, slog.Any("error", err), slog.String("remote", c.remote))
}

// refuseClosed answers 503, but for what is no request for a stream.
func (h *Hub) refuseClosed(w http.ResponseWriter, r *http.Request) error {
	_, err := h.server.admit(w, r)
	refused := &RefusedError{Status: http.StatusServiceUnavailable, Reason: "this server is about to go away"}
	switch {
	case errors.Is(err, ErrAnswered):
		return nil
	case err == nil:
		setRetryAfter(w.Header(), h.spread())
	case !errors.As(err, &refused):
		return err
	}
	return h.server.refuse(w, r, refused)
}

// stream sends what h has for topics until something ends it.
func (h *Hub) stream(c *Conn, topics []string) error {
	o := SubscribeOptions{Topics: topics}
	o.After, _ = c.LastEventID()
	for {
		err := h.streamAfter(c, &o)
		if !errors.Is(err, ErrGap) {
			return err
		}
		// It was too slow for the Store. Subscribing again finds the gap.
	}
}

// streamAfter is stream for one subscription. o.After is where it ended.
func (h *Hub) streamAfter(c *Conn, o *SubscribeOptions) error {
	s, err := h.subscribe(c.ctx, *o)
	if err != nil {
		if errors.Is(err, ErrHubClosed) {
			return h.farewell(c, o.After, o.After, part(h.spread(), 1, 2))
		}
		return err
	}
	defer s.Close() // also after a panic of the ResponseWriter or the Store
	f := &feed{hub: h, sub: s, conn: c, told: o.After}
	err = f.run()
	o.After = s.Cursor()
	return err
}
