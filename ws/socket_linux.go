//go:build (amd64 || arm64) && !race && !msan && !asan

package ws

import (
	"syscall"
	"unsafe"
)

// The sockets of package net never block, so a call of theirs is over in the
// time that it takes to copy: there is nothing to tell the scheduler of, and
// to tell it costs as much as the rest of a failed read. recvfrom and sendto
// go a shorter way through the kernel than read and write (measured: 266 ns
// against 328 for a read that finds nothing).
//
// The sanitizers don't see such calls: with them, socket_unix.go is built.
//
// A call that does not wait is not interrupted either: there is no EINTR.

// recvNow reads what the socket has, without waiting.
func recvNow(fd uintptr, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), syscall.MSG_DONTWAIT, 0, 0) //nolint:gosec // the call needs the address
	return int(n), err
}

// sendNow writes as much of p as the socket takes, without waiting.
func sendNow(fd uintptr, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0) //nolint:gosec // the call needs the address
	return int(n), err
}
