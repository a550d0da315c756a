package protocol

import "math"

// second in nanoseconds.
const second = 1_000_000_000

// RateLimit bounds how often something may happen: the control frames of a
// peer, which cost it little and ask for an answer. It is made by
// [NewRateLimit] and keeps one number: the time when all that was allowed so
// far would be paid for at an even pace.
type RateLimit struct {
	each int64 // what one event costs, in nanoseconds; 0: no limit
	room int64 // how far ahead of the clock paid may be, one event less
	paid int64
}

// NewRateLimit allows perSecond events in any second that follows a quiet one:
// all of them at once, or spread. Zero or negative: no limit.
func NewRateLimit(perSecond int) RateLimit {
	if perSecond <= 0 {
		return RateLimit{}
	}
	n := min(int64(perSecond), second)
	each := second / n
	return RateLimit{each: each, room: each * (n - 1), paid: math.MinInt64}
}

// RateLimitFrom gives a RateLimit that goes on where the one that was made with
// the same perSecond was saved: a driver with very many connections has to keep
// one number for each.
func RateLimitFrom(perSecond int, paid int64) RateLimit {
	r := NewRateLimit(perSecond)
	r.paid = paid
	return r
}

// Save gives what RateLimitFrom takes.
func (r *RateLimit) Save() (paid int64) { return r.paid }

// Allow tells whether an event at the time now, in nanoseconds on any clock that
// does not go back, is within the limit. One that is not costs nothing.
func (r *RateLimit) Allow(now int64) bool {
	if r.each == 0 {
		return true
	}
	r.paid = max(r.paid, now)
	if r.paid-now > r.room {
		return false
	}
	r.paid = later(r.paid, r.each)
	return true
}
