package main

import "time"

// How many comments may come: in the long run, a second, and at once.
const (
	userRate, userBurst = 1.0, 5.0
	allRate, allBurst   = 500.0, 500.0
)

// budget counts what was sent of late. Its zero value has sent nothing.
type budget struct {
	spent float64
	at    time.Time
}

// left tells how many may be sent now.
func (b *budget) left(now time.Time, rate, burst float64) float64 {
	return burst - max(0, b.spent-rate*now.Sub(b.at).Seconds())
}

// spend takes one, if there is one. What is refused costs nothing.
func (b *budget) spend(now time.Time, rate, burst float64) bool {
	left := b.left(now, rate, burst)
	if left < 1 {
		return false
	}
	b.spent, b.at = burst-left+1, now
	return true
}
