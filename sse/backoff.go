package sse

import (
	crand "crypto/rand"
	"math"
	"math/bits"
	"math/rand/v2"
	"time"
)

// backoff computes how long to wait before an attempt (section 9.2.3): the
// reconnection time, twice as long after each further attempt that failed, up to
// limit, and a random part of up to half of that on top. The random part is there for
// a server that restarts: its clients do not all come back in the same moment.
//
// The wait is never shorter than the reconnection time, which is the server's
// word, and neither than floor, so that no server makes a client spin.
type backoff struct {
	retry  time.Duration // the reconnection time
	floor  time.Duration
	limit  time.Duration // of what doubles; a longer reconnection time stands
	random func() uint64
}

// newRandom gives a source of random numbers.
func newRandom() func() uint64 {
	var seed [32]byte
	_, _ = crand.Read(seed[:]) // it never fails
	return rand.NewChaCha8(seed).Uint64
}

// base gives the shortest wait.
func (b *backoff) base() time.Duration { return max(b.retry, b.floor) }

// delay gives the wait after a number of attempts in a row that failed: 0 if
// the last one was good.
//
//req:impl SSE-9.2.3-03
//req:impl SSE-9.2.3-04
func (b *backoff) delay(failed int) time.Duration {
	d := b.base()
	for ; failed > 1 && d < b.limit; failed-- {
		if d > b.limit/2 {
			d = b.limit
			break
		}
		d *= 2
	}
	return b.spread(d, d/2)
}

// after gives the wait if the server said how long it is to be at least.
func (b *backoff) after(told time.Duration, failed int) time.Duration {
	return max(b.delay(failed), b.spread(told, b.base()/2))
}

// spread gives d and a random part of less than width more.
func (b *backoff) spread(d, width time.Duration) time.Duration {
	width = min(width, math.MaxInt64-d)
	if width <= 0 {
		return d
	}
	part, _ := bits.Mul64(b.random(), uint64(width)) // less than width
	return d + time.Duration(part)                   //nolint:gosec // and so no overflow
}
