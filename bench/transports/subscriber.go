//go:build linux

package main

import "fmt"

// subscriber is a client of one transport, on one connection.
type subscriber struct {
	t    *transport
	way  *way
	host string
	fd   int
	size int // octets of an event's data

	answers  answers
	out      output
	got      []byte // what has come at the instant at, and is not read yet
	at       int64
	up, down int64 // octets
	asked    int64 // of the last request
	answered int64 // down, at the end of the last answer

	due     int64 // polling: when it asks next
	next    int   // number of the event that is due; -1: the first one says
	missed  int
	doubled int
	idle    counts // polling: answers without an event
}

// counts are answers or events, and the octets for them.
type counts struct{ n, up, down int64 }

func (s *subscriber) dial() (err error) {
	s.answers.format = s.way.format()
	s.next = -1
	s.fd, err = dial(s.host)
	return err
}

// ask sends a request.
func (s *subscriber) ask() error {
	b := s.way.request(s.t.path(), s.host, s.out.at)
	s.asked = int64(len(b))
	s.up += s.asked
	return send(s.fd, b)
}

// receive keeps what has come, with the instant. It is read later: what others
// have waits for nothing but this.
func (s *subscriber) receive(buf []byte) error {
	b, err := receive(s.fd, buf)
	s.got = append(s.got, b...)
	s.at = now()
	s.down += int64(len(b))
	return err
}

// read reads it, and tells took how long each new event was on its way. again: it
// is to ask at once. polled: it has the answer that it had asked for.
func (s *subscriber) read(took func(latency int64)) (again, polled bool, err error) {
	before := s.answers.ended
	s.out.events = s.out.events[:0]
	if err := s.answers.read(s.got, &s.out); err != nil {
		return false, false, err
	}
	s.got = s.got[:0]
	for _, e := range s.out.events {
		number, at, err := parseData(e.data, s.size)
		if err != nil {
			return false, false, err
		}
		if s.count(number) {
			took(s.at - at)
		}
	}
	if s.answers.ended == before || s.t.kind == stream {
		return false, false, nil
	}
	if s.answers.ended != before+1 {
		return false, false, fmt.Errorf("%d answers to one request", s.answers.ended-before)
	}
	if len(s.out.events) == 0 {
		s.idle.n++
		s.idle.up += s.asked
		s.idle.down += s.down - s.answered
	}
	s.answered = s.down
	return s.t.kind == hold || s.out.more, true, nil
}

// count tells whether an event is new, and how many were left out before it.
func (s *subscriber) count(number int) bool {
	if s.next < 0 {
		s.next = number
	}
	if number < s.next {
		s.doubled++
		return false
	}
	s.missed += number - s.next
	s.next = number + 1
	return true
}
