//go:build !amd64 && !arm64

package ws

import "syscall"

// accept accepts a connection.
func accept(listener uintptr) (socket, endpoint, syscall.Errno) {
	fd, sa, err := syscall.Accept4(int(listener), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
	if err != nil {
		return 0, endpoint{}, errnoOf(err)
	}
	return socket(fd), endpointOfSockaddr(sa), 0
}
