package ws

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tick is the width of a slot of the first level.
const tick = int64(1) << tickShift

// wheelModel is what a wheel is to be: a list of times.
type wheelModel struct {
	t     *testing.T
	w     wheel
	now   int64
	timer map[int32]setTimer
}

type setTimer struct{ when, at int64 } // when it is due, and when it was set

func (m *wheelModel) set(i int32, when int64) {
	m.w.set(i, when)
	m.timer[i] = setTimer{when, m.now}
}

func (m *wheelModel) remove(i int32) {
	m.w.remove(i)
	delete(m.timer, i)
}

// latest is when a timer must have fired.
func (s setTimer) latest() int64 {
	late := max(s.when-s.at, 0) / 31
	// To the next tick, and the wheel's own time may be a tick behind.
	return max(s.when, s.at) + late + 3*tick
}

func (m *wheelModel) advance(now int64, fire func(i int32)) (fired int) {
	m.now = now
	m.w.expire(now, func(i int32) {
		s, ok := m.timer[i]
		require.True(m.t, ok, "timer %d is not set", i)
		require.LessOrEqual(m.t, s.when, now, "timer %d fires early", i)
		delete(m.timer, i)
		fired++
		if fire != nil {
			fire(i)
		}
	})
	for i, s := range m.timer {
		require.Greater(m.t, s.latest(), now, "timer %d of %v, set at %v, has not fired at %v", i, s.when, s.at, now)
	}
	return fired
}

// A wheel does what a list of times does, but for a little lateness.
func TestWheelAgainstAList(t *testing.T) {
	for seed := range byte(20) {
		r := rand.NewChaCha8([32]byte{seed})
		n := func(below int64) int64 { return int64(r.Uint64() % uint64(below)) }
		m := &wheelModel{t: t, timer: map[int32]setTimer{}}
		// How far timers and steps go, from ticks to hours.
		duration := func() int64 { return n(int64(10*time.Millisecond) << n(23)) }
		for range 3000 {
			switch n(4) {
			case 0, 1:
				m.set(int32(n(600)), m.now+duration())
			case 2:
				m.remove(int32(n(600)))
			case 3:
				m.advance(m.now+duration()/8, func(i int32) {
					switch n(8) {
					case 0: // again, as a keepalive does
						m.set(i, m.now+duration())
					case 1: // at once: not before the next tick
						m.set(i, m.now)
					case 2:
						m.remove(int32(n(600)))
					}
				})
			}
		}
		m.advance(math.MaxInt64/2, nil)
		require.Empty(t, m.timer)
		require.Equal(t, int64(math.MaxInt64), m.w.next())
	}
}

// A loop sleeps until next: before it nothing fires, and then something does.
func TestWheelNext(t *testing.T) {
	r := rand.NewChaCha8([32]byte{1})
	m := &wheelModel{t: t, timer: map[int32]setTimer{}}
	assert.Equal(t, int64(math.MaxInt64), m.w.next())
	for i := range int32(1000) {
		m.set(i, int64(r.Uint64()%uint64(time.Hour)))
	}
	for len(m.timer) > 0 {
		next := m.w.next()
		require.Zero(t, m.advance(next-1, nil))
		require.NotZero(t, m.advance(next, nil))
	}
}

// What is farther away than the wheel reaches fires when the wheel's end is
// reached, to be set again.
func TestWheelBeyondItsReach(t *testing.T) {
	var w wheel
	w.set(0, math.MaxInt64-1)
	fired := false
	w.expire(int64(15*time.Hour), func(int32) { fired = true })
	assert.False(t, fired)
	w.expire(int64(24*time.Hour), func(int32) { fired = true })
	assert.True(t, fired)
}

func TestWheelAllocations(t *testing.T) {
	var w wheel
	w.set(300, 1)
	var now int64
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		now += int64(time.Second)
		w.set(3, now+1)
		w.set(255, now+int64(time.Minute))
		w.remove(255)
		w.expire(now, func(int32) {})
		w.next()
	}))
}

func BenchmarkWheel(b *testing.B) {
	var w wheel
	const n = 20_000
	for i := range int32(n) {
		w.set(i, int64(i)*int64(30*time.Second)/n)
	}
	b.ReportAllocs()
	for b.Loop() {
		next := w.next()
		w.expire(next, func(i int32) { w.set(i, next+int64(30*time.Second)) })
	}
}
