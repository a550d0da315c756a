//go:build !386

package main

import (
	"net"
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

func init() { peers["epoll"] = serveEpoll }

// loop is an event loop on one thread with the primitives of ws/frame and
// nothing else: no checks of what clients must not send, no control frames,
// fragments, timeouts or errors worth a word. It reads whole messages, as a
// library that gives messages to an application has to, and answers all that one
// read has brought with one write. On a socket recv and send cost less than read
// and write.
type loop struct {
	epoll    int
	listener int
	conns    []*loopConn // by descriptor
	buf      []byte      // shared: what is left of a read moves to its connection
	spare    [][]byte    // room for long messages, used again
	events   [256]syscall.EpollEvent
}

type loopConn struct {
	fd       int
	upgraded bool
	part     []byte // of a message
	size     int    // octets of it; 0 without a part
	out      []byte // what the socket did not take
}

func serveEpoll(ln net.Listener) error {
	file, err := ln.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	defer file.Close() // never; it keeps the descriptor from being collected
	l := &loop{listener: int(file.Fd()), buf: make([]byte, 64<<10)}
	if err := syscall.SetNonblock(l.listener, true); err != nil {
		return err
	}
	if l.epoll, err = syscall.EpollCreate1(0); err != nil {
		return err
	}
	runtime.LockOSThread()
	l.watch(syscall.EPOLL_CTL_ADD, l.listener, syscall.EPOLLIN)
	for {
		n, _, e := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(l.epoll), uintptr(unsafe.Pointer(&l.events)), uintptr(len(l.events)), ^uintptr(0), 0, 0)
		if e != 0 && e != syscall.EINTR {
			return os.NewSyscallError("epoll_pwait", e)
		}
		if e != 0 {
			// The call was hidden from the scheduler, which wakes the thread in
			// this way to stop all goroutines for a moment.
			runtime.Gosched()
			continue
		}
		for _, ev := range l.events[:n] {
			switch fd := int(ev.Fd); {
			case fd == l.listener:
				l.accept()
			case ev.Events&syscall.EPOLLOUT != 0:
				l.drain(l.conns[fd])
			default:
				l.read(l.conns[fd])
			}
		}
	}
}

func (l *loop) watch(op, fd int, events uint32) {
	_ = syscall.EpollCtl(l.epoll, op, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)})
}

func (l *loop) accept() {
	for {
		fd, _, err := syscall.Accept4(l.listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
		for len(l.conns) <= fd {
			l.conns = append(l.conns, nil)
		}
		l.conns[fd] = &loopConn{fd: fd}
		l.watch(syscall.EPOLL_CTL_ADD, fd, syscall.EPOLLIN)
	}
}

// read reads once: where there is more, the next turn of the loop says so. A
// message of which a part is there is read into the place that it has, and
// nothing beyond it.
func (l *loop) read(c *loopConn) {
	into := l.buf
	if c.size > 0 {
		into = c.part[len(c.part):c.size]
	}
	n, _, e := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(c.fd), uintptr(unsafe.Pointer(unsafe.SliceData(into))), uintptr(len(into)), 0, 0, 0)
	switch {
	case e == syscall.EAGAIN:
	case e != 0 || n == 0:
		l.close(c)
	case c.size > 0:
		if c.part = c.part[:len(c.part)+int(n)]; len(c.part) == c.size {
			whole := c.part
			c.part, c.size = nil, 0
			l.take(c, whole)
			if cap(whole) > len(l.buf) {
				l.spare = append(l.spare, whole)
			}
		}
	default:
		l.take(c, into[:n])
	}
}

// take handles octets that begin with a message.
func (l *loop) take(c *loopConn, b []byte) {
	if !c.upgraded {
		c.upgraded = true
		l.write(c, accept(b))
		return
	}
	answer, rest, room := echo(b)
	if len(answer) > 0 {
		l.write(c, answer)
	}
	if room < len(rest) {
		l.close(c)
	} else if len(rest) > 0 {
		c.part, c.size = append(l.room(room), rest...), room
	}
}

// room gives a buffer for a message.
func (l *loop) room(size int) []byte {
	if last := len(l.spare) - 1; last >= 0 && cap(l.spare[last]) >= size {
		b := l.spare[last]
		l.spare = l.spare[:last]
		return b[:0]
	}
	return make([]byte, 0, size)
}

// write writes b, or keeps what the socket does not take; until that has gone,
// nothing more is read.
func (l *loop) write(c *loopConn, b []byte) {
	n, _, e := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(c.fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), syscall.MSG_NOSIGNAL, 0, 0)
	if e != 0 {
		n = 0
	}
	if int(n) < len(b) {
		c.out = append(c.out[:0], b[n:]...)
		l.watch(syscall.EPOLL_CTL_MOD, c.fd, syscall.EPOLLOUT)
	}
}

func (l *loop) drain(c *loopConn) {
	n, err := syscall.Write(c.fd, c.out)
	if err != nil && err != syscall.EAGAIN {
		l.close(c)
		return
	}
	if c.out = c.out[max(n, 0):]; len(c.out) == 0 {
		c.out = nil
		l.watch(syscall.EPOLL_CTL_MOD, c.fd, syscall.EPOLLIN)
	}
}

func (l *loop) close(c *loopConn) {
	_ = syscall.Close(c.fd)
	l.conns[c.fd] = nil
}
