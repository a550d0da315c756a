package wstest

import (
	"sync"
	"time"
)

// deadline is a time after which something fails. The lock of a sync.Cond
// guards it, and those who wait on the Cond are woken when the time comes.
type deadline struct {
	expired bool
	timer   *time.Timer
}

// set moves the deadline; the zero time is never. The lock of changed is held.
func (d *deadline) set(t time.Time, changed *sync.Cond) {
	d.stop()
	d.expired = false
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.expired = true
		changed.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(left, func() {
		changed.L.Lock()
		defer changed.L.Unlock()
		if d.timer == timer { // not replaced meanwhile
			d.expired = true
			changed.Broadcast()
		}
	})
	d.timer = timer
}

// stop forgets the time that was set, if it has not come.
func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
