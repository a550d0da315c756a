//go:build unix

package ws

import (
	"net"
	"syscall"
)

// atOnceSize is the most that one system call may copy without the scheduler's
// knowledge, which costs more than it is worth: a call of which the scheduler
// knows loses its processor to another goroutine when it takes a few dozen
// microseconds. Meanwhile the garbage collector can't begin, as with any copy of
// such a length.
const atOnceSize = 1 << 20

// atOnce writes to a TCP or Unix socket without waiting. Most writes find room
// in the socket, and those need neither a deadline nor a context that could end
// them, which cost more than everything else about a small message.
type atOnce struct {
	rc  syscall.RawConn
	try func(fd uintptr) bool // d.send, bound once
	b   []byte
	n   int
}

func (d *atOnce) init(nc net.Conn) {
	if d.rc = plainSocket(nc); d.rc != nil && d.try == nil {
		d.try = d.send
	}
}

// can tells whether there is such a socket.
func (d *atOnce) can() bool { return d.rc != nil }

// write writes as much of b as the socket takes, up to atOnceSize, and gives how
// much that was.
// An error, a deadline that has passed among them, is left to the next write
// that waits.
func (d *atOnce) write(b []byte) int {
	d.b, d.n = b, 0
	_ = d.rc.Write(d.try)
	d.b = nil
	return d.n
}

func (d *atOnce) send(fd uintptr) bool {
	n, _ := sendNow(fd, d.b[:min(len(d.b), atOnceSize)])
	d.n = max(n, 0)
	return true
}
