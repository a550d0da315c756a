package main

import "time"

// budget is how much somebody has said of late: two things a second are forgotten.
type budget struct {
	spent float64
	at    time.Time
}

// spend tells whether one thing more may be said (10 at once may), and if not,
// whether there is a notice for it. Notices count too: they are sent as well.
func (b *budget) spend(now time.Time) (fine, notice bool) {
	b.spent = min(max(0, b.spent-2*max(0, now.Sub(b.at).Seconds()))+1, 16)
	b.at = now
	return b.spent <= 10, b.spent <= 15
}
