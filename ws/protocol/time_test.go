package protocol_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/protocol"
)

// A script of moments, in seconds: at each, what may have been received, what
// Next says, and when it wants to be asked again.
type moment struct {
	now      int64
	received bool // just before now
	action   protocol.Action
	next     int64
}

func TestKeepalive(t *testing.T) {
	const never = protocol.Never
	for _, c := range []struct {
		name              string
		interval, timeout int64
		script            []moment
	}{
		{"a lively peer", 30, 15, []moment{
			{0, false, protocol.ActionNone, 30},
			{29, true, protocol.ActionNone, 30},
			{30, false, protocol.ActionPing, 45},
			{31, true, protocol.ActionNone, 60},
			{45, false, protocol.ActionNone, 60},
			{60, false, protocol.ActionPing, 75},
			{75, true, protocol.ActionNone, 90},
		}},
		{"a dead peer", 30, 15, []moment{
			{30, false, protocol.ActionPing, 45},
			{44, false, protocol.ActionNone, 45},
			{45, false, protocol.ActionDead, never},
			{50, false, protocol.ActionDead, never},
		}},
		{"back to life after all", 30, 15, []moment{
			{30, false, protocol.ActionPing, 45},
			{45, false, protocol.ActionDead, never},
			{46, true, protocol.ActionNone, 60},
		}},
		{"timeout over several intervals: the first unanswered ping counts", 10, 25, []moment{
			{10, false, protocol.ActionPing, 20},
			{20, false, protocol.ActionPing, 30},
			{30, false, protocol.ActionPing, 35},
			{34, false, protocol.ActionNone, 35},
			{35, false, protocol.ActionDead, never},
		}},
		{"asked late: one ping, not three", 10, 5, []moment{
			{38, false, protocol.ActionPing, 43},
			{40, true, protocol.ActionNone, 48},
			{48, false, protocol.ActionPing, 53},
		}},
		{"asked late after the ping: dead", 10, 5, []moment{
			{10, false, protocol.ActionPing, 15},
			{100, false, protocol.ActionDead, never},
		}},
		{"no interval: no pings", 0, 15, []moment{
			{0, false, protocol.ActionNone, never},
			{math.MaxInt64, false, protocol.ActionNone, never},
		}},
		{"no timeout: nobody is given up", 10, 0, []moment{
			{10, false, protocol.ActionPing, 20},
			{20, false, protocol.ActionPing, 30},
			{1000, false, protocol.ActionPing, 1010},
		}},
		{"times beyond the clock", math.MaxInt64, math.MaxInt64, []moment{
			{1, false, protocol.ActionNone, never},
		}},
		{"a timeout beyond the clock", 10, math.MaxInt64, []moment{
			{10, false, protocol.ActionPing, 20},
			{20, false, protocol.ActionPing, 30},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := protocol.NewKeepalive(c.interval, c.timeout, 0)
			for _, m := range c.script {
				if m.received {
					k.Received(m.now)
				}
				action, next := k.Next(m.now)
				assert.Equal(t, m.action, action, "action at %d", m.now)
				assert.Equal(t, m.next, next, "next after %d", m.now)
				if action != protocol.ActionDead {
					assert.Equal(t, next, k.Due(), "due after %d", m.now)
				}
				due, asked := k.Save()
				k = protocol.KeepaliveFrom(c.interval, c.timeout, due, asked)
			}
		})
	}
}

// What came before the Ping does not answer it, even if it is told later.
func TestKeepaliveReceivedBeforeThePing(t *testing.T) {
	k := protocol.NewKeepalive(30, 15, 0)
	action, _ := k.Next(30)
	assert.Equal(t, protocol.ActionPing, action)
	k.Received(29)
	action, _ = k.Next(45)
	assert.Equal(t, protocol.ActionDead, action)
}

// Negative times are as good as others.
func TestKeepaliveNegativeTime(t *testing.T) {
	k := protocol.NewKeepalive(10, 5, math.MinInt64)
	action, next := k.Next(math.MinInt64 + 10)
	assert.Equal(t, protocol.ActionPing, action)
	assert.Equal(t, int64(math.MinInt64+15), next)
	k.Received(math.MinInt64 + 11)
	action, next = k.Next(math.MinInt64 + 15)
	assert.Equal(t, protocol.ActionNone, action)
	assert.Equal(t, int64(math.MinInt64+20), next)
}

func TestRateLimit(t *testing.T) {
	const second = 1_000_000_000
	burst := func(most int, r *protocol.RateLimit, now int64, tries int) (n int) {
		for range tries {
			if r.Allow(now) {
				n++
			}
			*r = protocol.RateLimitFrom(most, r.Save())
		}
		return n
	}
	for _, most := range []int{1, 2, 3, 7, 1000} {
		for _, start := range []int64{math.MinInt64, -5, 0, 1 << 40} {
			r := protocol.NewRateLimit(most)
			assert.Equal(t, most, burst(most, &r, start, 3*most), "all at once")
			assert.Equal(t, 0, burst(most, &r, start+second/int64(most)-1, 3), "not yet")
			assert.Equal(t, 1, burst(most, &r, start+second/int64(most), 3), "one for each interval")
			assert.Equal(t, most, burst(most, &r, start+10*second, 3*most), "a quiet time is not saved up")
		}
	}
	r := protocol.NewRateLimit(10)
	allowed := 0
	for now := int64(0); now < 10*second; now += second / 10 {
		allowed += burst(10, &r, now, 1)
	}
	assert.Equal(t, 100, allowed, "an even pace at the limit passes for ever")

	for _, most := range []int{0, -1} {
		r := protocol.NewRateLimit(most)
		assert.Equal(t, 10_000, burst(most, &r, 0, 10_000))
	}
	r = protocol.NewRateLimit(math.MaxInt)
	assert.Equal(t, 1000, burst(math.MaxInt, &r, 0, 1000))
}
