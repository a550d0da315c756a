package main

import (
	"context"
	"net"

	"longwire.example/ws"
)

// serveLongwireLoop has a Group whose connections an event loop drives.
func serveLongwireLoop(ln net.Listener) error {
	group := &ws.Group{}
	server := &ws.Server{
		Options: &ws.Options{Group: group},
		OnMessage: func(c *ws.Conn, m ws.Message) {
			if p, err := ws.NewPrepared(m.Type, m.Data); err == nil {
				group.Broadcast(p, ws.DropConnection)
			}
		},
	}
	return server.Serve(ln)
}

// serveLongwire has a Group, and a goroutine for each connection.
func serveLongwire(ln net.Listener) error {
	group := &ws.Group{}
	for {
		nc, err := ln.Accept()
		if err != nil {
			return err
		}
		go func() {
			c, err := ws.Upgrade(context.Background(), nc, &ws.Options{Group: group})
			if err != nil {
				return
			}
			defer func() { _ = c.CloseNow() }()
			for m, err := range c.Messages(context.Background()) {
				if err != nil {
					return
				}
				p, err := ws.NewPrepared(m.Type, m.Data)
				if err != nil {
					return
				}
				group.Broadcast(p, ws.DropConnection)
			}
		}()
	}
}
