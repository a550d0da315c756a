package sse

import (
	"context"
	"io"
	"time"
)

// idleTimer gives up an attempt during which the server is silent. It counts
// only while something is waited for: what the loop over the events does in
// between is not the server's silence. A nil one never ends.
type idleTimer struct {
	d time.Duration
	t *time.Timer
}

// newIdleTimer starts counting.
func newIdleTimer(d time.Duration, giveUp context.CancelCauseFunc) *idleTimer {
	if d <= 0 {
		return nil
	}
	return &idleTimer{d: d, t: time.AfterFunc(d, func() { giveUp(ErrIdleTimeout) })}
}

func (i *idleTimer) stop() {
	if i != nil {
		i.t.Stop()
	}
}

// body gives r with each Read counted.
func (i *idleTimer) body(r io.Reader) io.Reader {
	if i == nil {
		return r
	}
	return idleReader{r: r, idle: i}
}

type idleReader struct {
	r    io.Reader
	idle *idleTimer
}

func (r idleReader) Read(p []byte) (int, error) {
	r.idle.t.Reset(r.idle.d)
	defer r.idle.t.Stop()
	return r.r.Read(p)
}
