package main

import (
	"net"

	"github.com/lxzan/gws"
)

// serveGWS uses the library's own server on the listener, without
// ParallelEnabled: an echo has nothing to do in parallel, and a goroutine for
// each message costs more than it.
func serveGWS(ln net.Listener) error {
	return gws.NewServer(gwsHandler{}, &gws.ServerOption{
		ReadMaxPayloadSize:  maxMessage,
		WriteMaxPayloadSize: maxMessage,
		CheckUtf8Enabled:    true, // it is off by default; section 8.1 wants it
	}).RunListener(ln)
}

type gwsHandler struct{ gws.BuiltinEventHandler }

func (gwsHandler) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	_ = c.WriteMessage(m.Opcode, m.Bytes())
}
