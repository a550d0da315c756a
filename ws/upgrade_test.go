package ws_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

const sampleAnswer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: " + sampleAccept + "\r\n"

func TestUpgrade(t *testing.T) {
	each(t, allDrivers, &ws.Options{Subprotocols: []string{"chat", "superchat"}}, func(t *testing.T, s *service) {
		nc, err := net.Dial("tcp", s.addr)
		require.NoError(t, err)
		defer nc.Close()
		_, err = io.WriteString(nc, requestText("/room?x=1", "Sec-WebSocket-Protocol: soap, superchat, chat", "X-A: 1", "X-A: 2"))
		require.NoError(t, err)
		want := sampleAnswer + "Sec-WebSocket-Protocol: superchat\r\n\r\n"
		got := make([]byte, len(want))
		_, err = io.ReadFull(nc, got)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))

		c := soon(t, s.opened)
		i := c.Info()
		assert.Equal(t, "superchat", i.Subprotocol)
		assert.Equal(t, "superchat", c.Subprotocol())
		assert.Equal(t, "HTTP/1.1", i.HTTPVersion)
		assert.Equal(t, "/room?x=1", i.Target)
		assert.Equal(t, "example.com", i.Host)
		assert.Equal(t, []string{"1", "2"}, i.Header["X-A"])
		assert.Equal(t, sampleKey, i.Header.Get("Sec-WebSocket-Key"))
		assert.Nil(t, i.TLS)
		assert.Equal(t, nc.LocalAddr().String(), i.RemoteAddr.String())
		assert.Equal(t, s.addr, i.LocalAddr.String())
		assert.Equal(t, ws.RoleServer, c.Role())
	})
}

// What comes behind the request in the same packet, or in pieces of any size,
// are frames.
func TestW13_FramesBehindTheRequest(t *testing.T) {
	big := strings.Repeat("x", 40_000)
	stream := requestText("/") + clientFrame(frame.OpText, "early") + clientFrame(frame.OpBinary, big) + clientFrame(frame.OpText, "late")
	head := len(requestText("/"))
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		for _, cut := range []int{len(stream), 1, head - 1, head, head + 1, head + 6, head + 9, 4096, 4097, 16 << 10, 32 << 10, 32<<10 + 1} {
			nc, err := net.Dial("tcp", s.addr)
			require.NoError(t, err)
			go func() {
				_, _ = io.WriteString(nc, stream[:cut])
				_, _ = io.WriteString(nc, stream[cut:])
			}()
			want := sampleAnswer + "\r\n\x81\x05early" + "\x82\x7e\x9c\x40" + big + "\x81\x04late"
			got := make([]byte, len(want))
			_, err = io.ReadFull(nc, got)
			require.NoError(t, err)
			require.Equal(t, want, string(got), "cut at %d", cut)
			require.NoError(t, nc.Close())
		}
	})
}

//req:test RFC6455-10.7-02
func TestW9_UpgradeRefusesWithAWholeAnswer(t *testing.T) {
	requests := map[string]struct {
		request string
		status  int
		err     *handshake.Error
		field   string
	}{
		"no upgrade":     {"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 426, handshake.ErrNotUpgrade, "Upgrade"},
		"old version":    {requestText("/", "Sec-WebSocket-Version: 8"), 426, handshake.ErrVersion, "Sec-Websocket-Version"},
		"no version":     {requestText("/", "Sec-WebSocket-Version:"), 426, handshake.ErrVersion, "Sec-Websocket-Version"},
		"method":         {"POST" + requestText("/")[3:], 405, handshake.ErrMethod, "Allow"},
		"bad key":        {requestText("/", "Sec-WebSocket-Key: abc"), 400, handshake.ErrKey, ""},
		"no host":        {requestText("/", "Host:"), 400, handshake.ErrHost, ""},
		"another origin": {requestText("/", "Origin: http://evil.example"), 403, handshake.ErrOrigin, ""},
		"not HTTP":       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, handshake.ErrHead, ""},
		"HTTP/2":         {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, handshake.ErrHTTP, ""},
		"body": {
			requestText("/", "Content-Length: 5") + "hello" + strings.Repeat("more", 1000), 400, handshake.ErrBody, "",
		},
	}
	each(t, ownHandshake, nil, func(t *testing.T, s *service) {
		for name, c := range requests {
			t.Run(name, func(t *testing.T) {
				resp, body, rest := exchange(t, s.addr, c.request)
				checkRefusal(t, c.status, resp, body, rest)
				if c.field != "" {
					assert.NotEmpty(t, resp.Header.Values(c.field))
				}
				if c.status == http.StatusUpgradeRequired {
					assert.Equal(t, "websocket", resp.Header.Get("Upgrade"))
				}
				err := soon(t, s.refused)
				require.ErrorIs(t, err, c.err)
				e, ok := errors.AsType[*handshake.Error](err)
				require.True(t, ok)
				assert.Equal(t, e.Text+"\n", body)
			})
		}
		assert.Empty(t, s.opened)
	})
}

