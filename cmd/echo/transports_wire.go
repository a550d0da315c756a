package main

import (
	"net"
	"slices"
	"sync"
	"sync/atomic"
)

// wire is what one viewer has cost on one transport.
type wire struct {
	requests    atomic.Int64
	connections atomic.Int64 // TCP connections that carried a request of it
	open        atomic.Int64 // those that are open now
	up, down    atomic.Int64 // octets, from the client and to it
}

// wireConn counts the octets of a connection for the viewer whose requests it
// carries. Two pages of one browser may share a connection. What is read between
// two requests begins the next one, and is counted when that says whose it is;
// what is written belongs to the one before.
type wireConn struct {
	net.Conn
	transport int

	mu      sync.Mutex
	users   []*viewer // at most all viewers
	now     *wire     // nil before the first request
	between bool      // two requests
	read    int64     // octets of nobody yet
	taken   bool      // by a WebSocket: there is no other request
	closed  bool
}

func (c *wireConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil || c.between {
		c.read += int64(n)
	} else {
		c.now.up.Add(int64(n))
	}
	return n, err
}

func (c *wireConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil {
		c.now.down.Add(int64(n))
	}
	return n, err
}

// begin is called with the head of a request.
func (c *wireConn) begin(v *viewer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.between = &v.wires[c.transport], false
	c.now.requests.Add(1)
	c.now.up.Add(c.read)
	c.read = 0
	if !slices.Contains(c.users, v) {
		c.users = append(c.users, v)
		c.now.connections.Add(1)
		if !c.closed {
			c.now.open.Add(1)
		}
	}
}

// end is called when its handler returns. The end of the answer is sent after it.
func (c *wireConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.between = !c.taken
}

func (c *wireConn) hijacked() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken = true
}

func (c *wireConn) Close() error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		for _, v := range c.users {
			v.wires[c.transport].open.Add(-1)
		}
	}
	c.mu.Unlock()
	return c.Conn.Close()
}
