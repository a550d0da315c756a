package sse

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The wait is in [base, 1.5 base): never shorter than the reconnection time,
// than the floor, and never longer than one and a half times the limit, unless
// the reconnection time is longer.
//
//req:test SSE-9.2.3-03 SSE-9.2.3-04
func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		name                string
		retry, floor, limit time.Duration
		failed              int
		want                time.Duration
	}{
		{"after a good attempt", 3 * time.Second, 100 * time.Millisecond, time.Minute, 0, 3 * time.Second},
		{"after one that failed", 3 * time.Second, 100 * time.Millisecond, time.Minute, 1, 3 * time.Second},
		{"after two", 3 * time.Second, 100 * time.Millisecond, time.Minute, 2, 6 * time.Second},
		{"after five", 3 * time.Second, 100 * time.Millisecond, time.Minute, 5, 48 * time.Second},
		{"the limit", 3 * time.Second, 100 * time.Millisecond, time.Minute, 6, time.Minute},
		{"and no overflow", 3 * time.Second, 100 * time.Millisecond, time.Minute, math.MaxInt, time.Minute},
		{"the floor", time.Millisecond, 100 * time.Millisecond, time.Minute, 0, 100 * time.Millisecond},
		{"zero", 0, 100 * time.Millisecond, time.Minute, 0, 100 * time.Millisecond},
		{"zero, failed", 0, 100 * time.Millisecond, time.Minute, 3, 400 * time.Millisecond},
		{"the stream's is above the limit", time.Hour, 100 * time.Millisecond, time.Minute, 9, time.Hour},
		{"the limit is below the floor", 0, time.Second, time.Millisecond, 9, time.Second},
		{"no limit", time.Second, 1, math.MaxInt64, math.MaxInt, math.MaxInt64},
		{"the longest", math.MaxInt64, 1, time.Minute, 3, math.MaxInt64},
	} {
		b := backoff{retry: c.retry, floor: c.floor, limit: c.limit}
		b.random = func() uint64 { return 0 }
		assert.Equal(t, c.want, b.delay(c.failed), c.name)
		b.random = func() uint64 { return math.MaxUint64 }
		most := b.delay(c.failed)
		assert.GreaterOrEqual(t, most, c.want, c.name)
		assert.LessOrEqual(t, most-c.want, c.want/2, c.name)
		if c.want < math.MaxInt64/2 {
			assert.Equal(t, c.want/2, most-c.want+1, c.name)
		}
	}
}

func TestBackoffAfterAWaitThatWasTold(t *testing.T) {
	b := backoff{retry: 4 * time.Second, floor: 1, limit: time.Minute, random: func() uint64 { return 1 << 63 }}
	assert.Equal(t, 101*time.Second, b.after(100*time.Second, 1))
	assert.Equal(t, 5*time.Second, b.after(time.Second, 1), "the backoff is longer")
	assert.Equal(t, 5*time.Second, b.after(4*time.Second, 1))
}

// Two streams do not wait the same time, and neither does one twice.
func TestBackoffIsRandom(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 4 {
		b := backoff{retry: time.Hour, random: newRandom()}
		for range 16 {
			d := b.delay(0)
			assert.GreaterOrEqual(t, d, time.Hour)
			assert.Less(t, d, 90*time.Minute)
			seen[d] = true
		}
	}
	assert.Len(t, seen, 64)
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"7", "", 7 * time.Second},
		{"0", "", 0},
		{"007", "", 7 * time.Second},
		{"3600", "", time.Hour},
		{"3601", "", MaxRetryAfter},
		{"99999999999999999999999999", "", MaxRetryAfter},
		{"-1", "", 0},
		{"+5", "", 0},
		{"1.5", "", 0},
		{"soon", "", 0},
		{at(90 * time.Second), "", 90 * time.Second},
		{at(-time.Hour), "", 0},
		{at(48 * time.Hour), "", MaxRetryAfter},
		{at(90 * time.Second), at(60 * time.Second), 30 * time.Second},
		{at(90 * time.Second), at(100 * time.Second), 0},
		{at(90 * time.Second), "never", 90 * time.Second},
		{now.Add(time.Minute).Format("Monday, 02-Jan-06 15:04:05 GMT"), "", time.Minute},
	} {
		h := http.Header{}
		if c.value != "" {
			h.Set("Retry-After", c.value)
		}
		if c.date != "" {
			h.Set("Date", c.date)
		}
		assert.Equal(t, c.want, retryAfter(h, now), "%q, Date %q", c.value, c.date)
	}
}