// The limits on a request, and that the answer arrives although the client
// goes on sending.
func TestW6_UpgradeLimits(t *testing.T) {
	many := make([]string, 96) // with the five of every handshake
	for i := range many {
		many[i] = "X-" + strings.Repeat("a", i%7) + ": 1"
	}
	requests := map[string]struct {
		request string
		status  int
		err     *handshake.Error
	}{
		"line":          {requestText("/" + strings.Repeat("a", 9<<10)), 414, handshake.ErrLineTooLong},
		"endless line":  {"GET /" + strings.Repeat("a", 200<<10), 414, handshake.ErrLineTooLong},
		"fields":        {requestText("/", many...), 431, handshake.ErrFieldCount},
		"octets":        {requestText("/", "X-A: "+strings.Repeat("a", 16<<10)), 431, handshake.ErrHeadTooBig},
		"endless field": {"GET / HTTP/1.1\r\nX: " + strings.Repeat("a", 200<<10), 431, handshake.ErrHeadTooBig},
	}
	each(t, ownHandshake, nil, func(t *testing.T, s *service) {
		for name, c := range requests {
			t.Run(name, func(t *testing.T) {
				resp, body, rest := exchange(t, s.addr, c.request)
				checkRefusal(t, c.status, resp, body, rest)
				require.ErrorIs(t, soon(t, s.refused), c.err)
			})
		}
		assert.Empty(t, s.opened)
		t.Run("just not too long", func(t *testing.T) {
			for _, n := range []int{3 << 10, 4<<10 - 200, 4 << 10, 8 << 10, 15 << 10} {
				resp, _, _ := exchange(t, s.addr, requestText("/", "X-A: "+strings.Repeat("a", n)))
				assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
				assert.Len(t, soon(t, s.opened).Info().Header.Get("X-A"), n)
			}
		})
		t.Run("100 fields", func(t *testing.T) {
			resp, _, _ := exchange(t, s.addr, requestText("/", many[:95]...))
			assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
			soon(t, s.opened)
		})
	})
}

// inBubbleUpgrade runs Upgrade in a bubble, with f as the client.
func inBubbleUpgrade(t *testing.T, o *ws.Options, f func(ctx context.Context, cancel func(), peer net.Conn, done <-chan result)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a, b := wstest.Pipe()
		done := make(chan result, 1)
		go func() {
			c, err := ws.Upgrade(ctx, a, o)
			done <- result{c, err}
		}()
		f(ctx, cancel, b, done)
		b.Close()
	})
}

func TestW20_SlowRequestIsCutOff(t *testing.T) {
	for name, o := range map[string]*ws.Options{"default": nil, "3 s": {HandshakeTimeout: 3 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			inBubbleUpgrade(t, o, func(_ context.Context, _ func(), peer net.Conn, done <-chan result) {
				start := time.Now()
				gone := make(chan struct{})
				go func() {
					defer close(gone)
					for _, c := range []byte(requestText("/" + strings.Repeat("slow", 100))) {
						if _, err := peer.Write([]byte{c}); err != nil {
							return
						}
						<-time.After(time.Second)
					}
				}()
				resp, err := http.ReadResponse(bufio.NewReader(peer), nil)
				require.NoError(t, err)
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				checkRefusal(t, http.StatusRequestTimeout, resp, string(body), "")
				want := ws.DefaultHandshakeTimeout
				if o != nil {
					want = o.HandshakeTimeout
				}
				assert.Equal(t, want, time.Since(start))
				peer.Close()
				require.ErrorIs(t, (<-done).err, handshake.ErrTimeout)
				<-gone
			})
		})
	}
}

