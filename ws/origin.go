package ws

import (
	"context"

	"longwire.example/ws/handshake"
)

// origin is how a connection came about. There are many connections, and few are
// asked for their Info, so what can be worked out is not kept.
type origin struct {
	info        *Info           // what the transport does not tell; nil where request tells it
	request     string          // the head of the request, on a server that read it itself
	subprotocol string          // "" for none
	base        context.Context // of the handshake: its values are those of Conn.Context; nil for none
	deflate     *handshake.DeflateParams
}

// describe makes the Info, all but for what the transport tells.
func (o *origin) describe() Info {
	i := Info{HTTPVersion: "HTTP/1.1"}
	if o.info != nil {
		i = *o.info
	} else {
		var h handshake.Head
		if n, err := handshake.ParseRequest([]byte(o.request), &h); n > 0 && err == nil {
			in := h.Incoming(false)
			i.Target, i.Host, i.Header = in.Target, in.Host, headerOf(&h)
		}
	}
	i.Subprotocol, i.Deflate = o.subprotocol, o.deflate
	if o.deflate != nil && i.Extensions == nil {
		if e, err := o.deflate.Answer(); err == nil {
			i.Extensions = []string{e.String()}
		}
	}
	return i
}
