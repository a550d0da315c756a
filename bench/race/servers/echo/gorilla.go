package main

import (
	"bytes"
	"net"
	"net/http"

	"github.com/gorilla/websocket"
)

// serveGorilla reads into a buffer of its own rather than by ReadMessage, which
// allocates for each message. WriteMessage of a server without compression
// sends one frame. Buffers are those of net/http (sizes of 0), as the
// documentation advises.
func serveGorilla(ln net.Listener) error {
	var up websocket.Upgrader
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		var buf bytes.Buffer
		for {
			kind, r, err := c.NextReader()
			if err != nil {
				return
			}
			buf.Reset()
			if _, err := buf.ReadFrom(r); err != nil {
				return
			}
			if c.WriteMessage(kind, buf.Bytes()) != nil {
				return
			}
		}
	}))
}