func TestUpgradeEndsWithItsContext(t *testing.T) {
	inBubbleUpgrade(t, nil, func(_ context.Context, cancel func(), peer net.Conn, done <-chan result) {
		_, err := io.WriteString(peer, "GET / HT")
		require.NoError(t, err)
		synctest.Wait()
		cancel()
		all, err := io.ReadAll(peer)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(all), "HTTP/1.1 503 "), string(all))
		require.ErrorIs(t, (<-done).err, context.Canceled)
	})
}

// A client that takes nothing of the answer does not hold the handshake up.
func TestW20_AnswerThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		done := make(chan error, 1)
		go func() {
			_, err := ws.Upgrade(t.Context(), a, nil)
			done <- err
		}()
		start := time.Now()
		_, err := io.WriteString(b, requestText("/"))
		require.NoError(t, err)
		require.ErrorIs(t, <-done, handshake.ErrTimeout)
		assert.Equal(t, ws.DefaultHandshakeTimeout, time.Since(start))
		_, err = b.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
	})
}

// The handshake's time and context end with it; the context's values stay.
func TestUpgradeLeavesNoDeadline(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Minute)
		a, b := wstest.Pipe()
		_, err := io.WriteString(b, requestText("/"))
		require.NoError(t, err)
		c, err := ws.Upgrade(ctx, a, &ws.Options{PingInterval: -1})
		require.NoError(t, err)
		cancel()
		read := make(chan string, 1)
		go func() {
			_, p, err := c.Read(t.Context())
			assert.NoError(t, err)
			read <- string(p)
		}()
		<-time.After(time.Hour)
		_, err = io.WriteString(b, clientFrame(frame.OpText, "still here"))
		require.NoError(t, err)
		assert.Equal(t, "still here", <-read)
		require.NoError(t, c.Write(t.Context(), ws.Text, []byte("yes")))
		assert.Equal(t, "v", c.Context().Value(key{}))
		require.NoError(t, c.Context().Err())
		require.NoError(t, c.CloseNow())
		require.Error(t, c.Context().Err())
		b.Close()
	})
}

func TestUpgradeOfAClientThatGoesAway(t *testing.T) {
	for _, sent := range []string{"", "G", requestText("/")[:60]} {
		a, b := wstest.Pipe()
		_, err := io.WriteString(b, sent)
		require.NoError(t, err)
		require.NoError(t, b.CloseWrite())
		_, err = ws.Upgrade(t.Context(), a, nil)
		if sent == "" {
			require.ErrorIs(t, err, io.EOF)
		} else {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
		all, err := io.ReadAll(b)
		require.NoError(t, err)
		assert.Empty(t, all)
	}
}

func TestUpgradeWithWrongOptions(t *testing.T) {
	for _, o := range []*ws.Options{{Origins: []string{"https://*"}}, {Subprotocols: []string{"a b"}}, {Subprotocols: []string{"a", "a"}}} {
		require.Error(t, o.Check())
		a, b := wstest.Pipe()
		_, err := ws.Upgrade(t.Context(), a, o)
		require.Error(t, err)
		_, err = b.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
	}
	require.NoError(t, (&ws.Options{Origins: []string{"https://*.example.com"}}).Check())
	require.NoError(t, (*ws.Options)(nil).Check())
}

//req:test RFC6455-4.2.2-02 RFC6455-10.6-01
func TestUpgradeTLS(t *testing.T) {
	checkGoroutines(t)
	serverTLS, clientTLS := tlsOf(t)
	o := &ws.Options{OnRequest: func(r *ws.Request) error {
		assert.True(t, r.Secure)
		assert.True(t, r.TLS != nil && r.TLS.HandshakeComplete)
		return nil
	}}
	addr, results := upgraded(t, o, func(nc net.Conn) net.Conn { return tls.Server(nc, serverTLS) })

	t.Run("handshake and frames go through TLS", func(t *testing.T) {
		nc, err := tls.Dial("tcp", addr, clientTLS)
		require.NoError(t, err)
		defer nc.Close()
		// https is the origin here, since this hop is TLS.
		_, err = io.WriteString(nc, requestText("/", "Origin: https://example.com")+clientFrame(frame.OpText, "secret"))
		require.NoError(t, err)
		want := sampleAnswer + "\r\n\x81\x06secret"
		got := make([]byte, len(want))
		_, err = io.ReadFull(nc, got)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
		r := <-results
		require.NoError(t, r.err)
		require.NotNil(t, r.c.Info().TLS)
		assert.True(t, r.c.Info().TLS.HandshakeComplete)
	})
	t.Run("refusals too", func(t *testing.T) {
		nc, err := tls.Dial("tcp", addr, clientTLS)
		require.NoError(t, err)
		defer nc.Close()
		_, err = io.WriteString(nc, requestText("/", "Origin: http://example.com"))
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusForbidden, resp.StatusCode)
		require.ErrorIs(t, (<-results).err, handshake.ErrOrigin)
	})
	t.Run("without TLS there is nothing", func(t *testing.T) {
		nc, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer nc.Close()
		_, err = io.WriteString(nc, requestText("/"))
		require.NoError(t, err)
		all, _ := io.ReadAll(nc) // a TLS alert, perhaps
		assert.NotContains(t, string(all), "HTTP/1.1 101")
		r := <-results
		var e tls.RecordHeaderError
		require.ErrorAs(t, r.err, &e)
	})
}

