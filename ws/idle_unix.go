//go:build unix

package ws

import (
	"io"
	"os"
	"sync"
	"syscall"
)

// idleReader reads a TCP or Unix socket so that a connection without
// anything to read holds no buffer: RawConn.Read calls its function at once
// and again whenever the socket is readable, and only inside is a buffer
// taken, and given back when there was nothing.
type idleReader struct {
	try func(fd uintptr) bool // c.readIdle, bound once; nil where the transport is no plain socket
	n   int                   // octets read, or the negative of an Errno
}

func (i *idleReader) init(c *Conn) {
	if c.atOnce.can() {
		i.try = c.readIdle
	}
}

// can tells whether there is such a socket.
func (i *idleReader) can() bool { return i.try != nil }

// fillIdle waits for octets and puts them behind buf[:w].
//
// It begins with a read that mostly finds nothing, since the last one took all
// that was there. To wait at once would be wrong: RawConn.Read forgets what the
// poller has told before, and that the last read got fewer octets than it had
// room for does not tell whether the end of the stream was behind them.
func (c *Conn) fillIdle() (int, error) {
	i := &c.idle
	if err := c.atOnce.rc.Read(i.try); err != nil {
		c.dropBuffer()
		return 0, err
	}
	switch n := i.n; {
	case n < 0:
		return 0, os.NewSyscallError("read", syscall.Errno(-n))
	case n == 0:
		return 0, io.EOF
	default:
		return n, nil
	}
}

func (c *Conn) readIdle(fd uintptr) bool {
	c.makeRoom()
	n, err := recvNow(fd, c.buf[c.w:])
	switch err {
	case 0:
	case syscall.EAGAIN:
		c.dropBuffer()
		return false
	default:
		n = -int(err)
	}
	c.idle.n = n
	return true
}

// directReader reads past the buffer of a connection.
type directReader struct {
	try func(fd uintptr) bool // d.read, bound once
	p   []byte
	n   int
	err syscall.Errno
}

var directReaders = sync.Pool{New: func() any {
	d := new(directReader)
	d.try = d.read
	return d
}}

func (d *directReader) read(fd uintptr) bool {
	d.n, d.err = recvNow(fd, d.p[:min(len(d.p), atOnceSize)])
	return d.err != syscall.EAGAIN
}

// readDirect waits for octets and puts them into p.
func (c *Conn) readDirect(p []byte) (int, error) {
	d := directReaders.Get().(*directReader)
	d.p = p
	err := c.atOnce.rc.Read(d.try)
	n, errno := d.n, d.err
	d.p = nil
	directReaders.Put(d)
	switch {
	case err != nil:
		return 0, err
	case errno != 0:
		return 0, os.NewSyscallError("read", errno)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// unread tells whether octets wait in the socket, without taking them.
// Control is used and not Read, which would wait for a read in progress.
func unread(sc syscall.Conn) bool {
	rc, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	waiting := false
	_ = rc.Control(func(fd uintptr) { waiting = peek(int(fd)) })
	return waiting
}

// peek is unread for a descriptor.
func peek(fd int) bool {
	var b [1]byte
	n, _, err := syscall.Recvfrom(fd, b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err == nil && n > 0
}

const canPeek = true
