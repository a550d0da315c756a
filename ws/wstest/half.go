package wstest

import (
	"io"
	"net"
	"sync"
	"time"
)

// half is one direction of a pipe: a bounded queue of octets. Whoever waits,
// waits on changed, which is durably blocking; mu is never held meanwhile.
type half struct {
	mu      sync.Mutex
	changed sync.Cond
	options PipeOptions

	data    []byte // written and not yet read
	writing bool   // a write is in progress: others wait, so that theirs come whole

	writeClosed bool // no more comes: the reader gets io.EOF
	readClosed  bool // nobody reads any more
	wasReset    bool

	readDeadline  deadline
	writeDeadline deadline
}

func newHalf(o PipeOptions) *half {
	h := &half{options: o}
	h.changed.L = &h.mu
	return h
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.readClosed:
			return 0, net.ErrClosed
		case h.wasReset:
			return 0, ErrReset
		case h.readDeadline.expired:
			return 0, errTimeout
		case len(p) == 0:
			return 0, nil
		case len(h.data) > 0:
			n := copy(p, h.data)
			h.data = h.data[n:]
			h.changed.Broadcast()
			return n, nil
		case h.writeClosed:
			return 0, io.EOF
		}
		h.changed.Wait()
	}
}

func (h *half) write(p []byte) (n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.writing {
		if err := h.writeError(); err != nil {
			return 0, err
		}
		h.changed.Wait()
	}
	h.writing = true
	defer func() {
		h.writing = false
		h.changed.Broadcast()
	}()
	for {
		if err := h.writeError(); err != nil {
			return n, err
		}
		room := h.options.Size - len(h.data)
		if h.options.Atomic && len(p) <= h.options.Size && room < len(p) {
			room = 0
		}
		k := min(room, len(p))
		if k > 0 {
			h.data = append(h.data, p[:k]...)
			p = p[k:]
			n += k
			h.changed.Broadcast()
		}
		if len(p) == 0 {
			return n, nil
		}
		h.changed.Wait()
	}
}

// writeError says why nothing can be written now. mu is held.
func (h *half) writeError() error {
	switch {
	case h.writeClosed:
		return net.ErrClosed
	case h.wasReset:
		return ErrReset
	case h.readClosed:
		return io.ErrClosedPipe
	case h.writeDeadline.expired:
		return errTimeout
	default:
		return nil
	}
}

// closeWrite tells whether it was open.
func (h *half) closeWrite() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	open := !h.writeClosed
	h.writeClosed = true
	h.writeDeadline.stop()
	h.changed.Broadcast()
	return open
}

// closeRead tells whether it was open.
func (h *half) closeRead() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	open := !h.readClosed
	h.readClosed = true
	h.data = nil
	h.readDeadline.stop()
	h.changed.Broadcast()
	return open
}

func (h *half) reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wasReset = true
	h.data = nil
	h.changed.Broadcast()
}

func (h *half) unread() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.data)
}

func (h *half) setReadDeadline(t time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readClosed {
		return net.ErrClosed
	}
	h.readDeadline.set(t, &h.changed)
	return nil
}

func (h *half) setWriteDeadline(t time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.writeClosed {
		return net.ErrClosed
	}
	h.writeDeadline.set(t, &h.changed)
	return nil
}
