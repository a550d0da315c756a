package ws

import (
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
}

// Info tells what the handshake agreed on and where the connection leads.
func (c *Conn) Info() Info {
	if l := c.onLoop(); l != nil {
		return l.info()
	}
	i := c.origin.describe()
	i.LocalAddr, i.RemoteAddr = c.nc.LocalAddr(), c.nc.RemoteAddr()
	if t, ok := c.nc.(secured); ok {
		state := t.ConnectionState()
		i.TLS = &state
	}
	return i
}
