package ws_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

// relay copies both ways until both are done.
func relay(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(a, b)
		a.Close()
		close(done)
	}()
	_, _ = io.Copy(b, a)
	b.Close()
	<-done
}

// connectProxy is an HTTP proxy that takes every CONNECT to target, and tells
// about the requests.
func connectProxy(t *testing.T, target string, cfg *tls.Config) (addr string, requests <-chan *http.Request) {
	t.Helper()
	seen := make(chan *http.Request, 16)
	l := listen(t, func(nc net.Conn) {
		defer nc.Close()
		if cfg != nil {
			nc = tls.Server(nc, cfg)
		}
		r := bufio.NewReader(nc)
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		seen <- req
		if req.Header.Get("Proxy-Authorization") == "" && req.Host == "closed.example:80" {
			_, _ = io.WriteString(nc, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
			return
		}
		behind, err := net.Dial("tcp", target)
		if !assert.NoError(t, err) {
			return
		}
		_, _ = io.WriteString(nc, "HTTP/1.0 200 Connection established\r\nVia: test\r\n\r\n")
		relay(nc, behind)
	})
	return l.Addr().String(), seen
}

//req:test RFC6455-4.1-10
func TestDialConnectProxy(t *testing.T) {
	checkGoroutines(t)
	plain := httptest.NewServer(ws.Handler(echoBack, nil))
	defer plain.Close()
	secure, clientTLS, _ := secureServer(t, false)
	proxyTLS, _ := tlsOf(t)
	for name, c := range map[string]struct {
		url, target, scheme, authority string
		proxyTLS                       *tls.Config
	}{
		"ws":                     {"ws://example.com/x", plain.Listener.Addr().String(), "http", "example.com:80", nil},
		"wss":                    {"wss://example.com/x", secure.Listener.Addr().String(), "http", "example.com:443", nil},
		"ws through https proxy": {"ws://example.com:81/x", plain.Listener.Addr().String(), "https", "example.com:81", proxyTLS},
		"wss through https":      {"wss://example.com/x", secure.Listener.Addr().String(), "https", "example.com:443", proxyTLS},
	} {
		t.Run(name, func(t *testing.T) {
			addr, requests := connectProxy(t, c.target, c.proxyTLS)
			conn, _, err := ws.Dial(t.Context(), c.url, &ws.DialOptions{
				TLS:    clientTLS,
				Header: http.Header{"Authorization": {"for the server"}, "Proxy-Authorization": {"not used"}},
				Proxy:  ws.ProxyURL(&url.URL{Scheme: c.scheme, Host: addr, User: url.UserPassword("me", "p:w")}),
			})
			require.NoError(t, err)
			r := <-requests
			assert.Equal(t, http.MethodConnect, r.Method)
			assert.Equal(t, c.authority, r.RequestURI)
			assert.Equal(t, c.authority, r.Host)
			assert.Equal(t, http.Header{"Proxy-Authorization": {"Basic bWU6cDp3"}}, r.Header)
			assert.Equal(t, "/x", conn.Info().Target)
			checkEcho(t, conn)
		})
	}
}

func TestDialProxyAuthorization(t *testing.T) {
	plain := httptest.NewServer(ws.Handler(echoBack, nil))
	defer plain.Close()
	addr, requests := connectProxy(t, plain.Listener.Addr().String(), nil)
	o := &ws.DialOptions{Proxy: ws.ProxyURL(&url.URL{Scheme: "http", Host: addr})}
	_, resp, err := ws.Dial(t.Context(), "ws://closed.example/", o)
	assert.Nil(t, resp)
	checkStep(t, ws.StepProxy, err)
	e, ok := errors.AsType[*handshake.Error](err)
	require.True(t, ok)
	assert.Equal(t, http.StatusProxyAuthRequired, e.Status)
	<-requests

	o.Header = http.Header{"Proxy-Authorization": {"Bearer x"}}
	c, _, err := ws.Dial(t.Context(), "ws://closed.example/", o)
	require.NoError(t, err)
	assert.Equal(t, "Bearer x", (<-requests).Header.Get("Proxy-Authorization"))
	checkEcho(t, c)

	o.Header = http.Header{"Proxy-Authorization": {"x\r\nEvil: 1"}}
	_, _, err = ws.Dial(t.Context(), "ws://closed.example/", o)
	require.ErrorIs(t, err, handshake.ErrFieldValue)
}

// A proxy's credentials do not go to the one of another origin.
func TestW11_ProxyAuthorizationStaysInItsOrigin(t *testing.T) {
	seen := map[string]string{}
	_, _, err := ws.Dial(t.Context(), "ws://a.example/", &ws.DialOptions{
		Header: http.Header{"Proxy-Authorization": {"Bearer secret"}},
		Proxy:  func(u *url.URL) (*url.URL, error) { return &url.URL{Scheme: "http", Host: "proxy-of-" + u.Host}, nil },
		NetDial: func(_ context.Context, _, addr string) (net.Conn, error) {
			a, b := wstest.Pipe()
			go func() {
				defer b.Close()
				r := bufio.NewReader(b)
				req, err := http.ReadRequest(r)
				if !assert.NoError(t, err) {
					return
				}
				seen[addr] = req.Header.Get("Proxy-Authorization")
				if req.Host == "b.example:80" {
					return
				}
				_, _ = io.WriteString(b, "HTTP/1.1 200 OK\r\n\r\n")
				_, err = http.ReadRequest(r)
				assert.NoError(t, err)
				_, _ = io.WriteString(b, "HTTP/1.1 302 Found\r\nLocation: ws://b.example/\r\nContent-Length: 0\r\n\r\n")
			}()
			return a, nil
		},
	})
	checkStep(t, ws.StepProxy, err)
	assert.Equal(t, map[string]string{"proxy-of-a.example:80": "Bearer secret", "proxy-of-b.example:80": ""}, seen)
}

func TestDialProxyMisbehaves(t *testing.T) {
	checkGoroutines(t)
	for answer, text := range map[string]string{
		"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 S":             "octets of its own",
		"HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n": "answered CONNECT with 302",
		"HTTP/1.1 101 Switching\r\n\r\n":                    "answered CONNECT with 101",
		"SSH-2.0-x\r\n":                                     "malformed HTTP head",
		"":                                                  "EOF",
	} {
		hungUp := make(chan error, 1)
		l := listen(t, func(nc net.Conn) {
			defer nc.Close()
			_, err := http.ReadRequest(bufio.NewReader(nc))
			assert.NoError(t, err)
			_, err = io.WriteString(nc, answer)
			assert.NoError(t, err)
			if answer != "" {
				_, err = nc.Read(make([]byte, 1))
			}
			hungUp <- err
		})
		_, resp, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{
			Proxy: ws.ProxyURL(&url.URL{Scheme: "http", Host: l.Addr().String()}),
		})
		assert.Nil(t, resp)
		checkStep(t, ws.StepProxy, err)
		require.ErrorContains(t, err, text)
		if answer != "" {
			require.Error(t, <-hungUp)
		}
	}
	for _, p := range []string{"ftp://127.0.0.1", "//127.0.0.1", "http://127.0.0.1:1", "socks5://127.0.0.1:1", "https://127.0.0.1:1"} {
		u, err := url.Parse(p)
		require.NoError(t, err)
		_, _, err = ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{Proxy: ws.ProxyURL(u)})
		checkStep(t, ws.StepProxy, err)
	}
}

