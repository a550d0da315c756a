package main

import (
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// lockedConn is a connection that several goroutines write to, which the
// library leaves to its user.
type lockedConn struct {
	*websocket.Conn
	mu sync.Mutex
}

// serveGorilla has the library's PreparedMessage, which encodes once, and writes
// to one connection after the other.
func serveGorilla(ln net.Listener) error {
	var up websocket.Upgrader
	var conns members[*lockedConn]
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		c := &lockedConn{Conn: ws}
		defer c.Close()
		conns.add(c)
		defer conns.remove(c)
		for {
			kind, data, err := c.ReadMessage()
			if err != nil {
				return
			}
			m, err := websocket.NewPreparedMessage(kind, data)
			if err != nil {
				return
			}
			for _, to := range conns.all() {
				to.mu.Lock()
				_ = to.WritePreparedMessage(m) // its own reader finds out
				to.mu.Unlock()
			}
		}
	}))
}
