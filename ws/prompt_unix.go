//go:build unix

package ws

import (
	"net"
	"syscall"
)

// promptSocket reads and writes a plain socket as far as it can be done at
// once. What takes waiting, and what fails, is left to the net.Conn.
type promptSocket struct {
	rc syscall.RawConn

	// The functions and what they work on are here so that a call allocates
	// nothing.
	tryRead, tryWrite func(fd uintptr) bool
	b                 []byte
	n                 int
}

// open tells whether nc is a plain socket.
func (p *promptSocket) open(nc net.Conn) bool {
	p.rc = plainSocket(nc)
	if p.tryRead == nil {
		p.tryRead = func(fd uintptr) bool { p.n, _ = recvNow(fd, p.b); return true }
		p.tryWrite = func(fd uintptr) bool { p.n, _ = sendNow(fd, p.b); return true }
	}
	return p.rc != nil
}

func (p *promptSocket) close() { p.rc = nil }

// read gives how many octets are there: 0 also when none will come.
func (p *promptSocket) read(b []byte) int {
	p.b, p.n = b, 0
	_ = p.rc.Read(p.tryRead)
	p.b = nil
	return max(p.n, 0)
}

// write tells how many octets the socket took.
func (p *promptSocket) write(b []byte) int {
	p.b, p.n = b, 0
	_ = p.rc.Write(p.tryWrite)
	p.b = nil
	return max(p.n, 0)
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
