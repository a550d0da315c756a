//go:build linux

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Sample is what was measured once. Octets and CPU time are those of one event
// that one subscriber was given.
type Sample struct {
	Server      server  `json:"server"`
	Transport   string  `json:"transport"`
	Subscribers int     `json:"subscribers"`
	Events      int     `json:"events"`  // published
	Up          float64 `json:"up"`      // octets
	Down        float64 `json:"down"`    //
	IdleUp      float64 `json:"idle_up"` // octets of a request without an event in its answer
	IdleDown    float64 `json:"idle_down"`
	P50         float64 `json:"p50_us"` // microseconds
	P99         float64 `json:"p99_us"`
	CPU         float64 `json:"cpu_us"`
}

// crowd is a number of subscribers, and what they are sent.
type crowd struct {
	Subscribers int `json:"subscribers"`
	Rate        int `json:"rate"` // events a second
}

// sample takes one, with a server of its own.
func (c *config) sample(ctx context.Context, s server, t *transport, w crowd) (_ Sample, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s, %s, %d subscribers: %w", s, t.name, w.Subscribers, err)
		}
	}()
	at := place{core: c.serverCore}
	if c.profiles != "" {
		at.profile = filepath.Join(c.profiles, fmt.Sprintf("%s-%d.pprof", t.name, w.Subscribers))
	}
	p, err := s.start(ctx, at)
	if err != nil {
		return Sample{}, err
	}
	defer p.stop()
	r, err := open(&c.load, p.addr, s, t, w.Subscribers)
	if r != nil {
		defer r.close()
	}
	if err == nil {
		err = r.settle()
	}
	if err != nil {
		return Sample{}, err
	}
	// Polling that finds nothing, after some that did: where it goes on is told by
	// then.
	still, err := r.measure(p)
	if err == nil {
		err = r.quiet()
	}
	if err != nil {
		return Sample{}, err
	}
	every := time.Second / time.Duration(w.Rate)
	events := max(1, int(c.seconds*float64(w.Rate)))
	r.latencies = nil // those before were for practice
	before, err := r.measure(p)
	if err != nil {
		return Sample{}, err
	}
	if err := r.publish(events, every); err != nil {
		return Sample{}, err
	}
	after, err := r.measure(p)
	if err != nil {
		return Sample{}, err
	}
	if err := r.faults(events); err != nil {
		return Sample{}, err
	}
	delivered := float64(events * w.Subscribers)
	out := Sample{
		Server: s, Transport: t.name, Subscribers: w.Subscribers, Events: events,
		Up:   digits(float64(after.all.up-before.all.up) / delivered),
		Down: digits(float64(after.all.down-before.all.down) / delivered),
		P50:  digits(quantile(r.latencies, 0.5) / 1e3),
		P99:  digits(quantile(r.latencies, 0.99) / 1e3),
		CPU:  digits(float64((after.cpu - before.cpu).Nanoseconds()) / 1e3 / delivered),
	}
	if n := float64(before.idle.n - still.idle.n); n > 0 {
		out.IdleUp = digits(float64(before.idle.up-still.idle.up) / n)
		out.IdleDown = digits(float64(before.idle.down-still.idle.down) / n)
	}
	return out, nil
}

// digits leaves four of them: there is no meaning in more.
func digits(x float64) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	return v
}

// measured is how far everything has come.
type measured struct {
	all, idle counts
	cpu       time.Duration
}

func (r *run) measure(p *process) (m measured, err error) {
	for _, s := range r.subs {
		m.all.up += s.up
		m.all.down += s.down
		m.idle.n += s.idle.n
		m.idle.up += s.idle.up
		m.idle.down += s.idle.down
	}
	m.cpu, err = p.cpu()
	return m, err
}

// faults tells of events that were missed or came twice.
func (r *run) faults(events int) error {
	missed, doubled := 0, 0
	for _, s := range r.subs {
		missed += s.missed
		doubled += s.doubled
	}
	switch {
	case missed+doubled > 0:
		return fmt.Errorf("%d events missed and %d doubled", missed, doubled)
	case len(r.latencies) != events*len(r.subs):
		return fmt.Errorf("%d latencies of %d events", len(r.latencies), events)
	}
	return nil
}

// quantile gives that of the values, which it sorts: the nearest rank. Of none it is
// 0.
func quantile[T int64 | float64](values []T, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return float64(values[min(int(q*float64(len(values))), len(values)-1)])
}
