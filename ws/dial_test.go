package ws_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

// server is the other end of a Dial, octet by octet.
type server struct {
	*testing.T
	nc  net.Conn
	req handshake.Head
	raw string
}

// dialTo runs serve for each connection that Dial makes with the NetDial it
// gives, and sees that each connection is closed in the end.
func dialTo(t *testing.T, serve func(s *server)) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	return func(context.Context, string, string) (net.Conn, error) {
		a, b := wstest.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			s := &server{T: t, nc: b}
			s.readRequest()
			serve(s)
		}()
		t.Cleanup(func() {
			<-served
			_, err := io.Copy(io.Discard, b)
			assert.NoError(t, err)
			b.Close()
		})
		return a, nil
	}
}

func (s *server) readRequest() {
	buf, n := make([]byte, 32<<10), 0
	for {
		k, err := s.nc.Read(buf[n:])
		if !assert.NoError(s, err) {
			return
		}
		n += k
		end, err := handshake.ParseRequest(buf[:n], &s.req)
		if !assert.NoError(s, err) {
			return
		}
		if end > 0 {
			assert.Equal(s, n, end, "octets behind the request")
			s.raw = string(buf[:n])
			return
		}
	}
}

func (s *server) key() string { return s.req.Values("Sec-WebSocket-Key")[0] }

func (s *server) write(text string) {
	_, err := io.WriteString(s.nc, text)
	assert.NoError(s, err)
}

// accept answers with a correct 101 and what follows.
func (s *server) accept(more string) {
	s.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + handshake.Accept(s.key()) + "\r\n" + more)
}

// rest gives everything that the client still sends.
func (s *server) rest() string {
	all, err := io.ReadAll(s.nc)
	assert.NoError(s, err)
	return string(all)
}

//req:test RFC6455-4.1-02 RFC6455-4.1-18
func TestDialRequest(t *testing.T) {
	var raw string
	dial := dialTo(t, func(s *server) {
		raw = strings.ReplaceAll(s.raw, s.key(), "KEY")
		s.accept("\r\n")
	})
	c, resp, err := ws.Dial(t.Context(), "ws://user:p%40ss@EXAMPLE.com:8080/päth?q=1", &ws.DialOptions{
		Options: ws.Options{Subprotocols: []string{"a", "b"}},
		Header:  http.Header{"User-Agent": {"test"}, "X-Many": {"1", "2"}, "Proxy-Authorization": {"secret"}},
		Origin:  "https://example.org",
		NetDial: dial,
	})
	require.NoError(t, err)
	defer c.CloseNow()
	assert.Equal(t, "GET /p%C3%A4th?q=1 HTTP/1.1\r\nHost: example.com:8080\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: KEY\r\n"+
		"Origin: https://example.org\r\nSec-WebSocket-Protocol: a, b\r\n"+
		"Authorization: Basic dXNlcjpwQHNz\r\nUser-Agent: test\r\nX-Many: 1\r\nX-Many: 2\r\n\r\n", raw)
	assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	assert.Equal(t, "101 Switching Protocols", resp.Status)
	assert.Equal(t, "ws://example.com:8080/p%C3%A4th?q=1", resp.Request.URL.String())
	i := c.Info()
	assert.Equal(t, "/p%C3%A4th?q=1", i.Target)
	assert.Equal(t, "example.com:8080", i.Host)
	assert.Equal(t, "websocket", i.Header.Get("Upgrade"))
	assert.Equal(t, ws.RoleClient, c.Role())
}

func TestDialHost(t *testing.T) {
	for url, hosts := range map[string]map[string]string{
		"ws://a.example/": {
			"": "a.example", "b.example": "b.example", "B.example:80": "b.example",
			"b.example:81": "b.example:81", "b.example:443": "b.example:443", "[::1]": "[::1]",
		},
		"wss://a.example/": {"": "a.example", "b.example": "b.example", "b.example:80": "b.example:80", "b.example:443": "b.example"},
	} {
		for host, want := range hosts {
			serverTLS, clientTLS := tlsOf(t)
			clientTLS.ServerName = "example.com"
			dial := dialTo(t, func(s *server) {
				assert.Equal(t, want, s.req.Values("Host")[0])
				s.accept("\r\n")
			})
			if strings.HasPrefix(url, "wss") {
				plain := dial
				dial = func(ctx context.Context, n, a string) (net.Conn, error) { return overTLS(ctx, t, plain, serverTLS) }
			}
			c, _, err := ws.Dial(t.Context(), url, &ws.DialOptions{Host: host, NetDial: dial, TLS: clientTLS})
			require.NoError(t, err)
			c.CloseNow()
		}
	}
	for _, host := range []string{"a b", "a/b", "a@b", "a:99999", "a\r\nX: y", "http://a"} {
		_, _, err := ws.Dial(t.Context(), "ws://a.example/", &ws.DialOptions{Host: host, NetDial: noDial})
		checkStep(t, ws.StepOptions, err)
	}
}

