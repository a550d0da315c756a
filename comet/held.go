package comet

import (
	"context"
	"net/http"
	"sync"
)

// held counts the requests that are held, and lets Shutdown wait for their end.
type held struct {
	most int // 0: no limit

	mu   sync.Mutex
	n    int
	down bool
	gone chan struct{} // closed when the last one has left after close
}

func (h *held) init(most int) {
	h.most = most
	h.gone = make(chan struct{})
}

// enter counts a request in, or refuses it.
func (h *held) enter() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.down:
		return errGoingAway
	case h.most > 0 && h.n >= h.most:
		return refuse(http.StatusServiceUnavailable, "too many requests are held")
	}
	h.n++
	return nil
}

func (h *held) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n--
	if h.down && h.n == 0 {
		close(h.gone)
	}
}

// close lets nobody in any more.
func (h *held) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		h.down = true
		if h.n == 0 {
			close(h.gone)
		}
	}
}

// wait waits until all have left after close, no longer than ctx allows.
func (h *held) wait(ctx context.Context) error {
	select {
	case <-h.gone:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
