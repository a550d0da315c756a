package main

import "net"

// serveTCP gives back what comes, without a protocol. Nothing that has a
// goroutine for each connection can be cheaper, since it must read and write.
// The buffer has room for a whole message of most loads.
func serveTCP(ln net.Listener) error {
	return each(ln, func(c net.Conn) {
		buf := make([]byte, 32<<10)
		for {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			if _, err := c.Write(buf[:n]); err != nil {
				return
			}
		}
	})
}
