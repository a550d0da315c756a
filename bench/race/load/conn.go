//go:build linux && !386

package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// conn is a connection after its opening handshake. Of what goes out and comes
// in it keeps positions only.
type conn struct {
	*script
	fd       int
	sent     int  // octets of the current message that have gone out
	owed     int  // octets that are still to go out
	got      int  // octets of the current echo that have come
	compared bool // an echo was compared octet for octet
	waiting  times
}

// owe puts n more messages behind those that still have to go out.
func (c *conn) owe(n int) { c.owed += n * c.message }

// flush writes what is owed as far as the socket takes it.
func (c *conn) flush() error {
	for c.owed > 0 {
		n, e := send(c.fd, c.batch[c.sent:min(len(c.batch), c.sent+c.owed)])
		if e != 0 {
			if e == syscall.EAGAIN {
				return nil
			}
			return os.NewSyscallError("send", e)
		}
		c.owed -= n
		c.sent = (c.sent + n) % c.message
	}
	return nil
}

// take accounts for octets that have come and gives the number of echoes that
// are whole with them. Echoes are equal, so each octet has one place where it
// may be.
func (c *conn) take(b []byte) (whole int, err error) {
	if !c.compared {
		n := min(len(b), len(c.echo)-c.got)
		if !bytes.Equal(b[:n], c.echo[c.got:c.got+n]) {
			return 0, fmt.Errorf("the first echo differs: %.60q, expected %.60q", b[:n], c.echo[c.got:c.got+n])
		}
	}
	at := 0 // in b
	if c.got > 0 {
		if err := c.checkHeader(b, c.got); err != nil {
			return 0, err
		}
		at = len(c.echo) - c.got
		if at > len(b) {
			c.got += len(b)
			return 0, nil
		}
		whole = 1
	}
	for ; len(b)-at >= len(c.echo); at += len(c.echo) {
		// Short messages have short headers, and come by the million.
		if b[at] != c.echo[0] || b[at+1] != c.echo[1] {
			return 0, c.wrongHeader(b[at:])
		}
		if c.header > 2 {
			if err := c.checkHeader(b[at:], 0); err != nil {
				return 0, err
			}
		}
		whole++
	}
	if err := c.checkHeader(b[at:], 0); err != nil {
		return 0, err
	}
	c.got = len(b) - at
	c.compared = c.compared || whole > 0
	return whole, nil
}

// checkHeader compares what there is of a header, from one of its octets on.
func (c *conn) checkHeader(b []byte, from int) error {
	if from >= c.header {
		return nil
	}
	n := min(len(b), c.header-from)
	if !bytes.Equal(b[:n], c.echo[from:from+n]) {
		return c.wrongHeader(b)
	}
	return nil
}

func (c *conn) wrongHeader(b []byte) error {
	return fmt.Errorf("not the header of an echo: % x, expected % x", b[:min(len(b), c.header)], c.echo[:c.header])
}
