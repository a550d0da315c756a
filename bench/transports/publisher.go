//go:build linux

package main

import (
	"fmt"
	"strconv"
)

// publisher posts events, on a connection of its own.
type publisher struct {
	host    string
	fd      int
	size    int
	head    string // of a request, up to the value of Content-Length
	answers answers
	out     output
	busy    bool // an answer is outstanding
	next    int  // number of the next event
}

func (p *publisher) dial() (err error) {
	p.answers.format = drain{}
	p.head = "POST " + sendPath + " HTTP/1.1\r\nHost: " + p.host + "\r\nContent-Length: " + strconv.Itoa(p.size) + "\r\n\r\n"
	p.fd, err = dial(p.host)
	return err
}

// publish posts one event.
func (p *publisher) publish() error {
	p.busy = true
	number := p.next
	p.next++
	return send(p.fd, []byte(p.head+dataOf(number, now(), p.size)))
}

// read takes the answer.
func (p *publisher) read(buf []byte) error {
	b, err := receive(p.fd, buf)
	if err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	before := p.answers.ended
	if err := p.answers.read(b, &p.out); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	p.busy = p.busy && p.answers.ended == before
	return nil
}
