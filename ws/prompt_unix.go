//go:build unix

package ws

import (
	"net"
	"syscall"
)

// promptSocket reads, too, as far as it can be done at once. What takes waiting,
// and what fails, is left to the net.Conn.
type promptSocket struct {
	atOnce

	tryRead func(fd uintptr) bool // p.recv, bound once
}

// open tells whether nc is a plain socket.
func (p *promptSocket) open(nc net.Conn) bool {
	p.init(nc)
	if p.can() && p.tryRead == nil {
		p.tryRead = p.recv
	}
	return p.can()
}

func (p *promptSocket) close() { p.rc = nil }

// read gives how many octets are there: 0 also when none will come.
func (p *promptSocket) read(b []byte) int {
	p.b, p.n = b, 0
	_ = p.rc.Read(p.tryRead)
	p.b = nil
	return max(p.n, 0)
}

func (p *promptSocket) recv(fd uintptr) bool {
	p.n, _ = recvNow(fd, p.b)
	return true
}

// plainSocket gives the descriptor of a transport that is a socket and nothing
// else, or nil: TLS and wrapped connections may hold octets that the descriptor
// doesn't show.
func plainSocket(nc net.Conn) syscall.RawConn {
	var rc syscall.RawConn
	var err error
	switch nc := nc.(type) {
	case *net.TCPConn:
		rc, err = nc.SyscallConn()
	case *net.UnixConn:
		rc, err = nc.SyscallConn()
	}
	if err != nil {
		return nil
	}
	return rc
}
