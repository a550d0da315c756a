package comet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"longwire.example/sse"
	"longwire.example/ws"
)

// settings is what a Handler's fields say, with the defaults; 0 is no limit, or
// off.
type settings struct {
	hold, heartbeat, writeTimeout time.Duration
	maxBody                       int64
	maxBatch                      int
	maxStream                     int64
	webSocket                     ws.Options

	life context.Context // ends when WebSockets are to be cut off
	cut  context.CancelFunc
}

func (h *Handler) init() {
	h.set = settings{
		hold:         max(cmp.Or(h.Hold, DefaultHold), 0),
		heartbeat:    max(cmp.Or(h.Heartbeat, DefaultHeartbeat), 0),
		writeTimeout: max(cmp.Or(h.WriteTimeout, DefaultWriteTimeout), 0),
		maxBody:      max(cmp.Or(h.MaxBody, DefaultMaxBody), 0),
		maxBatch:     max(cmp.Or(h.MaxBatch, DefaultMaxBatch), 0),
		maxStream:    max(cmp.Or(h.MaxStream, DefaultMaxStream), 0),
		webSocket:    h.WebSocket,
	}
	h.set.life, h.set.cut = context.WithCancel(context.Background())
	h.held.init(max(cmp.Or(h.MaxHeld, DefaultMaxHeld), 0))
	o := &h.set.webSocket
	o.Origins = slices.Clone(h.Origins)
	o.MaxMessage = cmp.Or(o.MaxMessage, h.MaxBody, DefaultMaxBody)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, h.WriteTimeout)
	h.wrong = h.check()
}

// Check finds what is wrong with the fields: there is no Hub or no Topics, an
// origin that no browser sends, wrong options of the hub or of WebSocket. With
// such, every request is answered with 500.
func (h *Handler) Check() error {
	h.once.Do(h.init)
	return h.wrong
}

func (h *Handler) check() error {
	switch {
	case h.Hub == nil:
		return errors.New("comet: Handler.Hub is nil")
	case h.Topics == nil:
		return errors.New("comet: Handler.Topics is nil")
	case len(h.WebSocket.Origins) > 0 || h.WebSocket.InsecureSkipOriginCheck:
		return errors.New("comet: Handler.WebSocket says which origins may: Handler.Origins does, for all transports")
	}
	if err := h.Hub.Check(); err != nil {
		return fmt.Errorf("comet: Handler.Hub: %w", err)
	}
	if err := (&sse.Options{Origins: h.Origins, AllowCredentials: h.AllowCredentials}).Check(); err != nil {
		return fmt.Errorf("comet: Handler.Origins: %w", err)
	}
	if err := h.set.webSocket.Check(); err != nil {
		return fmt.Errorf("comet: Handler.WebSocket: %w", err)
	}
	return nil
}
