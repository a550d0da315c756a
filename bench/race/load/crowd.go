//go:build linux && !386

package main

import (
	"fmt"
	"syscall"
)

// crowd is a number of connections to one server, watched by one poller.
type crowd struct {
	poller *poller
	conns  []conn
	buf    []byte // what is read; shared, since nothing of it is kept
}

// gather opens n connections, one after the other.
func gather(t *target, s *script, n int) (*crowd, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	c := &crowd{poller: p, buf: make([]byte, 256<<10)}
	return c, c.add(t, s, n)
}

// add opens n more.
func (c *crowd) add(t *target, s *script, n int) error {
	for range n {
		i := len(c.conns)
		fd, err := t.dial(i)
		if err != nil {
			return fmt.Errorf("connection %d: %w", i+1, err)
		}
		c.conns = append(c.conns, conn{script: s, fd: fd})
		if err := c.poller.add(fd, i); err != nil {
			return err
		}
	}
	return nil
}

// leave closes all connections at once: with a linger time of zero none of
// them keeps its port for a minute.
func (c *crowd) leave() {
	for i := range c.conns {
		reset(c.conns[i].fd)
	}
	_ = syscall.Close(c.poller.fd)
}

// reset closes a socket with RST.
func reset(fd int) {
	_ = syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	_ = syscall.Close(fd)
}
