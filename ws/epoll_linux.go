package ws

import (
	"cmp"
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// poller tells which of many sockets have become ready: an epoll descriptor, edge
// triggered. What was told is not told again, until octets come or there is room
// anew, so whoever stops before a socket has no more must remember that. Level
// triggered, the kernel would look at each socket a second time after it was
// told.
//
// A descriptor of epoll can itself be waited for, and so the goroutine of a loop
// waits as every goroutine does that reads a socket, parked by the runtime: it
// holds no thread and hinders neither the garbage collector nor other
// goroutines, and a deadline ends its waiting, by the clock or from elsewhere.
// What the runtime waits for is another descriptor of epoll, the bell, in which
// the first one is only while the loop has little to do: to ring for each socket
// that becomes ready costs some percent of a short message.
type poller struct {
	fd     int
	bell   *os.File
	raw    syscall.RawConn    // of bell
	try    func(uintptr) bool // p.ask, bound once
	rings  bool               // fd is in bell
	busy   int                // how many times poll has found something since the last wait
	events [128]syscall.EpollEvent
	at, n  int // events[at:n] are to be given
}

// hasLoop tells whether there are event loops on this system.
const hasLoop = true

func newPoller() (*poller, error) {
	fd, err := createEpoll()
	if err != nil {
		return nil, err
	}
	bell, err := createEpoll()
	if err != nil {
		_ = syscall.Close(fd)
		return nil, err
	}
	_ = syscall.SetNonblock(bell, true) // which makes package os give it to the runtime's poller
	p := &poller{fd: fd, bell: os.NewFile(uintptr(bell), "epoll")}
	if p.raw, err = p.bell.SyscallConn(); err != nil {
		p.close()
		return nil, err
	}
	p.try = p.ask
	return p, nil
}

func createEpoll() (int, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	return fd, os.NewSyscallError("epoll_create1", err)
}

func (p *poller) close() {
	_ = p.bell.Close()
	_ = syscall.Close(p.fd)
}

const (
	readEvents = syscall.EPOLLIN | syscall.EPOLLRDHUP | edgeTriggered
	roomEvents = readEvents | syscall.EPOLLOUT

	edgeTriggered = 1 << 31 // syscall.EPOLLET is negative
)

// add makes the poller tell when a socket has octets.
func (p *poller) add(s socket, h handle) error {
	return p.control(syscall.EPOLL_CTL_ADD, s, h, readEvents)
}

// addRoom makes the poller tell, too, when a socket takes octets. If it does
// already, that is told.
func (p *poller) addRoom(s socket, h handle) error {
	return p.control(syscall.EPOLL_CTL_MOD, s, h, roomEvents)
}

func (p *poller) remove(s socket) error {
	return p.control(syscall.EPOLL_CTL_DEL, s, handle{}, 0)
}

func (p *poller) control(op int, s socket, h handle, events uint32) error {
	generation := int32(h.generation) //nolint:gosec // G115: all bits stay
	e := syscall.EpollEvent{Events: events, Fd: h.number, Pad: generation}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_CTL, uintptr(p.fd), uintptr(op), s.fd(),
		uintptr(unsafe.Pointer(&e)), 0, 0) //nolint:gosec // the call needs the address
	if errno != 0 {
		return os.NewSyscallError("epoll_ctl", errno)
	}
	return nil
}

// busyPolls is after how many polls that found something, with no wait between
// them, the bell is silenced. Before the next wait it must be put back, and so many
// polls pay for these two system calls.
const busyPolls = 64

// poll asks for sockets that have become ready, without waiting, and tells
// whether there are any. next gives them.
func (p *poller) poll() bool {
	if !p.ask(0) {
		return false
	}
	if p.busy++; p.busy == busyPolls && p.rings {
		_ = p.ring(false)
	}
	return true
}

// ring puts fd into the bell, or takes it out.
func (p *poller) ring(rings bool) (err error) {
	op := syscall.EPOLL_CTL_DEL
	if rings {
		op = syscall.EPOLL_CTL_ADD
	}
	called := p.raw.Control(func(bell uintptr) {
		err = syscall.EpollCtl(int(bell), op, p.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN | edgeTriggered})
	})
	if err = cmp.Or(called, err); err == nil {
		p.rings = rings
	}
	return err
}

// ask is poll. A time-out of 0 does not wait, so that the raw call holds no other
// goroutine up.
func (p *poller) ask(uintptr) bool {
	n, _, e := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), 0, 0, 0) //nolint:gosec // the call needs the address
	if p.at, p.n = 0, int(n); e != 0 {
		p.n = 0
	}
	return p.n > 0
}

// wait waits until a socket becomes ready or the deadline has come.
func (p *poller) wait() error {
	p.n, p.busy = 0, 0
	if !p.rings && p.ring(true) != nil {
		// Out of memory, or of what a user may have registered.
		time.Sleep(minPause)
		return nil
	}
	err := p.raw.Read(p.try)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return err
}

// setDeadline moves the deadline of wait, also of one in progress.
func (p *poller) setDeadline(t time.Time) { _ = p.bell.SetReadDeadline(t) }

// next gives the next socket that poll or wait has found, or nil behind the last.
func (p *poller) next() *event {
	if p.at >= p.n {
		return nil
	}
	p.at++
	return (*event)(&p.events[p.at-1])
}

// event says that a socket has become ready.
type event syscall.EpollEvent

func (e *event) handle() handle { return handle{e.Fd, uint32(e.Pad)} } //nolint:gosec // G115: as in control

func (e *event) ready() (r readiness) {
	const end = syscall.EPOLLRDHUP | syscall.EPOLLERR | syscall.EPOLLHUP
	if e.Events&(syscall.EPOLLIN|end) != 0 {
		r |= readyRead
	}
	if e.Events&end != 0 {
		r |= readyEnd
	}
	if e.Events&syscall.EPOLLOUT != 0 {
		r |= readyWrite
	}
	return r
}

// failed tells whether the socket has met an error or is closed on both sides.
func (e *event) failed() bool { return e.Events&(syscall.EPOLLERR|syscall.EPOLLHUP) != 0 }
