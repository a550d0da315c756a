package bench

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"

	gobwas "github.com/gobwas/ws"
	gorilla "github.com/gorilla/websocket"
	"github.com/lxzan/gws"

	"longwire.example/ws"
)

// caster is a library's way to send one message on many connections.
type caster interface {
	// cast sends castText on all. It may return before it is written.
	cast() error
}

// accepter is a caster that takes in connections.
type accepter interface {
	caster
	// accept takes in one more. serve reads it until it ends, end ends it.
	accept(nc net.Conn) (serve, end func(), err error)
}

// server is a caster that accepts its connections itself.
type server interface {
	caster
	// serve does so until it is stopped. full is closed when it has n of them.
	serve(ln net.Listener, n int) (full <-chan struct{}, stop func())
}

var casters = []struct {
	name string
	make func() caster
}{
	{"longwire-loop", func() caster { return &loopCaster{} }},
	{"longwire-Group", func() caster { return &groupCaster{} }},
	{"gws-Broadcaster", func() caster {
		return &eachCaster{library: gwsLibrary, send: func(all []endpoint) error {
			// It writes on a goroutine for each connection.
			c := gws.NewBroadcaster(gws.OpcodeText, castText)
			defer c.Close()
			for _, e := range all {
				if err := c.Broadcast(e.(*gwsEnd).c); err != nil {
					return err
				}
			}
			return nil
		}}
	}},
	// The others write to one connection after the other, and a slow one holds
	// up all that come after it.
	{"gorilla-PreparedMessage", func() caster {
		return &eachCaster{library: gorillaLibrary, send: func(all []endpoint) error {
			p, err := gorilla.NewPreparedMessage(gorilla.TextMessage, castText)
			if err != nil {
				return err
			}
			for _, e := range all {
				if err := e.(gorillaEnd).c.WritePreparedMessage(p); err != nil {
					return err
				}
			}
			return nil
		}}
	}},
	{"coder-Write", func() caster {
		return &eachCaster{library: coderLibrary, send: func(all []endpoint) error {
			for _, e := range all {
				if err := e.write(wsMessage{castText, true}); err != nil {
					return err
				}
			}
			return nil
		}}
	}},
	// Little more than the system calls.
	{"gobwas-CompileFrame", func() caster { return &gobwasCaster{} }},
}

// loopCaster has an event loop drive the connections of a group.
type loopCaster struct{ all groupCaster }

func (l *loopCaster) cast() error { return l.all.cast() }

func (l *loopCaster) serve(ln net.Listener, n int) (full <-chan struct{}, stop func()) {
	done := make(chan struct{})
	var open atomic.Int64
	s := &ws.Server{
		Options: &ws.Options{Group: &l.all.group, PingInterval: -1},
		OnOpen: func(*ws.Conn) {
			if open.Add(1) == int64(n) {
				close(done)
			}
		},
	}
	go func() { _ = s.Serve(ln) }() // its error says that it was stopped
	return done, func() { _ = s.Close() }
}

type groupCaster struct{ group ws.Group }

func (g *groupCaster) accept(nc net.Conn) (serve, end func(), err error) {
	// Nobody else has keepalive, and its Pings would come in between.
	c, err := ws.Upgrade(context.Background(), nc, &ws.Options{Group: &g.group, PingInterval: -1})
	if err != nil {
		return nil, nil, err
	}
	return func() { <-c.Discard().Done() }, func() { _ = c.CloseNow() }, nil
}

func (g *groupCaster) cast() error {
	m, err := ws.NewPrepared(ws.Text, castText)
	if err != nil {
		return err
	}
	if r := g.group.Broadcast(m, ws.DropMessage); r.Dropped+r.Ended > 0 {
		return fmt.Errorf("%+v", r)
	}
	return nil
}

// eachCaster goes through all connections.
type eachCaster struct {
	library library
	maker   maker
	all     []endpoint
	send    func(all []endpoint) error
}

func (c *eachCaster) accept(nc net.Conn) (serve, end func(), err error) {
	if c.maker == nil {
		c.maker = c.library.with(off)
	}
	e, err := c.maker.server(nc)
	if err != nil {
		return nil, nil, err
	}
	c.all = append(c.all, e)
	return func() { _ = e.read(nil, func([]byte) bool { return true }) }, e.close, nil
}

func (c *eachCaster) cast() error { return c.send(c.all) }

type gobwasCaster struct{ all []net.Conn }

func (c *gobwasCaster) accept(nc net.Conn) (serve, end func(), err error) {
	if _, err := gobwas.Upgrade(nc); err != nil {
		return nil, nil, err
	}
	c.all = append(c.all, nc)
	return func() { _, _ = gobwas.ReadHeader(nc) }, func() { nc.Close() }, nil
}

func (c *gobwasCaster) cast() error {
	b, err := gobwas.CompileFrame(gobwas.NewTextFrame(castText))
	if err != nil {
		return err
	}
	for _, nc := range c.all {
		if _, err := nc.Write(b); err != nil {
			return err
		}
	}
	return nil
}
