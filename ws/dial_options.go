package ws

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
)

// DefaultMaxRedirects is how many redirects Dial follows.
const DefaultMaxRedirects = 10

// DialOptions sets how Dial connects; the Options in it, how the connection
// behaves. The zero value, and nil, is the safe default.
//
// Options.HandshakeTimeout bounds all of Dial: resolving, connecting, proxies,
// TLS and redirects.
type DialOptions struct {
	Options

	// Header holds more fields for the request: Cookie, Authorization,
	// User-Agent and the like. Those of the handshake itself, such as Host
	// and Sec-WebSocket-Protocol, can't be set here. Proxy-Authorization goes
	// to the proxy and never to the server.
	Header http.Header

	// Host, when not empty, is sent as the Host field instead of what the
	// URL has.
	Host string

	// Origin is the Origin field, "" for none: only what acts for a web page
	// needs one (section 4.1, item 8).
	Origin string

	// Jar gives the cookies for each request and takes those of each answer.
	// It is asked with http and https URLs.
	Jar http.CookieJar

	// TLS configures TLS for wss, and for https proxies. ServerName defaults
	// to the host of the URL (for a proxy it always is that of the proxy),
	// and the protocol of ALPN is http/1.1 in any case.
	TLS *tls.Config

	// NetDial makes the transport instead of a net.Dialer: to the server, or
	// to the proxy that leads there. The environment's proxies are not looked
	// at then.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)

	// Proxy gives the proxy for a ws or wss URL (without userinfo), or nil
	// for none. Its scheme is http, https (both asked with CONNECT), socks5
	// or socks5h; its userinfo is used to authenticate. When Proxy is nil,
	// HTTP_PROXY, HTTPS_PROXY and NO_PROXY count as they do for http and
	// https URLs (http.ProxyFromEnvironment). NoProxy is for none at all.
	Proxy func(*url.URL) (*url.URL, error)

	// MaxRedirects limits how many redirects are followed: 10 by default,
	// none when negative. A redirect never leads from wss to ws, and of
	// Header only User-Agent goes along to another origin.
	MaxRedirects int

	// OneAtATime makes this Dial wait while another one with OneAtATime is
	// still connecting to the same IP address, or to the same host name where
	// a proxy or NetDial resolves it (section 4.1, item 2). It is off by
	// default because one silent server would hold up every Dial to it.
	OneAtATime bool
}

// NoProxy is a DialOptions.Proxy that never names one.
func NoProxy(*url.URL) (*url.URL, error) { return nil, nil }

// ProxyURL gives a DialOptions.Proxy that always names u.
func ProxyURL(u *url.URL) func(*url.URL) (*url.URL, error) {
	return func(*url.URL) (*url.URL, error) { return u, nil }
}
