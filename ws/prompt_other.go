//go:build !unix

package ws

import "net"

// promptSocket needs non-blocking descriptors.
type promptSocket struct{}

func (p *promptSocket) open(net.Conn) bool { return false }
func (p *promptSocket) close()             {}
func (p *promptSocket) read([]byte) int    { return 0 }
func (p *promptSocket) write([]byte) int   { return 0 }
