//go:build linux && !386

package main

import (
	"errors"
	"os"
	"syscall"

	"longwire.example/bench/race/results"
)

var errClosed = errors.New("the server closed the connection")

// echo is full load: each active connection has depth messages under way, and
// sends another one for each that has come back.
type echo struct {
	*crowd
	depth   int
	active  int
	latency histogram
}

func (e *echo) run(w window) (results.Sample, error) {
	at := now()
	for i := range e.conns[:e.active] {
		c := &e.conns[i]
		c.waiting = newTimes(e.depth)
		c.waiting.push(at, e.depth)
		c.owe(e.depth)
		if err := c.flush(); err != nil {
			return results.Sample{}, err
		}
	}
	m, err := w.measure(e.step, func() { e.latency = histogram{} })
	s := m.sample()
	s.P50, s.P99, s.P999 = e.latency.microseconds(0.5), e.latency.microseconds(0.99), e.latency.microseconds(0.999)
	return s, err
}

// step handles what there is to do, and gives the number of echoes.
func (e *echo) step() (int, error) {
	return e.poll(100, func(c *conn, whole int) error {
		at := now()
		c.waiting.pop(whole, func(from int64, count int) { e.latency.add(at-from, count) })
		c.waiting.push(at, whole)
		c.owe(whole)
		return c.flush()
	})
}

// poll waits for up to timeout milliseconds, reads all there is, and tells of
// each connection with whole echoes. It writes what could not be written
// before, and gives the number of echoes.
func (c *crowd) poll(timeout int, echoed func(c *conn, whole int) error) (total int, err error) {
	events, err := c.poller.wait(timeout)
	if err != nil {
		return 0, err
	}
	for i := range events {
		conn := &c.conns[events[i].Fd]
		for {
			n, e := recv(conn.fd, c.buf)
			if e == syscall.EAGAIN {
				break
			}
			if e != 0 {
				return 0, os.NewSyscallError("recv", e)
			}
			if n == 0 {
				return 0, errClosed
			}
			whole, err := conn.take(c.buf[:n])
			if err != nil {
				return 0, err
			}
			if whole > 0 {
				total += whole
				if err := echoed(conn, whole); err != nil {
					return 0, err
				}
			}
			// Less than there is room for is all that there was (epoll(7)).
			if n < len(c.buf) {
				break
			}
		}
		if conn.owed > 0 {
			if err := conn.flush(); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}
