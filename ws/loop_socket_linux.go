package ws

import (
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// socket is the descriptor of a connected TCP socket that does not block. What
// would wait gives 0 octets and no error. Its calls are raw ones, without the
// hand-over to another thread that the scheduler prepares for calls that wait.
type socket int32

// fd gives the descriptor as system calls take it.
func (s socket) fd() uintptr { return uintptr(s) } //nolint:gosec // G115: not negative while it is used

// maxVector is how many slices writev takes at most, besides the first.
const maxVector = 64

func (s socket) read(b []byte) (int, error) {
	switch n, e := recvNow(s.fd(), b); {
	case e == syscall.EAGAIN:
		return 0, nil
	case e != 0:
		return 0, os.NewSyscallError("read", e)
	case n == 0:
		return 0, io.EOF
	default:
		return n, nil
	}
}

func (s socket) write(b []byte) (int, error) {
	switch n, e := sendNow(s.fd(), b); e {
	case 0:
		return n, nil
	case syscall.EAGAIN:
		return 0, nil
	default:
		return 0, os.NewSyscallError("write", e)
	}
}

// writev writes b and the slices of v, at most maxVector, one behind the other.
func (s socket) writev(b []byte, v [][]byte) (int, error) {
	var list [1 + maxVector]syscall.Iovec
	count := 0
	add := func(b []byte) {
		if len(b) > 0 {
			list[count].Base = unsafe.SliceData(b) //nolint:gosec // the call needs the address
			list[count].SetLen(len(b))
			count++
		}
	}
	add(b)
	for _, q := range v {
		add(q)
	}
	for {
		n, _, e := syscall.RawSyscall(syscall.SYS_WRITEV, s.fd(), uintptr(unsafe.Pointer(&list[0])), uintptr(count)) //nolint:gosec // the call needs the address
		switch e {
		case 0:
			return int(n), nil
		case syscall.EAGAIN:
			return 0, nil
		case syscall.EINTR:
		default:
			return 0, os.NewSyscallError("writev", e)
		}
	}
}

// closeWrite says that nothing more will be sent.
func (s socket) closeWrite() error { return syscall.Shutdown(int(s), syscall.SHUT_WR) }

func (s socket) close() { _ = syscall.Close(int(s)) }

// unread tells whether octets wait in the socket.
func (s socket) unread() bool { return peek(int(s)) }

// failure gives the error that the socket has met, or nil.
func (s socket) failure() error {
	e, err := syscall.GetsockoptInt(int(s), syscall.SOL_SOCKET, syscall.SO_ERROR)
	switch {
	case err != nil:
		return os.NewSyscallError("getsockopt", err)
	case e != 0:
		return os.NewSyscallError("socket", syscall.Errno(e))
	}
	return nil
}

// local gives the address of this side.
func (s socket) local() net.Addr {
	sa, err := syscall.Getsockname(int(s))
	if err != nil {
		return nil
	}
	return endpointOfSockaddr(sa).addr()
}

// conn makes a net.Conn of the socket. It has a descriptor of its own, and this
// one is closed.
func (s socket) conn() (net.Conn, error) {
	f := os.NewFile(s.fd(), "websocket")
	nc, err := net.FileConn(f)
	_ = f.Close()
	return nc, err
}

// acceptSocket accepts a connection, if one waits.
func acceptSocket(listener uintptr) (s socket, remote endpoint, ok bool, err error) {
	for {
		fd, remote, e := accept(listener)
		switch e {
		case 0:
			return fd, remote, true, nil
		case syscall.EAGAIN:
			return 0, endpoint{}, false, nil
		case syscall.EINTR, syscall.ECONNABORTED:
			// The client that was next has gone.
		default:
			return 0, endpoint{}, false, os.NewSyscallError("accept", e)
		}
	}
}

// prepareListener gives what is accepted the options that package net gives to
// connections: they are inherited, so it takes one call and not one for each.
func prepareListener(listener uintptr) {
	_ = syscall.SetsockoptInt(int(listener), syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
}

func endpointOfSockaddr(sa syscall.Sockaddr) endpoint {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return endpointOf([16]byte(net.IP(sa.Addr[:]).To16()), 0, sa.Port)
	case *syscall.SockaddrInet6:
		return endpointOf(sa.Addr, sa.ZoneId, sa.Port)
	}
	return endpoint{}
}
