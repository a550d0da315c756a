//go:build linux && !386

package main

import (
	"os"
	"syscall"
	"unsafe"
)

// poller tells which connections can be read or written, by epoll.
type poller struct {
	fd     int
	events [512]syscall.EpollEvent
}

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	return &poller{fd: fd}, nil
}

// edges are what a connection is watched for: a change of either kind is told
// once (EPOLLET), so that nothing is ever changed about the watching.
const edges = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | 1<<31 // syscall.EPOLLET is negative

// add watches a descriptor. index is what wait tells of it.
func (p *poller) add(fd, index int) error {
	e := syscall.EpollEvent{Events: edges, Fd: int32(index)}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, fd, &e))
}

// wait gives the events that there are; if there are none it waits for up to
// timeout milliseconds. A signal ends it early, with none.
func (p *poller) wait(timeout int) ([]syscall.EpollEvent, error) {
	n, _, e := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events)), uintptr(len(p.events)), uintptr(timeout), 0, 0)
	switch e {
	case 0:
		return p.events[:n], nil
	case syscall.EINTR:
		return nil, nil
	default:
		return nil, os.NewSyscallError("epoll_pwait", e)
	}
}