// overTLS gives a connection to a TLS server in front of plain.
func overTLS(ctx context.Context, t *testing.T, plain func(context.Context, string, string) (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	t.Helper()
	behind, err := plain(ctx, "", "")
	if err != nil {
		return nil, err
	}
	a, b := wstest.Pipe()
	front := tls.Server(b, cfg)
	done := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(front, behind); front.Close(); done <- struct{}{} }()
	go func() { _, _ = io.Copy(behind, front); behind.Close(); done <- struct{}{} }()
	t.Cleanup(func() { a.Close(); <-done; <-done })
	return a, nil
}

var errNoDial = errors.New("not to be dialled")

func noDial(context.Context, string, string) (net.Conn, error) { return nil, errNoDial }

func checkStep(t *testing.T, want ws.DialStep, err error) {
	t.Helper()
	e, ok := errors.AsType[*ws.DialError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, want, e.Step, "%v", err)
}

// Octets behind the 101 are frames, also those in the same packet.
func TestW13_FramesBehindTheAnswer(t *testing.T) {
	dial := dialTo(t, func(s *server) {
		s.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
		s.accept("\r\n\x81\x05hello\x82\x02\x00\x01\x81\x03")
		s.write("end")
	})
	c, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{NetDial: dial})
	require.NoError(t, err)
	defer c.CloseNow()
	for _, want := range []string{"hello", "\x00\x01", "end"} {
		_, p, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, string(p))
	}
}

//req:test RFC6455-4.1-13
func TestDialErrorsSayTheStep(t *testing.T) {
	checkGoroutines(t)
	l := listen(t, func(nc net.Conn) { nc.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	for name, c := range map[string]struct {
		url  string
		o    ws.DialOptions
		step ws.DialStep
		text string
	}{
		"no URL":         {"http://example.com", ws.DialOptions{}, ws.StepURL, "ws: dial: url: "},
		"fragment":       {"ws://example.com/#x", ws.DialOptions{}, ws.StepURL, "fragment"},
		"subprotocol":    {"ws://example.com", ws.DialOptions{Options: ws.Options{Subprotocols: []string{"a b"}}}, ws.StepOptions, "not a token"},
		"reserved field": {"ws://example.com", ws.DialOptions{Header: http.Header{"host": {"x"}}, NetDial: dialTo2}, ws.StepOptions, "belongs to the handshake"},
		"resolve": {"ws://example.com", ws.DialOptions{NetDial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "example.com", IsNotFound: true}}
		}}, ws.StepResolve, "ws: dial example.com:80: resolve: "},
		"refused":   {"ws://u:secret@" + closed.Addr().String(), ws.DialOptions{}, ws.StepConnect, "ws: dial " + closed.Addr().String() + ": connect: "},
		"own error": {"ws://example.com", ws.DialOptions{NetDial: noDial}, ws.StepConnect, errNoDial.Error()},
		"nil conn": {"ws://example.com", ws.DialOptions{NetDial: func(context.Context, string, string) (net.Conn, error) {
			return nil, nil //nolint:nilnil // the mistake that is looked for
		}}, ws.StepConnect, "neither"},
		"no TLS":    {"wss://" + l.Addr().String(), ws.DialOptions{}, ws.StepTLS, "tls: "},
		"no answer": {"ws://" + l.Addr().String(), ws.DialOptions{}, ws.StepHandshake, "handshake: "},
		"proxy": {"ws://example.com", ws.DialOptions{Proxy: func(*url.URL) (*url.URL, error) {
			return nil, errNoDial
		}}, ws.StepProxy, "proxy: "},
	} {
		t.Run(name, func(t *testing.T) {
			conn, resp, err := ws.Dial(t.Context(), c.url, &c.o)
			assert.Nil(t, conn)
			assert.Nil(t, resp)
			checkStep(t, c.step, err)
			require.ErrorContains(t, err, c.text)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

// dialTo2 gives one end of a pipe whose other end is open.
func dialTo2(context.Context, string, string) (net.Conn, error) {
	a, _ := wstest.Pipe()
	return a, nil
}

func TestW10_DialWritesNoLineBreaks(t *testing.T) {
	for _, bad := range []string{"a\r\nEvil: 1", "a\nb", "a\rb", "a\x00b"} {
		for name, o := range map[string]ws.DialOptions{
			"value":       {Header: http.Header{"X-A": {bad}}},
			"name":        {Header: http.Header{bad: {"x"}}},
			"origin":      {Origin: bad},
			"subprotocol": {Options: ws.Options{Subprotocols: []string{bad}}},
			"host":        {Host: bad},
		} {
			a, b := wstest.Pipe()
			o.NetDial = func(context.Context, string, string) (net.Conn, error) { return a, nil }
			_, _, err := ws.Dial(t.Context(), "ws://example.com/", &o)
			checkStep(t, ws.StepOptions, err)
			a.Close()
			all, err := io.ReadAll(b)
			require.NoError(t, err)
			assert.Empty(t, all, name)
		}
		_, _, err := ws.Dial(t.Context(), "ws://example.com/"+bad, &ws.DialOptions{NetDial: noDial})
		checkStep(t, ws.StepURL, err)
	}
}

func TestW20_DialIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		o     ws.Options
		ctx   time.Duration
		after time.Duration
	}{
		"default":  {ws.Options{}, time.Hour, ws.DefaultHandshakeTimeout},
		"option":   {ws.Options{HandshakeTimeout: time.Second}, time.Hour, time.Second},
		"context":  {ws.Options{}, 3 * time.Second, 3 * time.Second},
		"no limit": {ws.Options{HandshakeTimeout: -1}, time.Hour, time.Hour},
	} {
		for _, answer := range []string{"", "HTTP/1.1 101 Switch", "HTTP/1.1 103 Early Hints\r\n\r\n"} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), c.ctx)
					defer cancel()
					o := &ws.DialOptions{Options: c.o, NetDial: dialTo(t, func(s *server) {
						s.write(answer)
						assert.Empty(s, s.rest())
					})}
					start := time.Now()
					conn, resp, err := ws.Dial(ctx, "ws://example.com/", o)
					assert.Nil(t, conn)
					assert.Nil(t, resp)
					checkStep(t, ws.StepHandshake, err)
					var e interface{ Timeout() bool }
					require.ErrorAs(t, err, &e)
					assert.True(t, e.Timeout())
					require.ErrorIs(t, err, context.DeadlineExceeded)
					assert.Equal(t, c.after, time.Since(start))
				})
			})
		}
	}
}

func TestDialCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		o := &ws.DialOptions{NetDial: dialTo(t, func(*server) { cancel() })}
		_, _, err := ws.Dial(ctx, "ws://example.com/", o)
		require.ErrorIs(t, err, context.Canceled)
		checkStep(t, ws.StepHandshake, err)
	})
}

// The handshake's time and context end with it; the context's values stay.
func TestDialLeavesNoDeadline(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Minute)
		o := &ws.DialOptions{Options: ws.Options{PingInterval: -1}, NetDial: dialTo(t, func(s *server) {
			s.accept("\r\n")
			<-time.After(time.Hour)
			s.write("\x81\x02hi")
		})}
		c, _, err := ws.Dial(ctx, "ws://example.com/", o)
		require.NoError(t, err)
		cancel()
		_, p, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "hi", string(p))
		require.NoError(t, c.Write(t.Context(), ws.Text, nil))
		assert.Equal(t, "v", c.Context().Value(key{}))
		require.NoError(t, c.CloseNow())
	})
}

func TestDialCookies(t *testing.T) {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	jar.SetCookies(&url.URL{Scheme: "http", Host: "example.com", Path: "/"}, []*http.Cookie{
		{Name: "session", Value: "1"}, {Name: "tls", Value: "2", Secure: true},
	})
	var got []string
	o := &ws.DialOptions{Jar: jar, Header: http.Header{"Cookie": {"own=0"}}, NetDial: dialTo(t, func(s *server) {
		got = s.req.Values("Cookie")
		s.accept("Set-Cookie: seen=yes; Path=/\r\n\r\n")
	})}
	c, _, err := ws.Dial(t.Context(), "ws://example.com/chat", o)
	require.NoError(t, err)
	c.CloseNow()
	assert.Equal(t, []string{"own=0; session=1"}, got)
	c, _, err = ws.Dial(t.Context(), "ws://example.com/chat", o)
	require.NoError(t, err)
	c.CloseNow()
	assert.Equal(t, []string{"own=0; session=1; seen=yes"}, got)
	assert.Len(t, jar.Cookies(&url.URL{Scheme: "https", Host: "example.com", Path: "/"}), 3)
}

func TestDialErrorTimeout(t *testing.T) {
	assert.True(t, (&ws.DialError{Err: os.ErrDeadlineExceeded}).Timeout())
	assert.False(t, (&ws.DialError{Err: io.EOF}).Timeout())
}
