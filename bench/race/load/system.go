//go:build linux && !386

package main

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// The calls on the path of a message go around the scheduler (RawSyscall):
// there is one goroutine that does anything, and the runtime needs not know
// that it is in the kernel. A call gives an error as a number, so that nothing
// is allocated. On a socket recv and send find the way sooner than read and
// write, which are for any file.

func recv(fd int, b []byte) (int, syscall.Errno) {
	n, _, e := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0, 0, 0)
	return int(n), e
}

func send(fd int, b []byte) (int, syscall.Errno) {
	n, _, e := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), syscall.MSG_NOSIGNAL, 0, 0)
	return int(n), e
}

// start is what now counts from.
var start = time.Now()

// now is a monotonic clock in nanoseconds.
func now() int64 { return int64(time.Since(start)) }

// cpuTime gives the CPU time that a process has used so far, all its threads
// together and those that have ended, in nanoseconds. 0 is this process.
//
// The kernel has a clock for each process, whose number is made from the
// process id (clock_getcpuclockid(3)). /proc/PID/stat counts in 10 ms.
func cpuTime(pid int) (time.Duration, error) {
	const schedulerClock = 2 // CPUCLOCK_SCHED of linux/posix-timers.h
	var t syscall.Timespec
	clock := int32(^pid)<<3 | schedulerClock
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&t)), 0); e != 0 {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, e)
	}
	return time.Duration(t.Nano()), nil
}
