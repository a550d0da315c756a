//go:build amd64 || arm64

package ws

import (
	"encoding/binary"
	"syscall"
	"unsafe"
)

// accept accepts a connection. It allocates nothing, where package syscall
// allocates an address.
func accept(listener uintptr) (socket, endpoint, syscall.Errno) {
	var from syscall.RawSockaddrAny
	size := uint32(unsafe.Sizeof(from))
	fd, _, e := syscall.RawSyscall6(syscall.SYS_ACCEPT4, listener,
		uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&size)), //nolint:gosec // the call needs the addresses
		syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
	if e != 0 {
		return 0, endpoint{}, e
	}
	return socket(fd), endpointOfRaw(&from), 0 //nolint:gosec // G115: a descriptor
}

func endpointOfRaw(sa *syscall.RawSockaddrAny) endpoint {
	switch sa.Addr.Family {
	case syscall.AF_INET:
		a := (*syscall.RawSockaddrInet4)(unsafe.Pointer(sa)) //nolint:gosec // as package syscall does it
		ip := [16]byte{10: 0xff, 11: 0xff}
		copy(ip[12:], a.Addr[:])
		return endpointOf(ip, 0, hostOrder(a.Port))
	case syscall.AF_INET6:
		a := (*syscall.RawSockaddrInet6)(unsafe.Pointer(sa)) //nolint:gosec // as above
		return endpointOf(a.Addr, a.Scope_id, hostOrder(a.Port))
	}
	return endpoint{}
}

// hostOrder gives a port that is in the byte order of the network.
func hostOrder(port uint16) int {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], port)
	return int(binary.BigEndian.Uint16(b[:]))
}
