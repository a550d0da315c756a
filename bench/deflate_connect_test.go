package bench

import (
	"context"
	"errors"
	"net"
)

// pair makes a connection of TCP on this machine.
func pair() (dialed, accepted net.Conn, err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer ln.Close()
	var d net.Dialer
	if dialed, err = d.DialContext(context.Background(), "tcp", ln.Addr().String()); err != nil {
		return nil, nil, err
	}
	if accepted, err = ln.Accept(); err != nil {
		dialed.Close()
	}
	return dialed, accepted, err
}

// connect makes a server's and a client's end of one connection.
func connect(server, client maker) (s, c endpoint, err error) {
	dialed, accepted, err := pair()
	if err != nil {
		return nil, nil, err
	}
	return connectOver(server, client, dialed, accepted)
}

func connectOver(server, client maker, dialed, accepted net.Conn) (s, c endpoint, err error) {
	type answer struct {
		endpoint
		error
	}
	answered := make(chan answer, 1)
	go func() {
		s, err := server.server(accepted)
		if err != nil {
			accepted.Close() // so that the client does not wait
		}
		answered <- answer{s, err}
	}()
	if c, err = client.client(dialed); err != nil {
		dialed.Close()
		accepted.Close()
	}
	a := <-answered
	return a.endpoint, c, errors.Join(err, a.error)
}
