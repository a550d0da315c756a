package ws

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"longwire.example/ws/handshake"
)

// Info is what is known of a connection besides its messages. Fields that the
// way it was made can't fill are zero.
type Info struct {
	// Subprotocol is the subprotocol in use, "" for none.
	Subprotocol string
	// Extensions are the extensions in use with their parameters, as they stand
	// in the answer: "permessage-deflate; server_no_context_takeover".
	Extensions []string
	// Deflate are the parameters of permessage-deflate, nil where it is not in
	// use. They are not to be changed.
	Deflate *handshake.DeflateParams
	// HTTPVersion is the version of the handshake, such as "HTTP/1.1".
	HTTPVersion string
	// Target and Host are those of the request.
	Target, Host string
	// Header holds the request's fields on a server and the answer's on a
	// client. It is not to be changed.
	Header http.Header
	// TLS is the state of TLS on this hop, nil without it.
	TLS *tls.ConnectionState
	// LocalAddr and RemoteAddr are the addresses of the transport.
	LocalAddr, RemoteAddr net.Addr

	request string          // the head of the request, where Header is made only when asked for
	base    context.Context // values for Conn.Context; never cancelled
}

// extensionNames writes each extension as a header has it.
func extensionNames(list []handshake.Extension) []string {
	if len(list) == 0 {
		return nil
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = e.String()
	}
	return names
}

// Info tells what the handshake agreed on and where the connection leads.
func (c *Conn) Info() Info {
	if l := c.onLoop(); l != nil {
		return l.info()
	}
	i := c.info
	if i.Header == nil && i.request != "" {
		var h handshake.Head
		if n, err := handshake.ParseRequest([]byte(i.request), &h); n > 0 && err == nil {
			i.Header = headerOf(&h)
		}
	}
	if t, ok := c.nc.(secured); ok && i.TLS == nil {
		state := t.ConnectionState()
		i.TLS = &state
	}
	return i
}
