package main

import (
	"sync"

	"longwire.example/ws"
)

// taps are for connections that share their hooks, as those of a ws.Server do:
// each one finds its own tap there.
type taps struct {
	create func() *tap
	mu     sync.Mutex
	open   map[*ws.Conn]*tap
}

func newTaps(create func() *tap) *taps {
	return &taps{create: create, open: map[*ws.Conn]*tap{}}
}

// hooks makes each connection call its tap.
func (ts *taps) hooks() ws.Hooks {
	return ws.Hooks{
		Trace: func(c *ws.Conn, d ws.Direction, b []byte) { ts.find(c).octets(c, d, b) },
		End: func(c *ws.Conn, err *ws.CloseError) {
			ts.find(c).end(c, err)
			ts.mu.Lock()
			defer ts.mu.Unlock()
			delete(ts.open, c)
		},
	}
}

// find gives the tap of a connection. Any of its functions may be the first one
// to be called.
func (ts *taps) find(c *ws.Conn) *tap {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.open[c]
	if t == nil {
		t = ts.create()
		ts.open[c] = t
	}
	return t
}
