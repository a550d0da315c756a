//go:build unix

package ws

// pretend makes every write succeed without a system call.
func pretend(d *atOnce) {
	d.try = func(uintptr) bool {
		d.n = len(d.b)
		return true
	}
}
