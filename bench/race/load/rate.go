//go:build linux && !386

package main

import (
	"errors"
	"time"

	"longwire.example/bench/race/results"
)

// rate sends messages at fixed times, whatever has come back until then, one
// connection after the other. Latency counts from when a message was due, not
// from when it could be sent: a server that stops for a while delays all
// messages of that while, and not only those that are under way.
type rate struct {
	*crowd
	every         float64 // nanoseconds between two messages
	begin         int64
	next          int   // the message that is due next
	from, to      int64 // the messages whose latency counts are due within
	latency, late histogram
}

// room is how many messages a connection may be behind.
const room = 4096

var errBehind = errors.New("the server can't keep up with this rate")

func (r *rate) run(w window) (results.Sample, error) {
	for i := range r.conns {
		r.conns[i].waiting = newTimes(room)
	}
	r.begin = now()
	r.to = 1<<63 - 1
	m, err := w.measure(r.step, func() { r.from = now(); r.late = histogram{} })
	if err == nil {
		r.to = r.due()
		err = r.drain()
	}
	s := m.sample()
	s.LoadCPU = 0 // it never waits, so it takes all of its core
	s.P50, s.P99, s.P999 = r.latency.microseconds(0.5), r.latency.microseconds(0.99), r.latency.microseconds(0.999)
	s.Late = r.late.microseconds(0.999)
	return s, err
}

// due is when the next message is.
func (r *rate) due() int64 { return r.begin + int64(float64(r.next)*r.every) }

// step sends what is due and takes what has come. It never waits: a timer of
// epoll would be late by more than what is measured.
func (r *rate) step() (int, error) {
	for at := now(); ; at = now() {
		due := r.due()
		if due > at || due >= r.to {
			break
		}
		c := &r.conns[r.next%len(r.conns)]
		if c.waiting.full() {
			return 0, errBehind
		}
		r.late.add(at-due, 1)
		c.waiting.push(due, 1)
		c.owe(1)
		if err := c.flush(); err != nil {
			return 0, err
		}
		r.next++
	}
	return r.poll(0, func(c *conn, whole int) error {
		at := now()
		c.waiting.pop(whole, func(due int64, count int) {
			if due >= r.from && due < r.to {
				r.latency.add(at-due, count)
			}
		})
		return nil
	})
}

// drain waits for the echoes of all messages that were sent: those that never
// come back would otherwise be the ones left out.
func (r *rate) drain() error {
	for end := now() + int64(5*time.Second); now() < end; {
		if _, err := r.step(); err != nil {
			return err
		}
		if !r.waiting() {
			return nil
		}
	}
	return errBehind
}

func (r *rate) waiting() bool {
	for i := range r.conns {
		if r.conns[i].waiting.used > 0 {
			return true
		}
	}
	return false
}
