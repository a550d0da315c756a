//go:build linux && !386

package main

import "math/bits"

// histogram counts latencies, with an error below 1/64 at any size: each power
// of two is cut into 64 steps. It has a fixed size, which stays in the cache.
type histogram struct {
	counts [64 * steps]uint32
	n      uint64
}

const (
	stepBits = 6
	steps    = 1 << stepBits
)

// slot is the place of a value: its highest stepBits+1 bits, and how far they
// are from the right.
func slot(v uint64) int {
	shift := max(bits.Len64(v)-(stepBits+1), 0)
	return shift<<stepBits + int(v>>shift)
}

// value is the middle of a slot.
func value(slot int) uint64 {
	if slot < 2*steps {
		return uint64(slot)
	}
	shift := slot>>stepBits - 1
	low := uint64(slot-shift<<stepBits) << shift
	return low + (1<<shift)/2
}

func (h *histogram) add(nanoseconds int64, count int) {
	h.counts[slot(uint64(max(nanoseconds, 0)))] += uint32(count)
	h.n += uint64(count)
}

// microseconds gives the value that a part of all values does not exceed.
func (h *histogram) microseconds(part float64) float64 {
	want := uint64(part * float64(h.n))
	var sum uint64
	for i, c := range h.counts {
		if sum += uint64(c); c > 0 && sum >= want {
			return float64(value(i)) / 1000
		}
	}
	return 0
}
