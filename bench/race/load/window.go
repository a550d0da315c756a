//go:build linux && !386

package main

import (
	"errors"
	"time"

	"longwire.example/bench/race/results"
)

// window is when a run counts: for a time, after a time in which the server
// gets warm.
type window struct {
	warm, seconds time.Duration
	pid           int // of the server; 0 if it is unknown
}

// measured is what has been counted within a window.
type measured struct {
	messages     int
	took         time.Duration
	server, load time.Duration // CPU time
}

// errNothing says that a window has no figures.
var errNothing = errors.New("nothing came back while it counted")

// errStalled ends a run in which nothing comes any more.
var errStalled = errors.New("nothing came back for 5 seconds")

// measure calls step until the window is over. Messages, clock and CPU times
// are read at the same instants. warmed is called at the first of them.
func (w window) measure(step func() (int, error), warmed func()) (m measured, err error) {
	begin := now()
	if _, err = w.until(begin+int64(w.warm), step); err != nil {
		return m, err
	}
	warmed()
	from, server, load, err := w.clocks()
	if err != nil {
		return m, err
	}
	if m.messages, err = w.until(from+int64(w.seconds), step); err != nil {
		return m, err
	}
	if m.messages == 0 {
		return m, errNothing
	}
	to, server2, load2, err := w.clocks()
	m.took, m.server, m.load = time.Duration(to-from), server2-server, load2-load
	return m, err
}

// until calls step until an instant has passed, and gives the sum.
func (w window) until(end int64, step func() (int, error)) (messages int, err error) {
	last := now()
	for {
		at := now()
		if at >= end {
			return messages, nil
		}
		n, err := step()
		if err != nil {
			return messages, err
		}
		if n > 0 {
			last = at
		} else if at-last > int64(5*time.Second) {
			return messages, errStalled
		}
		messages += n
	}
}

// clocks reads the monotonic clock and the CPU times of server and load.
func (w window) clocks() (at int64, server, load time.Duration, err error) {
	load, err = cpuTime(0)
	if err == nil && w.pid > 0 {
		server, err = cpuTime(w.pid)
	}
	return now(), server, load, err
}

func (m measured) sample() results.Sample {
	if m.messages == 0 {
		return results.Sample{}
	}
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(m.messages) }
	return results.Sample{
		Rate:    float64(m.messages) / m.took.Seconds(),
		CPU:     each(m.server),
		LoadCPU: each(m.load),
		Busy:    m.server.Seconds() / m.took.Seconds(),
	}
}
