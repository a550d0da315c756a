package sse

import (
	"net/http"
	"strconv"
	"time"
)

// MaxRetryAfter is the longest time for which Retry-After of an answer is
// honoured: one hour. A mistake in it, or a clock that is wrong, does not keep
// a client away for longer.
const MaxRetryAfter = time.Hour

// retryAfter reads Retry-After (RFC 9110 section 10.2.3): seconds, or a date.
// A date is compared with the Date of the same answer, so that the client's
// clock does not matter, and with now if there is none. Without one, or with
// one that can't be read, it gives 0.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	if s, ok := seconds(v); ok {
		return s
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), MaxRetryAfter)
}

// seconds reads digits and nothing else.
func seconds(v string) (time.Duration, bool) {
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return 0, false
		}
	}
	const most = int64(MaxRetryAfter / time.Second)
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n > most { // all digits: too many of them
		n = most
	}
	return time.Duration(n) * time.Second, true
}