// A function that chooses a proxy sees the WebSocket URI.
//
//req:test RFC6455-4.1-12
func TestDialProxyFunction(t *testing.T) {
	for in, want := range map[string]string{
		"ws://example.com":                      "ws://example.com/",
		"wss://user:pass@EXAMPLE.com:443/a?b=ä": "wss://example.com/a?b=%C3%A4",
		"ws://[::1]:8080/x":                     "ws://[::1]:8080/x",
	} {
		var got string
		_, _, err := ws.Dial(t.Context(), in, &ws.DialOptions{NetDial: noDial, Proxy: func(u *url.URL) (*url.URL, error) {
			got = u.String()
			return nil, nil //nolint:nilnil // no proxy
		}})
		require.ErrorIs(t, err, errNoDial)
		assert.Equal(t, want, got)
	}
}

// Default ports, and that NetDial leads to the proxy.
//
//req:test RFC6455-4.1-11
func TestDialAddresses(t *testing.T) {
	for proxy, want := range map[string]string{
		"http://proxy.example": "proxy.example:80", "https://proxy.example": "proxy.example:443",
		"socks5://proxy.example": "proxy.example:1080", "socks5h://[::1]:99": "[::1]:99", "": "example.com:443",
	} {
		var got string
		u, err := url.Parse(proxy)
		require.NoError(t, err)
		o := &ws.DialOptions{Proxy: ws.ProxyURL(u), NetDial: func(_ context.Context, network, addr string) (net.Conn, error) {
			assert.Equal(t, "tcp", network)
			got = addr
			return nil, errNoDial
		}}
		if proxy == "" {
			o.Proxy = ws.NoProxy
		}
		_, _, err = ws.Dial(t.Context(), "wss://example.com/", o)
		require.ErrorIs(t, err, errNoDial)
		assert.Equal(t, want, got)
	}
}