// After a refusal the client's octets are discarded for a second, or 256 KiB
// of them: a reset would overtake the answer.
func TestUpgradeRefusalLingers(t *testing.T) {
	for _, c := range []struct {
		more int
		took time.Duration
	}{{0, time.Second}, {200 << 10, time.Second}, {300 << 10, 0}} {
		inBubbleUpgrade(t, nil, func(_ context.Context, _ func(), peer net.Conn, done <-chan result) {
			start := time.Now()
			_, err := io.WriteString(peer, "no HTTP\r\n")
			require.NoError(t, err)
			all, err := io.ReadAll(peer)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(string(all), "HTTP/1.1 400 "))
			_, _ = peer.Write(make([]byte, c.more))
			require.ErrorIs(t, (<-done).err, handshake.ErrHead)
			assert.Equal(t, c.took, time.Since(start))
		})
	}
}

// hooked is a transport that calls functions after each read and write.
type hooked struct {
	net.Conn
	afterRead, afterWrite func()
}

func (h hooked) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if h.afterRead != nil {
		h.afterRead()
	}
	return n, err
}

func (h hooked) Write(p []byte) (int, error) {
	n, err := h.Conn.Write(p)
	if h.afterWrite != nil {
		h.afterWrite()
	}
	return n, err
}

// A context that ends when everything is done, and has touched the transport's
// deadline, does not leave a connection behind that can't be used: a server has
// told the client that it is open, a client has told nobody.
func TestContextEndsAtTheLastMoment(t *testing.T) {
	t.Run("Upgrade", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		a, b := wstest.Pipe()
		_, err := io.WriteString(b, requestText("/"))
		require.NoError(t, err)
		c, err := ws.Upgrade(ctx, hooked{Conn: a, afterWrite: sync.OnceFunc(cancel)}, nil)
		require.NoError(t, err, "the answer is out: the connection is open")
		require.NoError(t, c.Write(t.Context(), ws.Text, []byte("hi")))
		require.NoError(t, c.CloseNow())
		all, err := io.ReadAll(b)
		require.NoError(t, err)
		assert.Equal(t, sampleAnswer+"\r\n\x81\x02hi", string(all))
	})
	t.Run("Dial", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		plain := dialTo(t, func(s *server) { s.accept("\r\n") })
		_, _, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			nc, err := plain(ctx, network, addr)
			return hooked{Conn: nc, afterRead: cancel}, err
		}})
		require.ErrorIs(t, err, context.Canceled)
	})
}
