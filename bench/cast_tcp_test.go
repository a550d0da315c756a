package bench

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// patient is how long an audience may need to come in.
const patient = time.Minute

// fill makes n connections of TCP, with all that a server does on each: something
// reads it. cast broadcasts and waits for the audience.
func fill(c caster, n int) (cast func() error, leave func(), err error) {
	leave = func() {}
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, leave, err
	}
	defer ln.Close()
	a, err := invite(ln.Addr(), n)
	if err != nil {
		return nil, leave, err
	}
	var end func()
	switch c := c.(type) {
	case server:
		end, err = fillServer(c, ln, n)
	case accepter:
		end, err = fillAccepter(c, ln, n)
	}
	leave = func() {
		a.leave()
		end()
	}
	if err == nil {
		err = a.heard()
	}
	return func() error {
		if err := c.cast(); err != nil {
			return err
		}
		return a.heard()
	}, leave, err
}

func fillServer(s server, ln net.Listener, n int) (end func(), err error) {
	full, end := s.serve(ln, n)
	select {
	case <-full:
		return end, nil
	case <-time.After(patient):
		return end, errors.New("the audience did not come in time")
	}
}

// fillAccepter accepts the connections, each of which is then read by a goroutine
// of its own. end waits until all have ended.
func fillAccepter(c accepter, ln net.Listener, n int) (end func(), err error) {
	var wg sync.WaitGroup
	_ = ln.(*net.TCPListener).SetDeadline(time.Now().Add(patient))
	for range n {
		nc, err := ln.Accept()
		if err != nil {
			return wg.Wait, err
		}
		serve, end, err := c.accept(nc)
		if err != nil {
			nc.Close()
			return wg.Wait, err
		}
		wg.Go(func() {
			defer end()
			serve()
		})
	}
	return wg.Wait, nil
}
