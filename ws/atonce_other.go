//go:build !unix

package ws

// atOnce needs descriptors that do not block.
type atOnce struct{}

func (d *atOnce) init(*idleReader) {}

func (d *atOnce) can() bool { return false }

func (d *atOnce) write([]byte) int { panic("unreachable: it can't") }
