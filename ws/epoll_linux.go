package ws

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// poller tells which of many sockets are ready: an epoll descriptor, level
// triggered.
//
// A descriptor of epoll can itself be waited for, and so the goroutine of a loop
// waits as every goroutine does that reads a socket, parked by the runtime: it
// holds no thread and hinders neither the garbage collector nor other
// goroutines, and a deadline ends its waiting, by the clock or from elsewhere.
type poller struct {
	fd     int
	file   *os.File
	raw    syscall.RawConn
	try    func(uintptr) bool // p.ready, bound once
	events [128]syscall.EpollEvent
	n      int
}

// hasLoop tells whether there are event loops on this system.
const hasLoop = true

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	_ = syscall.SetNonblock(fd, true) // which makes package os give it to the runtime's poller
	p := &poller{fd: fd, file: os.NewFile(uintptr(fd), "epoll")}
	if p.raw, err = p.file.SyscallConn(); err != nil {
		_ = p.file.Close()
		return nil, err
	}
	p.try = p.ready
	return p, nil
}

func (p *poller) close() { _ = p.file.Close() }

// interest is what of a socket is waited for.
type interest uint8

const (
	interestRead interest = 1 << iota
	interestWrite
)

func (i interest) events() (e uint32) {
	if i&interestRead != 0 {
		e |= syscall.EPOLLIN
	}
	if i&interestWrite != 0 {
		e |= syscall.EPOLLOUT
	}
	return e
}

func (p *poller) add(s socket, h handle, i interest) error {
	return p.control(syscall.EPOLL_CTL_ADD, s, h, i)
}

func (p *poller) modify(s socket, h handle, i interest) error {
	return p.control(syscall.EPOLL_CTL_MOD, s, h, i)
}

func (p *poller) remove(s socket) error {
	return p.control(syscall.EPOLL_CTL_DEL, s, handle{}, 0)
}

func (p *poller) control(op int, s socket, h handle, i interest) error {
	generation := int32(h.generation) //nolint:gosec // G115: all bits stay
	e := syscall.EpollEvent{Events: i.events(), Fd: h.number, Pad: generation}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_CTL, uintptr(p.fd), uintptr(op), s.fd(),
		uintptr(unsafe.Pointer(&e)), 0, 0) //nolint:gosec // the call needs the address
	if errno != 0 {
		return os.NewSyscallError("epoll_ctl", errno)
	}
	return nil
}

// poll gives how many sockets are ready, without waiting.
func (p *poller) poll() int {
	p.ready(0)
	return p.n
}

// ready asks for sockets that are ready. A time-out of 0 does not wait, so that
// the raw call holds no other goroutine up.
func (p *poller) ready(uintptr) bool {
	n, _, e := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), 0, 0, 0) //nolint:gosec // the call needs the address
	if p.n = int(n); e != 0 {
		p.n = 0
	}
	return p.n > 0
}

// wait waits until a socket is ready or the deadline has come, and gives how
// many are ready.
func (p *poller) wait() (int, error) {
	p.n = 0
	err := p.raw.Read(p.try)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return p.n, err
}

// setDeadline moves the deadline of wait, also of one in progress.
func (p *poller) setDeadline(t time.Time) { _ = p.file.SetReadDeadline(t) }

// event gives the i-th socket that is ready. failed says that it has met an
// error or is closed on both sides, which one is told whether one waits for it
// or not.
func (p *poller) event(i int) (h handle, ready interest, failed bool) {
	e := &p.events[i]
	if e.Events&syscall.EPOLLIN != 0 {
		ready |= interestRead
	}
	if e.Events&syscall.EPOLLOUT != 0 {
		ready |= interestWrite
	}
	return handle{e.Fd, uint32(e.Pad)}, ready, e.Events&(syscall.EPOLLERR|syscall.EPOLLHUP) != 0 //nolint:gosec // G115: as in control
}
