package ws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"golang.org/x/net/proxy"

	"longwire.example/ws/handshake"
)

// errNoTunnel is for a proxy that sends on a tunnel before this side does:
// neither TLS nor WebSocket begins so.
var errNoTunnel = errors.New("the proxy sent octets of its own behind its answer")

// proxy gives the proxy that leads to u, or nil.
func (d *dialer) proxy(u *handshake.URI) (*url.URL, error) {
	switch {
	case d.o.Proxy != nil:
		// A function that chooses a proxy sees the WebSocket URI (section
		// 4.1, item 3).
		//req:impl RFC6455-4.1-12
		return d.o.Proxy(wsURL(u))
	case d.o.NetDial != nil:
		return nil, nil
	default:
		return http.ProxyFromEnvironment(&http.Request{URL: httpURL(u)})
	}
}

// connectProxy has the proxy p connect to u. The proxy resolves the name.
func (d *dialer) connectProxy(ctx context.Context, p *url.URL, u *handshake.URI) (net.Conn, error) {
	switch p.Scheme {
	case "http", "https":
		return d.connectHTTP(ctx, p, u)
	case "socks5", "socks5h":
		return d.connectSOCKS(ctx, p, u)
	default:
		return nil, fmt.Errorf("proxy scheme %q is none of http, https, socks5 and socks5h", p.Scheme)
	}
}

// proxyAddress gives host and port of a proxy.
func proxyAddress(p *url.URL) string {
	port := p.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[p.Scheme]
		if port == "" {
			port = "1080"
		}
	}
	return net.JoinHostPort(p.Hostname(), port)
}

// connectHTTP asks an HTTP proxy for a tunnel with CONNECT (RFC 9110, section
// 9.3.6).
func (d *dialer) connectHTTP(ctx context.Context, p *url.URL, u *handshake.URI) (net.Conn, error) {
	nc, err := d.netDial(ctx, proxyAddress(p))
	if err != nil {
		return nil, err
	}
	if p.Scheme == "https" {
		if nc, err = handshakeTLS(ctx, nc, d.tlsConfig(p.Hostname())); err != nil {
			return nil, err
		}
	}
	g := newGuard(ctx, nc, 0)
	if err = d.askTunnel(nc, p, u); err != nil {
		err = g.cause(err)
	}
	if e := g.release(); err == nil {
		err = e
	}
	if err != nil {
		_ = nc.Close()
		return nil, err
	}
	return nc, nil
}

func (d *dialer) askTunnel(nc net.Conn, p *url.URL, u *handshake.URI) error {
	buf := getBuffer()
	defer putBuffer(buf)
	b := append(buf[:0], "CONNECT "+u.Address()+" HTTP/1.1\r\nHost: "+u.Address()+"\r\n"...)
	if v := d.proxyAuthorization(p); v != "" {
		if err := (handshake.Field{Name: "Proxy-Authorization", Value: v}).Check(); err != nil {
			return err
		}
		b = append(b, "Proxy-Authorization: "+v+"\r\n"...)
	}
	if _, err := nc.Write(append(b, "\r\n"...)); err != nil {
		return err
	}
	var h handshake.Head
	end, filled, err := readAnswer(nc, buf, &h)
	switch {
	case err != nil:
		return fmt.Errorf("reading the proxy's answer: %w", err)
	case h.Status < 200 || h.Status > 299:
		return &handshake.Error{
			Status: h.Status, Token: "proxy-status",
			Text: "the proxy answered CONNECT with " + strconv.Itoa(h.Status),
		}
	case filled > end:
		return errNoTunnel
	}
	return nil
}

// proxyAuthorization is how this side shows the proxy who it is: by the
// userinfo of its URL, or by what the application wants sent.
func (d *dialer) proxyAuthorization(p *url.URL) string {
	if p.User != nil {
		password, _ := p.User.Password()
		return basic(p.User.Username(), password)
	}
	if d.away {
		return ""
	}
	return d.o.Header.Get("Proxy-Authorization")
}

// connectSOCKS asks a SOCKS 5 proxy (RFC 1928).
func (d *dialer) connectSOCKS(ctx context.Context, p *url.URL, u *handshake.URI) (net.Conn, error) {
	var auth *proxy.Auth
	if p.User != nil {
		password, _ := p.User.Password()
		auth = &proxy.Auth{User: p.User.Username(), Password: password}
	}
	way := &forward{d: d}
	s, err := proxy.SOCKS5("tcp", proxyAddress(p), auth, way)
	if err != nil {
		return nil, err
	}
	through, ok := s.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("the SOCKS dialer takes no context")
	}
	if _, err = through.DialContext(ctx, "tcp", u.Address()); err != nil {
		if way.nc != nil {
			_ = way.nc.Close()
		}
		if e := ctx.Err(); e != nil {
			err = e
		}
		return nil, err
	}
	// What DialContext gives hides the kind of socket that there is, and with
	// it the way to wait without a buffer.
	return way.nc, nil
}

// forward connects to the SOCKS proxy and remembers the connection.
type forward struct {
	d  *dialer
	nc net.Conn
}

func (f *forward) Dial(network, addr string) (net.Conn, error) {
	return f.DialContext(context.Background(), network, addr)
}

func (f *forward) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	nc, err := f.d.netDial(ctx, addr)
	f.nc = nc
	return nc, err
}
