//go:build unix

package ws

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkBufferless sees that a connection over TCP can wait without a buffer
// and holds none now.
func checkBufferless(t *testing.T, c *Conn) {
	t.Helper()
	assert.IsType(t, &net.TCPConn{}, c.nc)
	assert.True(t, c.idle.can())
	assert.Nil(t, c.buf)
}

// What Upgrade and Dial make on TCP holds no buffer from the beginning, also
// through a proxy.
func TestBeginsWithoutABuffer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	for name, proxy := range map[string]string{"direct": "", "CONNECT": "http", "SOCKS": "socks5"} {
		t.Run(name, func(t *testing.T) {
			server := make(chan *Conn, 1)
			go func() {
				defer close(server)
				nc, err := l.Accept()
				if !assert.NoError(t, err) {
					return
				}
				switch proxy { // is its own proxy
				case "http":
					_, _ = io.ReadFull(nc, make([]byte, len("CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n")))
					_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\n\r\n")
				case "socks5":
					_, _ = io.ReadFull(nc, make([]byte, 3))
					_, _ = io.WriteString(nc, "\x05\x00")
					_, _ = io.ReadFull(nc, make([]byte, 4+1+len("example.com")+2))
					_, _ = io.WriteString(nc, "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
				}
				c, err := Upgrade(context.Background(), nc, nil)
				if assert.NoError(t, err) {
					server <- c
				}
			}()
			target, o := "ws://"+l.Addr().String(), &DialOptions{Proxy: NoProxy}
			if proxy != "" {
				target, o.Proxy = "ws://example.com", ProxyURL(&url.URL{Scheme: proxy, Host: l.Addr().String()})
			}
			c, _, err := Dial(t.Context(), target, o)
			require.NoError(t, err)
			checkBufferless(t, c)
			if s := <-server; assert.NotNil(t, s) {
				checkBufferless(t, s)
				// The text of the request is kept once and the header is made
				// of it when asked for.
				assert.Nil(t, s.origin.info)
				assert.True(t, strings.HasPrefix(s.origin.request, "GET / HTTP/1.1\r\n"))
				assert.Equal(t, "websocket", s.Info().Header.Get("Upgrade"))
				s.CloseNow()
			}
			c.CloseNow()
		})
	}
}
