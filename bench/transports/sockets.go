//go:build linux

package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// poller tells which sockets can be read, by epoll.
type poller struct {
	fd     int
	events [1024]syscall.EpollEvent
}

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	return &poller{fd: fd}, os.NewSyscallError("epoll_create1", err)
}

// add watches a socket. index is what wait tells of it.
func (p *poller) add(fd, index int) error {
	e := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(index)} //nolint:gosec // some hundred
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, fd, &e))
}

// wait waits until there is something, or until an instant of now: in the kernel
// for whole milliseconds, which are as fine as it counts, and then in turns.
func (p *poller) wait(until int64) ([]syscall.EpollEvent, error) {
	timeout := max(0, int((until-now())/int64(time.Millisecond)))
	n, err := syscall.EpollWait(p.fd, p.events[:], timeout)
	if errors.Is(err, syscall.EINTR) {
		return nil, nil
	}
	return p.events[:max(n, 0)], os.NewSyscallError("epoll_wait", err)
}

// dial connects a socket that does not block afterwards.
func dial(addr string) (int, error) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return 0, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}),
		syscall.SetNonblock(fd, true),
	)
	return fd, os.NewSyscallError("connect", err)
}

// send writes all of b: it is little, and nothing is before it.
func send(fd int, b []byte) error {
	n, err := syscall.Write(fd, b)
	if err == nil && n < len(b) {
		err = syscall.EAGAIN
	}
	return os.NewSyscallError("write", err)
}

// errClosed is the end of a connection.
var errClosed = errors.New("the server has closed the connection")

// receive reads what there is, which is nothing if it was no more than a rumour.
func receive(fd int, b []byte) ([]byte, error) {
	n, err := syscall.Read(fd, b)
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return nil, nil
	case err != nil:
		return nil, os.NewSyscallError("read", err)
	case n == 0:
		return nil, errClosed
	}
	return b[:n], nil
}

// reset closes a socket with RST, so that its port is free at once.
func reset(fd int) {
	_ = syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	_ = syscall.Close(fd)
}

// cpuTime gives the CPU time that a process has used so far, all its threads
// together and those that have ended.
//
// The kernel has a clock for each process, whose number is made from the process
// id (clock_getcpuclockid(3)). /proc/PID/stat counts in 10 ms.
func cpuTime(pid int) (time.Duration, error) {
	const schedulerClock = 2 // CPUCLOCK_SCHED of linux/posix-timers.h
	var t syscall.Timespec
	clock := int32(^pid)<<3 | schedulerClock //nolint:gosec // as the kernel makes it
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&t)), 0); e != 0 {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, e)
	}
	return time.Duration(t.Nano()), nil
}
