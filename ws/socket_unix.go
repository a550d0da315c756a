//go:build unix && (!linux || !(amd64 || arm64) || race || msan || asan)

package ws

import "syscall"

// recvNow reads what the socket has, without waiting: the sockets of package
// net never block.
func recvNow(fd uintptr, p []byte) (int, syscall.Errno) {
	for {
		n, err := syscall.Read(int(fd), p)
		if err != syscall.EINTR { //nolint:errorlint // package syscall gives a bare Errno
			return n, errnoOf(err)
		}
	}
}

// sendNow writes as much of p as the socket takes, without waiting.
func sendNow(fd uintptr, p []byte) (int, syscall.Errno) {
	for {
		n, err := syscall.Write(int(fd), p)
		if err != syscall.EINTR { //nolint:errorlint // as above
			return n, errnoOf(err)
		}
	}
}

// errnoOf gives the Errno that an error of package syscall is.
func errnoOf(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	return err.(syscall.Errno) //nolint:errorlint,forcetypeassert // as above
}
