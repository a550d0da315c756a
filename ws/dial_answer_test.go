package ws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
)

// Nothing but a complete and correct 101 opens the connection: for each wrong
// one the client sends nothing behind its request and hangs up.
//
//req:test RFC6455-4.1-38
func TestW9_WrongAnswers(t *testing.T) {
	const (
		line       = "HTTP/1.1 101 Switching Protocols\r\n"
		upgrade    = "Upgrade: websocket\r\n"
		connection = "Connection: Upgrade\r\n"
		accept     = "Sec-WebSocket-Accept: ACCEPT\r\n"
		right      = line + upgrade + connection + accept
	)
	for name, c := range map[string]struct {
		answer string
		err    *handshake.Error
	}{
		"200":                         {strings.Replace(right, "101", "200", 1) + "Content-Length: 0\r\n\r\n", handshake.ErrStatus},
		"status of another reading":   {strings.Replace(right, "101", "1010", 1) + "\r\n", handshake.ErrHead},
		"HTTP/1.0":                    {strings.Replace(right, "1.1", "1.0", 1) + "\r\n", handshake.ErrMismatch},
		"HTTP/2":                      {strings.Replace(right, "1.1", "2.0", 1) + "\r\n", handshake.ErrHTTP},
		"no upgrade":                  {line + connection + accept + "\r\n", handshake.ErrUpgrade},
		"another upgrade":             {line + "Upgrade: h2c\r\n" + connection + accept + "\r\n", handshake.ErrUpgrade},
		"two upgrades":                {line + "Upgrade: websocket, h2c\r\n" + connection + accept + "\r\n", handshake.ErrUpgrade},
		"no connection":               {line + upgrade + accept + "\r\n", handshake.ErrNoUpgrade},
		"another connection":          {line + upgrade + "Connection: keep-alive\r\n" + accept + "\r\n", handshake.ErrNoUpgrade},
		"no accept":                   {line + upgrade + connection + "\r\n", handshake.ErrAccept},
		"accept of another key":       {line + upgrade + connection + "Sec-WebSocket-Accept: " + sampleAccept + "\r\n\r\n", handshake.ErrAccept},
		"accept in small letters":     {strings.Replace(right, "ACCEPT", "accept", 1) + "\r\n", handshake.ErrAccept},
		"accept twice":                {right + accept + "\r\n", handshake.ErrRepeated},
		"extension":                   {right + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", handshake.ErrExtension},
		"extension syntax":            {right + "Sec-WebSocket-Extensions: ;;\r\n\r\n", handshake.ErrExtensions},
		"subprotocol not offered":     {right + "Sec-WebSocket-Protocol: soap\r\n\r\n", handshake.ErrSubprotocol},
		"subprotocol in another case": {right + "Sec-WebSocket-Protocol: CHAT\r\n\r\n", handshake.ErrSubprotocol},
		"two subprotocols":            {right + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat\r\n\r\n", handshake.ErrRepeated},
		"body":                        {right + "Content-Length: 5\r\n\r\nhello", handshake.ErrMismatch},
		"chunks":                      {right + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", handshake.ErrMismatch},
		"bare LF":                     {strings.ReplaceAll(right, "\r\n", "\n") + "\n", handshake.ErrHead},
		"folding":                     {right + "X-A: 1\r\n 2\r\n\r\n", handshake.ErrHead},
		"NUL":                         {right + "X-A: \x00\r\n\r\n", handshake.ErrHead},
		"not HTTP":                    {"\x81\x05hello", handshake.ErrHead},
		"too long":                    {right + "X-A: " + strings.Repeat("a", 17<<10), handshake.ErrHeadTooBig},
		"too many fields":             {right + strings.Repeat("X: 1\r\n", 98) + "\r\n", handshake.ErrFieldCount},
		"endless interim answers":     {strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </"+strings.Repeat("a", 1000)+">\r\n\r\n", 40), handshake.ErrHeadTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			dial := dialTo(t, func(s *server) {
				accept := handshake.Accept(s.key())
				text := strings.ReplaceAll(c.answer, "ACCEPT", accept)
				s.write(strings.ReplaceAll(text, "accept\r", strings.ToLower(accept)+"\r"))
				assert.Empty(s, s.rest())
			})
			conn, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{
				Options: ws.Options{Subprotocols: []string{"chat"}}, NetDial: dial,
			})
			if !assert.Nil(t, conn) {
				conn.CloseNow()
			}
			require.ErrorIs(t, err, c.err)
			if e, ok := errors.AsType[*handshake.Error](err); assert.True(t, ok) && e.Status == 0 {
				checkStep(t, ws.StepHandshake, err)
			} else {
				checkStep(t, ws.StepVerify, err)
			}
		})
	}
}