// socksProxy is a SOCKS 5 proxy (RFC 1928 and 1929) that leads to target and
// tells the name it was asked for. With a user it asks for user and password.
func socksProxy(t *testing.T, target, user, password string) (addr string, names <-chan string) {
	t.Helper()
	asked := make(chan string, 16)
	l := listen(t, func(nc net.Conn) {
		defer nc.Close()
		r := bufio.NewReader(nc)
		counted := func(head int) string {
			b := make([]byte, head)
			_, _ = io.ReadFull(r, b)
			p := make([]byte, b[head-1])
			_, _ = io.ReadFull(r, p)
			return string(p)
		}
		methods := counted(2)
		if user == "" {
			_, _ = nc.Write([]byte{5, 0})
		} else {
			assert.Contains(t, methods, "\x02")
			_, _ = nc.Write([]byte{5, 2})
			if counted(2) != user || counted(1) != password {
				_, _ = nc.Write([]byte{1, 1})
				return
			}
			_, _ = nc.Write([]byte{1, 0})
		}
		name := counted(5) // version, command, 0, a name follows, its length
		port := make([]byte, 2)
		_, _ = io.ReadFull(r, port)
		asked <- net.JoinHostPort(name, strconv.Itoa(int(binary.BigEndian.Uint16(port))))
		behind, err := net.Dial("tcp", target)
		if !assert.NoError(t, err) {
			return
		}
		_, _ = nc.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0})
		relay(nc, behind)
	})
	return l.Addr().String(), asked
}

func TestDialSOCKS(t *testing.T) {
	checkGoroutines(t)
	plain := httptest.NewServer(ws.Handler(echoBack, nil))
	defer plain.Close()
	secure, clientTLS, _ := secureServer(t, false)
	for _, scheme := range []string{"socks5", "socks5h"} {
		addr, names := socksProxy(t, plain.Listener.Addr().String(), "", "")
		c, _, err := ws.Dial(t.Context(), "ws://example.com:81/", &ws.DialOptions{Proxy: ws.ProxyURL(&url.URL{Scheme: scheme, Host: addr})})
		require.NoError(t, err)
		assert.Equal(t, "example.com:81", <-names)
		assert.Equal(t, addr, c.Info().RemoteAddr.String())
		checkEcho(t, c)

		addr, names = socksProxy(t, secure.Listener.Addr().String(), "me", "secret")
		o := &ws.DialOptions{TLS: clientTLS, Proxy: ws.ProxyURL(&url.URL{Scheme: scheme, Host: addr, User: url.UserPassword("me", "secret")})}
		c, _, err = ws.Dial(t.Context(), "wss://example.com/", o)
		require.NoError(t, err)
		assert.Equal(t, "example.com:443", <-names)
		checkEcho(t, c)

		o.Proxy = ws.ProxyURL(&url.URL{Scheme: scheme, Host: addr, User: url.UserPassword("me", "wrong")})
		_, _, err = ws.Dial(t.Context(), "wss://example.com/", o)
		checkStep(t, ws.StepProxy, err)
		assert.NotContains(t, err.Error(), "wrong")
	}
}

func TestDialSOCKSCanceled(t *testing.T) {
	checkGoroutines(t)
	ctx, cancel := context.WithCancel(t.Context())
	closed := make(chan error, 1)
	l := listen(t, func(nc net.Conn) {
		defer nc.Close()
		_, _ = io.ReadFull(nc, make([]byte, 3))
		cancel()
		_, err := nc.Read(make([]byte, 1))
		closed <- err
	})
	_, _, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{Proxy: ws.ProxyURL(&url.URL{Scheme: "socks5", Host: l.Addr().String()})})
	checkStep(t, ws.StepProxy, err)
	require.ErrorIs(t, err, context.Canceled)
	require.Error(t, <-closed)
}
