//go:build linux

package main

import (
	"errors"
	"fmt"
	"time"
)

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
	deadline, due := now()+int64(r.patience), now()
	for !r.all(func(s *subscriber) bool { return s.next >= 0 }) {
		if now() > deadline {
			return r.late()
		}
		if now() >= due && !r.publisher.busy {
			if err := r.publisher.publish(); err != nil {
				return err
			}
			due = now() + int64(warmPause)
		}
		if err := r.turn(max(due, now()+int64(time.Millisecond))); err != nil {
			return err
		}
	}
	return r.publish(r.warm, warmPause)
}

// warmPause is the time between two events before those that are measured.
const warmPause = 5 * time.Millisecond

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