func TestDialRefused(t *testing.T) {
	big := strings.Repeat("x", 10_000)
	for name, c := range map[string]struct{ answer, body string }{
		"length":           {"Content-Length: 5\r\n\r\nsorry and more", "sorry"},
		"length over all":  {"Content-Length: 10000\r\n\r\n" + big, big[:4096]},
		"chunks":           {"Transfer-Encoding: chunked\r\n\r\n3\r\nsor\r\n2\r\nry\r\n0\r\n\r\n", "sorry"},
		"endless chunks":   {"Transfer-Encoding: chunked\r\n\r\n2710\r\n" + big + "\r\n", big[:4096]},
		"to the end":       {"\r\nsorry", "sorry"},
		"none":             {"Content-Length: 0\r\n\r\n", ""},
		"unknown encoding": {"Transfer-Encoding: gzip\r\n\r\nsorry", ""},
		"broken chunks":    {"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dial := dialTo(t, func(s *server) {
				s.write("HTTP/1.1 401 Who are you\r\nWWW-Authenticate: Basic\r\n" + c.answer)
				closeWrite(s)
			})
			conn, resp, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{NetDial: dial})
			assert.Nil(t, conn)
			require.ErrorIs(t, err, handshake.ErrStatus)
			checkStep(t, ws.StepVerify, err)
			e, ok := errors.AsType[*handshake.Error](err)
			require.True(t, ok)
			assert.Equal(t, http.StatusUnauthorized, e.Status)
			require.NotNil(t, resp)
			assert.Equal(t, "401 Who are you", resp.Status)
			assert.Equal(t, "Basic", resp.Header.Get("WWW-Authenticate"))
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, c.body, string(body))
			assert.Equal(t, int64(len(body)), resp.ContentLength)
		})
	}
}

func closeWrite(s *server) {
	w, ok := s.nc.(interface{ CloseWrite() error })
	if assert.True(s, ok) {
		assert.NoError(s, w.CloseWrite())
	}
}

// A body that does not come holds Dial up for a second, or less when there is
// no time left.
func TestDialRefusedWithoutAnEnd(t *testing.T) {
	for _, c := range []struct{ timeout, want time.Duration }{
		{time.Minute, time.Second}, {100 * time.Millisecond, 100 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			_, resp, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{
				Options: ws.Options{HandshakeTimeout: c.timeout},
				NetDial: dialTo(t, func(s *server) { s.write("HTTP/1.1 500 Oh\r\n\r\nso far") }),
			})
			require.ErrorIs(t, err, handshake.ErrStatus)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, "so far", string(body))
			assert.Equal(t, c.want, time.Since(start))
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		_, resp, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{NetDial: dialTo(t, func(s *server) {
			s.write("HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\n")
			synctest.Wait()
			cancel()
		})})
		require.ErrorIs(t, err, handshake.ErrStatus)
		assert.Equal(t, int64(0), resp.ContentLength)
		assert.Equal(t, time.Duration(0), time.Since(start))
	})
}

// cancelingJar is where a test gets in between head and body.
type cancelingJar struct {
	http.CookieJar
	cancel func()
}

func (j cancelingJar) Cookies(*url.URL) []*http.Cookie { return nil }

func (j cancelingJar) SetCookies(*url.URL, []*http.Cookie) {
	j.cancel()
	synctest.Wait() // the transport's deadline has been touched
}

func TestDialRefusedAndCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		_, resp, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{
			Jar: cancelingJar{cancel: cancel},
			NetDial: dialTo(t, func(s *server) {
				s.write("HTTP/1.1 500 Oh\r\nSet-Cookie: a=b\r\nContent-Length: 9\r\n\r\n")
			}),
		})
		require.ErrorIs(t, err, handshake.ErrStatus)
		assert.NotNil(t, resp)
		assert.Equal(t, time.Duration(0), time.Since(start))
	})
}

// An answer in pieces of any size is the same answer.
func TestDialAnswerInPieces(t *testing.T) {
	for _, size := range []int{1, 2, 7, 50} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			c, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{NetDial: dialTo(t, func(s *server) {
				text := "HTTP/1.1 101 \r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n" +
					"sec-websocket-accept: " + handshake.Accept(s.key()) + "\r\n\r\n\x81\x01x"
				for len(text) > 0 {
					n := min(size, len(text))
					s.write(text[:n])
					text = text[n:]
				}
			})})
			require.NoError(t, err)
			_, p, err := c.Read(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "x", string(p))
			require.NoError(t, c.CloseNow())
		})
	}
}
