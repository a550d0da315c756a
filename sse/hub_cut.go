package sse

import (
	"net/http"
	"sync"
	"time"
)

// cuttable is the http.ResponseWriter of a stream that Shutdown can cut off,
// also while a client that takes nothing holds a write up.
type cuttable struct {
	http.ResponseWriter
	rc *http.ResponseController

	mu       sync.Mutex // guards what follows
	conn     *Conn
	cut      bool
	returned bool // nothing is to be touched any more
}

func newCuttable(w http.ResponseWriter) *cuttable {
	return &cuttable{ResponseWriter: w, rc: http.NewResponseController(w)}
}

// Unwrap is for http.ResponseController.
func (w *cuttable) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// SetWriteDeadline sets a write deadline. Once the stream is cut off, it has
// passed.
func (w *cuttable) SetWriteDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.setWriteDeadline(t)
}

func (w *cuttable) setWriteDeadline(t time.Time) error {
	if w.cut {
		t = time.Unix(1, 0)
	}
	return w.rc.SetWriteDeadline(t)
}

// begin says which stream it is.
func (w *cuttable) begin(c *Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn = c
	if w.cut {
		c.cancel(ErrHubClosed)
	}
}

// cutOff ends the stream at once.
func (w *cuttable) cutOff() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	if w.returned {
		return
	}
	if w.conn != nil {
		w.conn.cancel(ErrHubClosed)
	}
	_ = w.setWriteDeadline(time.Time{})
}

// enter counts a stream in, unless the hub is shut down.
func (h *Hub) enter(w *cuttable) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		h.streams[w] = struct{}{}
	}
	return !h.down
}

// leave counts it out.
func (h *Hub) leave(w *cuttable) {
	w.mu.Lock()
	w.returned = true
	w.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, w)
	h.checkGone()
}
