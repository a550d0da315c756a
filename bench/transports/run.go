//go:build linux

package main

import (
	"slices"
	"syscall"
	"time"
)

// run is the client of a sample.
type run struct {
	*load
	poller    *poller
	publisher publisher
	subs      []*subscriber
	buf       []byte
	polls     []*subscriber // of polling, by when they are due
	latencies []int64       // nanoseconds, of the events that are measured
}

// load is what all samples have in common.
type load struct {
	size     int           // octets of an event's data
	interval time.Duration // between two polls
	warm     int           // events before the measured ones
	patience time.Duration // how long an event may take
}

// open connects a publisher and n subscribers.
func open(l *load, addr string, s server, t *transport, n int) (*run, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	r := &run{load: l, poller: p, publisher: publisher{host: addr, size: l.size, fd: -1}, buf: make([]byte, 256<<10)}
	if err := r.publisher.dial(); err != nil {
		return r, err
	}
	if err := p.add(r.publisher.fd, n); err != nil {
		return r, err
	}
	w := &t.ours
	if s == nchan {
		w = &t.peers
	}
	for i := range n {
		s := &subscriber{t: t, way: w, host: addr, size: l.size}
		if err := s.dial(); err != nil {
			return r, err
		}
		r.subs = append(r.subs, s)
		if err := p.add(s.fd, i); err != nil {
			return r, err
		}
		if t.kind == ask { // spread over the interval
			s.due = now() + int64(l.interval)*int64(i)/int64(n)
			r.polls = append(r.polls, s)
			continue
		}
		if err := s.ask(); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (r *run) close() {
	for _, s := range r.subs {
		reset(s.fd)
	}
	if r.publisher.fd >= 0 {
		reset(r.publisher.fd)
	}
	_ = syscall.Close(r.poller.fd)
}

// turn does what there is to do, and waits for it until an instant at most.
func (r *run) turn(until int64) error {
	if len(r.polls) > 0 {
		until = min(until, r.polls[0].due)
	}
	ready, err := r.poller.wait(until)
	if err != nil {
		return err
	}
	for _, e := range ready {
		if int(e.Fd) == len(r.subs) {
			err = r.publisher.read(r.buf)
		} else {
			err = r.subs[e.Fd].receive(r.buf)
		}
		if err != nil {
			return err
		}
	}
	for _, e := range ready {
		if int(e.Fd) < len(r.subs) {
			if err := r.read(r.subs[e.Fd]); err != nil {
				return err
			}
		}
	}
	for len(r.polls) > 0 && r.polls[0].due <= now() {
		s := r.polls[0]
		r.polls = r.polls[1:]
		if err := s.ask(); err != nil {
			return err
		}
	}
	return nil
}

// read has a subscriber read, and asks again for it.
func (r *run) read(s *subscriber) error {
	again, polled, err := s.read(func(latency int64) { r.latencies = append(r.latencies, latency) })
	switch {
	case err != nil:
		return err
	case again:
		return s.ask()
	case polled:
		r.appoint(s)
	}
	return nil
}

// appoint lets a subscriber ask again at the next of its instants, which are an
// interval apart, however long answers take: so all of them stay spread.
func (r *run) appoint(s *subscriber) {
	for at := now(); s.due <= at; {
		s.due += int64(r.interval)
	}
	i := len(r.polls)
	for i > 0 && r.polls[i-1].due > s.due {
		i--
	}
	r.polls = slices.Insert(r.polls, i, s)
}
