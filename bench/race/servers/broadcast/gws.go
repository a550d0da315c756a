package main

import (
	"bytes"
	"net"

	"github.com/lxzan/gws"
)

// serveGWS has the library's Broadcaster, which encodes once and queues on each
// connection.
func serveGWS(ln net.Listener) error {
	return gws.NewServer(&gwsHandler{}, nil).RunListener(ln)
}

type gwsHandler struct {
	gws.BuiltinEventHandler
	members members[*gws.Conn]
}

func (h *gwsHandler) OnOpen(c *gws.Conn)           { h.members.add(c) }
func (h *gwsHandler) OnClose(c *gws.Conn, _ error) { h.members.remove(c) }

func (h *gwsHandler) OnMessage(_ *gws.Conn, m *gws.Message) {
	// The message goes back to a pool, and deliveries may be later.
	b := gws.NewBroadcaster(m.Opcode, bytes.Clone(m.Bytes()))
	defer m.Close()
	defer b.Close()
	for _, c := range h.members.all() {
		_ = b.Broadcast(c)
	}
}
