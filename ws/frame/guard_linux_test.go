package frame_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// guarded gives a page of memory between two that end the program when they
// are read or written.
func guarded(t *testing.T) []byte {
	t.Helper()
	size := syscall.Getpagesize()
	all, err := syscall.Mmap(-1, 0, 3*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Munmap(all) })
	require.NoError(t, syscall.Mprotect(all[:size], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(all[2*size:], syscall.PROT_NONE))
	return all[size : 2*size]
}

// Nothing is read or written before the first octet or behind the last.
func TestBounds(t *testing.T) {
	page := guarded(t)
	var u frame.UTF8
	for _, filler := range fillers {
		for n := range lengths {
			for _, b := range [][]byte{page[:n], page[len(page)-n:]} {
				text := fill(filler, n)
				copy(b, text)
				u.Reset()
				require.True(t, u.Check(b))
				key.XOR(b)
				u.Reset()
				_, bad := u.Unmask(b, key)
				require.Equal(t, -1, bad)
				key.XORCopy(b, text)
				key.XORCopy(text, b)
			}
		}
	}
	// Text that may not be written to may be checked.
	require.NoError(t, syscall.Mprotect(page, syscall.PROT_READ))
	u.Reset()
	u.Check(page)
}
