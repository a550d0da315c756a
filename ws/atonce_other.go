//go:build !unix

package ws

import "net"

// atOnce needs descriptors that do not block.
type atOnce struct{}

func (d *atOnce) init(net.Conn) {}

func (d *atOnce) can() bool { return false }

func (d *atOnce) write([]byte) int { panic("unreachable: it can't") }
