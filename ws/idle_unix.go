//go:build unix

package ws

import (
	"io"
	"net"
	"os"
	"syscall"
)

// idleReader reads a TCP or Unix socket so that a connection without
// anything to read holds no buffer: RawConn.Read calls its function at once
// and again whenever the socket is readable, and only inside is a buffer
// taken, and given back when there was nothing.
type idleReader struct {
	c   *Conn
	rc  syscall.RawConn
	try func(fd uintptr) bool // i.read, bound once
	n   int
	err syscall.Errno

	// The write half. It belongs to whoever holds the socket.
	tryWrite func(fd uintptr) bool // i.send, bound once
	out      []byte                // what is left to write
	sent     int
	outErr   syscall.Errno
}

// newIdleReader gives nil where the transport is no plain socket: TLS and
// wrapped connections may hold octets that the descriptor doesn't show.
func newIdleReader(c *Conn) *idleReader {
	var rc syscall.RawConn
	var err error
	switch nc := c.nc.(type) {
	case *net.TCPConn:
		rc, err = nc.SyscallConn()
	case *net.UnixConn:
		rc, err = nc.SyscallConn()
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	i := &idleReader{c: c, rc: rc}
	i.try = i.read
	i.tryWrite = i.send
	return i
}

// fill waits for octets and puts them behind buf[:w].
func (i *idleReader) fill() (int, error) {
	if err := i.rc.Read(i.try); err != nil {
		i.c.dropBuffer()
		return 0, err
	}
	if i.err != 0 {
		return 0, os.NewSyscallError("read", i.err)
	}
	if i.n == 0 {
		return 0, io.EOF
	}
	return i.n, nil
}

func (i *idleReader) read(fd uintptr) bool {
	c := i.c
	c.makeRoom()
	i.n, i.err = recvNow(fd, c.buf[c.w:])
	if i.err == syscall.EAGAIN {
		c.dropBuffer()
		return false
	}
	return true
}

// write writes b as a net.Conn does. The socket is held.
func (i *idleReader) write(b []byte) (int, error) {
	i.out, i.sent = b, 0
	err := i.rc.Write(i.tryWrite)
	i.out = nil
	if err == nil && i.outErr != 0 {
		err = os.NewSyscallError("write", i.outErr)
	}
	return i.sent, err
}

// send writes until all is written or the socket takes no more.
func (i *idleReader) send(fd uintptr) bool {
	for len(i.out) > 0 {
		var n int
		if n, i.outErr = sendNow(fd, i.out); i.outErr != 0 {
			return i.outErr != syscall.EAGAIN
		}
		i.out = i.out[n:]
		i.sent += n
	}
	return true
}

// writeNow writes as much of b as the socket takes without waiting, and gives
// how much that was. An error is left to the next write to meet.
func (i *idleReader) writeNow(b []byte) (n int) {
	i.c.writes.arm(i.c.set.WriteTimeout)
	_ = i.rc.Write(func(fd uintptr) bool {
		n, _ = sendNow(fd, b)
		return true
	})
	return max(n, 0)
}

// unread tells whether octets wait in the socket, without taking them.
// Control is used and not Read, which would wait for a read in progress.
func unread(sc syscall.Conn) bool {
	rc, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	waiting := false
	_ = rc.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		waiting = err == nil && n > 0
	})
	return waiting
}

const canPeek = true
