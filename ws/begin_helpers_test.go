package ws_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// The key and accept value of the example in section 1.3.
const (
	sampleKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// requestText is a request with the fields of a handshake, and more; an empty
// value takes a field out.
func requestText(target string, more ...string) string {
	fields := []string{
		"Host: example.com", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + sampleKey,
	}
	for _, m := range more {
		name, value, _ := strings.Cut(m, ":")
		kept := fields[:0:0]
		for _, f := range fields {
			if !strings.HasPrefix(f, name+":") || strings.HasPrefix(m, "X-") || name == "Origin" {
				kept = append(kept, f)
			}
		}
		fields = kept
		if value != "" {
			fields = append(fields, m)
		}
	}
	return "GET " + target + " HTTP/1.1\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n"
}

// clientFrame gives the octets of a masked frame.
func clientFrame(op frame.Opcode, p string) string {
	key := frame.Key(0x78563412)
	b := frame.NewHeader(true, 0, op, int64(len(p))).WithKey(key).Append(nil)
	n := len(b)
	b = append(b, p...)
	key.XOR(b[n:])
	return string(b)
}

// echoBack sends every message back until the connection ends.
func echoBack(ctx context.Context, c *ws.Conn) error {
	for m, err := range c.Messages(ctx) {
		if err != nil {
			return err
		}
		if err := c.Write(ctx, m.Type, m.Data); err != nil {
			return err
		}
	}
	return nil
}

// checkEcho sees that c is echoed, and closes it.
func checkEcho(t *testing.T, c *ws.Conn) {
	t.Helper()
	require.NoError(t, c.Write(t.Context(), ws.Text, []byte("hello")))
	typ, p, err := c.Read(t.Context())
	require.NoError(t, err)
	assert.Equal(t, ws.Text, typ)
	assert.Equal(t, "hello", string(p))
	require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
}

// listen gives a listener on loopback that ends with the test, and runs serve
// for each connection.
func listen(t *testing.T, serve func(nc net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go serve(nc)
		}
	}()
	return l
}

// upgraded runs Upgrade for each connection and hands out what comes of it.
func upgraded(t *testing.T, o *ws.Options, wrap func(net.Conn) net.Conn) (addr string, results <-chan result) {
	t.Helper()
	out := make(chan result, 16)
	l := listen(t, func(nc net.Conn) {
		if wrap != nil {
			nc = wrap(nc)
		}
		c, err := ws.Upgrade(context.Background(), nc, o)
		out <- result{c, err}
		if err == nil {
			_ = echoBack(context.Background(), c)
			c.CloseNow()
		}
	})
	return l.Addr().String(), out
}

type result struct {
	c   *ws.Conn
	err error
}

// exchange sends a request to addr and gives the answer, and whatever follows
// it until the server closes.
func exchange(t *testing.T, addr, request string) (resp *http.Response, body, rest string) {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	go io.WriteString(nc, request) //nolint:errcheck // the server may answer before it has read all
	r := bufio.NewReader(nc)
	resp, err = http.ReadResponse(r, nil)
	require.NoError(t, err)
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, "", ""
	}
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	tail, err := io.ReadAll(r)
	require.NoError(t, err, "the connection has to end cleanly")
	return resp, string(b), string(tail)
}

// checkRefusal sees that an answer is a whole HTTP error after which the
// connection ends.
func checkRefusal(t *testing.T, status int, resp *http.Response, body, rest string) {
	t.Helper()
	assert.Equal(t, status, resp.StatusCode)
	assert.True(t, resp.Close, "Connection: close")
	assert.Equal(t, int64(len(body)), resp.ContentLength)
	assert.Equal(t, "text/plain; charset=utf-8", resp.Header.Get("Content-Type"))
	assert.NotEmpty(t, strings.TrimSpace(body))
	assert.Empty(t, rest)
}

// wsURL gives the ws or wss URL of an httptest server.
func wsURL(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }

// tlsOf gives a server's and a client's configuration with the certificate of
// httptest, which is for example.com and 127.0.0.1.
func tlsOf(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	tr, ok := s.Client().Transport.(*http.Transport)
	require.True(t, ok)
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12},
		&tls.Config{RootCAs: tr.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}
}

// checkGoroutines fails the test if goroutines of this package are left when it
// has ended.
func checkGoroutines(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		assert.Eventually(t, func() bool {
			left = ""
			buf := make([]byte, 1<<20)
			for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
				if strings.Contains(g, "longwire.example/ws.") && !strings.Contains(g, "testing.tRunner") {
					left += g + "\n\n"
				}
			}
			return left == ""
		}, 5*time.Second, 5*time.Millisecond)
		assert.Empty(t, left)
	})
}

// asExampleCom is for names that the certificate of the tests does not have.
func asExampleCom(c *tls.Config) *tls.Config {
	c = c.Clone()
	c.ServerName = "example.com"
	return c
}
