package ws

import (
	"math"
	"math/bits"
)

// The shape of a wheel. A slot of level 0 is one tick wide, about 8 ms, and one
// of each further level 8 times as wide as one before. With 256 slots a level, a
// timer fires at most a thirty-second of its duration late, and never early. The
// last level reaches 19 hours; what is later fires there, and has to be set anew.
const (
	tickShift   = 23 // of nanoseconds
	wheelLevels = 6
	levelShift  = 3
	slotShift   = 8
	levelSlots  = 1 << slotShift
	slotMask    = levelSlots - 1

	// dueSlot is the list of timers that are being fired.
	dueSlot    = wheelLevels * levelSlots
	wheelSlots = dueSlot + 1
)

// wheel is a set of timers, one for each number from 0 up, that knows nothing
// of what they are for: the time is an argument, in nanoseconds. To set one and
// to remove one takes the same short time however many there are.
//
// A timer stays in the slot that it was put into. What a coarse slot costs in
// precision saves the work of moving timers down from level to level, and the
// wake-ups for that: a loop whose next timer is far away sleeps until then.
type wheel struct {
	tick   int64 // everything up to here has been fired
	timers pages[wheelTimer]
	first  [wheelSlots]int32 // the first timer of a slot, and 1: so that 0 is none
	used   [wheelSlots/64 + 1]uint64
}

// wheelTimer is a timer's place in the list of its slot: the numbers of its
// neighbours, each and 1. The first one has the slot as ^prev. A prev of 0 says
// that it is not set.
type wheelTimer struct{ next, prev int32 }

// set makes the timer i fire at the time when, whenever it was to fire before.
func (w *wheel) set(i int32, when int64) {
	w.remove(i)
	w.timers.extend(i)
	// Rounded up, so that nothing fires early.
	tick := when >> tickShift
	if when&(1<<tickShift-1) != 0 {
		tick++
	}
	w.insert(i, w.slot(max(tick, w.tick+1)))
}

// slot finds the slot for a tick that is to come.
func (w *wheel) slot(tick int64) int {
	for level := range wheelLevels {
		shift := level * levelShift
		at := (tick + 1<<shift - 1) >> shift // rounded up, too
		if at-w.tick>>shift < levelSlots {
			return level<<slotShift | int(at&slotMask)
		}
	}
	const shift = (wheelLevels - 1) * levelShift
	return (wheelLevels-1)<<slotShift | int((w.tick>>shift+slotMask)&slotMask)
}

func (w *wheel) insert(i int32, slot int) {
	next := w.first[slot]
	*w.timers.at(i) = wheelTimer{next: next, prev: ^int32(slot)} //nolint:gosec // G115: at most wheelSlots
	if next != 0 {
		w.timers.at(next - 1).prev = i + 1
	}
	w.first[slot] = i + 1
	w.used[slot/64] |= 1 << (slot % 64)
}

// remove makes the timer i not fire. One that is not set stays so.
func (w *wheel) remove(i int32) {
	if i >= w.timers.length || w.timers.at(i).prev == 0 {
		return
	}
	t := *w.timers.at(i)
	*w.timers.at(i) = wheelTimer{}
	if t.next != 0 {
		w.timers.at(t.next - 1).prev = t.prev
	}
	if t.prev > 0 {
		w.timers.at(t.prev - 1).next = t.next
		return
	}
	slot := ^t.prev
	w.first[slot] = t.next
	if t.next == 0 {
		w.used[slot/64] &^= 1 << (slot % 64)
	}
}

// next gives the time of the first slot that holds a timer, or math.MaxInt64.
func (w *wheel) next() int64 {
	earliest := int64(math.MaxInt64)
	for level := range wheelLevels {
		shift := level * levelShift
		from := w.tick>>shift + 1
		if at, ok := w.occupied(level, from, from+slotMask); ok {
			earliest = min(earliest, at<<shift)
		}
	}
	if earliest == math.MaxInt64 {
		return earliest
	}
	return earliest << tickShift
}

// occupied gives the first slot of a level that holds a timer, among those for
// the times from to last, in units of the level.
func (w *wheel) occupied(level int, from, last int64) (at int64, ok bool) {
	for at = from; at <= last; {
		slot := level<<slotShift | int(at&slotMask)
		word := w.used[slot/64] >> (slot % 64)
		if word != 0 {
			at += int64(bits.TrailingZeros64(word))
			return at, at <= last
		}
		at += int64(64 - slot%64)
	}
	return 0, false
}

// expire fires what is due at the time now, in no particular order. fire may
// set and remove any timer.
func (w *wheel) expire(now int64, fire func(i int32)) {
	if tick := now >> tickShift; tick > w.tick {
		w.collect(tick)
	}
	// fire may not return, and then the rest is fired at the next call.
	for w.first[dueSlot] != 0 {
		i := w.first[dueSlot] - 1
		w.remove(i)
		fire(i)
	}
}

// collect takes what is due at the time tick out of its slots: what is set while
// it is fired must not be taken for due.
func (w *wheel) collect(tick int64) {
	for level := range wheelLevels {
		shift := level * levelShift
		from, last := w.tick>>shift+1, tick>>shift
		last = min(last, from+slotMask)
		for {
			at, ok := w.occupied(level, from, last)
			if !ok {
				break
			}
			slot := level<<slotShift | int(at&slotMask)
			for w.first[slot] != 0 {
				i := w.first[slot] - 1
				w.remove(i)
				w.insert(i, dueSlot)
			}
			from = at + 1
		}
	}
	w.tick = tick
}
