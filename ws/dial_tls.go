package ws

import (
	"context"
	"crypto/tls"
	"net"
)

// secure puts TLS on nc, before any octet of the handshake (section 4.1, item
// 5): the server's certificate has to be for host, whose name is sent along.
// On an error nc is closed.
//
//req:impl RFC6455-4.1-14
//req:impl RFC6455-4.1-15
//req:impl RFC6455-4.1-16
//req:impl RFC6455-10.6-01
func (d *dialer) secure(ctx context.Context, nc net.Conn, host string) (net.Conn, error) {
	cfg := d.tlsConfig(host)
	if d.o.TLS != nil && d.o.TLS.ServerName != "" {
		cfg.ServerName = d.o.TLS.ServerName
	}
	return handshakeTLS(ctx, nc, cfg)
}

// tlsConfig is DialOptions.TLS for host. HTTP/1.1 is all that is spoken here.
func (d *dialer) tlsConfig(host string) *tls.Config {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.o.TLS != nil {
		cfg = d.o.TLS.Clone()
	}
	//req:impl RFC6455-4.1-17
	cfg.ServerName = host
	cfg.NextProtos = []string{"http/1.1"}
	return cfg
}

// handshakeTLS puts TLS on nc, which is closed on an error.
func handshakeTLS(ctx context.Context, nc net.Conn, cfg *tls.Config) (net.Conn, error) {
	tc := tls.Client(nc, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		if e := ctx.Err(); e != nil {
			err = e
		}
		return nil, err
	}
	return tc, nil
}
