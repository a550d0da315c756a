package bench

import (
	"net"
	"sync"
	"time"
)

// fill makes n connections of TCP, with all that a server does on each: something
// reads it. cast broadcasts and waits for the audience.
func fill(c caster, n int) (cast func() error, leave func(), err error) {
	leave = func() {}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, leave, err
	}
	defer ln.Close()
	a, err := invite(ln.Addr(), n)
	if err != nil {
		return nil, leave, err
	}
	var wg sync.WaitGroup
	leave = func() {
		a.leave()
		wg.Wait()
	}
	// An audience that can't come must not be waited for.
	_ = ln.(*net.TCPListener).SetDeadline(time.Now().Add(time.Minute))
	for range n {
		nc, err := ln.Accept()
		if err != nil {
			return nil, leave, err
		}
		serve, end, err := c.accept(nc)
		if err != nil {
			nc.Close()
			return nil, leave, err
		}
		wg.Go(func() {
			defer end()
			serve()
		})
	}
	return func() error {
		if err := c.cast(); err != nil {
			return err
		}
		return a.heard()
	}, leave, a.heard()
}
