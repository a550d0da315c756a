package main

import (
	"bytes"
	"net"

	"github.com/fasthttp/websocket"
	"github.com/valyala/fasthttp"
)

// serveFastHTTP is gorilla's code behind fasthttp, and is used in the same way.
func serveFastHTTP(ln net.Listener) error {
	var up websocket.FastHTTPUpgrader
	return fasthttp.Serve(ln, func(ctx *fasthttp.RequestCtx) {
		_ = up.Upgrade(ctx, func(c *websocket.Conn) {
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
		})
	})
}
