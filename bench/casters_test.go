package bench

import (
	"context"
	"fmt"
	"net"

	gobwas "github.com/gobwas/ws"
	gorilla "github.com/gorilla/websocket"
	"github.com/lxzan/gws"

	"longwire.example/ws"
)

// caster is a library's way to send one message on many connections.
type caster interface {
	// accept takes a connection in. serve reads it until it ends, end ends it.
	accept(nc net.Conn) (serve, end func(), err error)
	// cast sends castText on all. It may return before it is written.
	cast() error
}

var casters = []struct {
	name string
	make func() caster
}{
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
