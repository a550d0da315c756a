//go:build linux && !386

package main

import "longwire.example/bench/race/results"

// broadcast sends a message on one connection, which the server gives to all of
// them. Each delivery counts. The next message is sent when all have this one,
// or up to depth messages earlier.
type broadcast struct {
	*crowd
	depth     int
	published int
	delivered int
}

func (b *broadcast) run(w window) (results.Sample, error) {
	m, err := w.measure(b.step, func() {})
	return m.sample(), err
}

func (b *broadcast) step() (int, error) {
	// Deliveries are counted in all. While less than depth messages are under
	// way, no connection is further behind than that.
	for (b.published-b.depth+1)*len(b.conns) <= b.delivered {
		b.published++
		b.conns[0].owe(1)
		if err := b.conns[0].flush(); err != nil {
			return 0, err
		}
	}
	n, err := b.poll(100, func(*conn, int) error { return nil })
	b.delivered += n
	return n, err
}
