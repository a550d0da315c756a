//go:build linux

package main

import (
	"errors"
	"fmt"
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

// publish publishes n events, so far apart, and goes on until all subscribers have
// them.
func (r *run) publish(n int, every time.Duration) error {
	last, due := r.publisher.next+n, now()
	for deadline := due + int64(n)*int64(every) + int64(r.patience); ; {
		at := now()
		switch left := r.publisher.next < last && !r.publisher.busy; {
		case at > deadline:
			return r.late()
		case left && at >= due:
			if err := r.publisher.publish(); err != nil {
				return err
			}
			due += int64(every)
			continue
		case left:
			at = due
		case !r.publisher.busy && r.publisher.next == last && r.all(func(s *subscriber) bool { return s.next >= last }):
			return nil
		default:
			at += int64(100 * time.Millisecond)
		}
		if err := r.turn(at); err != nil {
			return err
		}
	}
}

// settle brings all subscribers so far that they have the same events.
func (r *run) settle() error {
	if r.subs[0].t.kind == stream {
		err := r.until("no answer to a request", func(s *subscriber) bool { return s.answers.head != "" })
		if err != nil {
			return err
		}
	}
	// A request that is held gives no sign that it is. Who has asked too late for
	// the first event begins with another.
	for range 100 {
		if err := r.turn(now() + int64(time.Millisecond)); err != nil {
			return err
		}
	}
	return r.publish(r.warm, 5*time.Millisecond)
}

// quiet has those who poll do so at least once while there is nothing new.
func (r *run) quiet() error {
	if r.subs[0].t.kind != ask {
		return nil
	}
	before := map[*subscriber]int64{}
	for _, s := range r.subs {
		before[s] = s.idle.n
	}
	return r.until("no answer to a poll", func(s *subscriber) bool { return s.idle.n > before[s] })
}

// until goes on until it is so of all subscribers.
func (r *run) until(complaint string, so func(s *subscriber) bool) error {
	for deadline := now() + int64(r.patience); !r.all(so); {
		if now() > deadline {
			return errors.New(complaint)
		}
		if err := r.turn(now() + int64(100*time.Millisecond)); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) all(is func(s *subscriber) bool) bool {
	for _, s := range r.subs {
		if !is(s) {
			return false
		}
	}
	return true
}

// late tells what has not come.
func (r *run) late() error {
	n, least := 0, r.publisher.next
	for _, s := range r.subs {
		if s.next < r.publisher.next {
			n++
			least = min(least, s.next)
		}
	}
	return fmt.Errorf("of %d events %d subscribers of %d lack some, from number %d on", r.publisher.next, n, len(r.subs), least)
}
