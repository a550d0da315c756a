package ws

import (
	"context"
	"net"
	"net/http"

	"longwire.example/ws/handshake"
)

// connect makes the transport for u. release is to be called when the
// handshake is over.
func (d *dialer) connect(ctx context.Context, u *handshake.URI) (nc net.Conn, release func(), err error) {
	nc, err = d.netDial(ctx, u.Address())
	if err != nil {
		return nil, nil, connectError(err)
	}
	return nc, func() {}, nil
}

func (d *dialer) redirect(_ *handshake.URI, _ *http.Response, _ int, err error) (handshake.URI, bool, error) {
	return handshake.URI{}, false, err
}
