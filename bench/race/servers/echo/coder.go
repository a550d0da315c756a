package main

import (
	"bytes"
	"context"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// serveCoder reads into a buffer of its own rather than by Read, which
// allocates for each message. A context that never ends costs least.
func serveCoder(ln net.Listener) error {
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
		if err != nil {
			return
		}
		defer func() { _ = c.CloseNow() }()
		c.SetReadLimit(maxMessage)
		ctx := context.Background()
		var buf bytes.Buffer
		for {
			kind, r, err := c.Reader(ctx)
			if err != nil {
				return
			}
			buf.Reset()
			if _, err := buf.ReadFrom(r); err != nil {
				return
			}
			if c.Write(ctx, kind, buf.Bytes()) != nil {
				return
			}
		}
	}))
}
