package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// each runs a test on every driver.
func each(t *testing.T, test func(t *testing.T, driver string)) {
	t.Helper()
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) { test(t, driver) })
	}
}

func TestEcho(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver)
		for _, target := range []string{"/", "/chat", "/frames/x", "/events", "/a/../b?q=1", "//"} {
			c := p.dial(t, target, &ws.DialOptions{Options: ws.Options{MaxMessage: -1}})
			for _, m := range []struct {
				typ  ws.MessageType
				data []byte
			}{
				{ws.Text, []byte("Hello")},
				{ws.Text, []byte("κόσμε")},
				{ws.Text, nil},
				{ws.Binary, []byte{0, 0xff}},
				{ws.Binary, nil},
				{ws.Binary, bytes.Repeat([]byte("x"), 70_000)},
			} {
				require.NoError(t, c.Write(t.Context(), m.typ, m.data))
				typ, data, err := c.Read(t.Context())
				require.NoError(t, err)
				assert.Equal(t, m.typ, typ)
				assert.True(t, bytes.Equal(m.data, data), "%d octets came back as %d", len(m.data), len(data))
			}
			require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
		}
	})
}

func TestEchoOverTLS(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver, "-tls")
		assert.Contains(t, p.url.Scheme, "s")
		c := p.dial(t, "/", &ws.DialOptions{TLS: insecure()})
		require.NotNil(t, c.Info().TLS)
		require.NoError(t, c.Write(t.Context(), ws.Text, []byte("Hello")))
		_, data, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "Hello", string(data))
		require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
		assert.Regexp(t, `(?m)^self-signed certificate, SHA-256 [0-9a-f]{64}$`, p.stdout.String())
	})
}

func TestSubprotocol(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver)
		c := p.dial(t, "/", &ws.DialOptions{Options: ws.Options{Subprotocols: []string{"chat", "echo"}}})
		assert.Equal(t, "echo", c.Subprotocol())
	})
}

// A violation is answered with its close code before the connection ends.
func TestViolations(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver, "-max-message", "1000")
		for _, c := range []struct {
			name string
			send wstest.Frame
			code frame.CloseCode
		}{
			{"reserved opcode", wstest.NewFrame(3, nil), frame.CloseProtocolError},
			{"not masked", wstest.Text("Hello").Unmasked(), frame.CloseProtocolError},
			{"reserved bit", wstest.Text("Hello").WithRSV(0x40), frame.CloseProtocolError},
			{"not UTF-8", wstest.Text("\xc3\x28"), frame.CloseInvalidPayload},
			{"too big", wstest.Binary(nil).Declare(1001), frame.CloseTooBig},
		} {
			t.Run(c.name, func(t *testing.T) {
				peer := p.peer(t, "/")
				peer.Send(wstest.Text("before"))
				peer.Expect(wstest.Text("before"))
				peer.Send(c.send)
				peer.ExpectClose(c.code)
				peer.ExpectEOF()
			})
		}
		peer := p.peer(t, "/")
		largest := wstest.Binary(bytes.Repeat([]byte{7}, 1000))
		peer.Send(largest)
		peer.ExpectMessage(largest)
	})
}

// The page's own origin passes by any name that the URL may have; others need
// a pattern.
func TestOrigins(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver, "-origin", "https://*.example.com", "-origin", "http://example.org:*")
		_, port, _ := strings.Cut(p.url.Host, ":")
		for origin, want := range map[string]int{
			"":                             http.StatusSwitchingProtocols,
			"http://" + p.url.Host:         http.StatusSwitchingProtocols,
			"https://www.example.com":      http.StatusSwitchingProtocols,
			"http://example.org:1234":      http.StatusSwitchingProtocols,
			"http://127.0.0.1:1":           http.StatusForbidden,
			"http://localhost:" + port:     http.StatusForbidden, // not what Host says
			"https://example.com":          http.StatusForbidden,
			"https://www.example.com.evil": http.StatusForbidden,
			"null":                         http.StatusForbidden,
		} {
			field := ""
			if origin != "" {
				field = "Origin: " + origin + "\r\n"
			}
			resp, c := p.handshake(t, "/", field)
			assert.Equal(t, want, resp.StatusCode, origin)
			_ = resp.Body.Close()
			_ = c.Close()
		}
		// A page that was opened as localhost.
		request := strings.Replace(upgradeRequest("/", "Origin: http://localhost:"+port+"\r\n"), "HOST", "localhost:"+port, 1)
		_, r := p.raw(t, request)
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
		_ = resp.Body.Close()
		assert.Contains(t, p.stderr.String(), "origin", "refused handshakes are logged")
	})
}

// Without an upgrade there is nothing to get but the page with what belongs to
// it and the event stream; from the other drivers not even these.
func TestUpgradeRequired(t *testing.T) {
	bare := []string{"/", "/chat", "/events", "/frames/" + strings.Repeat("a", minToken)}
	for driver, targets := range map[string][]string{
		driverHTTP: {"/chat", "/favicon.ico", "/frames", "/frames/a/b", "/events/", "/events/x"},
		driverRaw:  bare,
		driverLoop: bare,
	} {
		t.Run(driver, func(t *testing.T) {
			p := start(t, "-driver", driver)
			for _, target := range targets {
				_, r := p.raw(t, "GET "+target+" HTTP/1.1\r\nHost: HOST\r\n\r\n")
				resp, err := http.ReadResponse(r, nil)
				require.NoError(t, err)
				assert.Equal(t, http.StatusUpgradeRequired, resp.StatusCode, target)
				assert.Equal(t, "websocket", resp.Header.Get("Upgrade"))
				assert.True(t, resp.Close)
				_, err = io.Copy(io.Discard, resp.Body)
				require.NoError(t, err)
				_ = resp.Body.Close()
				_, err = r.ReadByte()
				require.ErrorIs(t, err, io.EOF, "the connection ends")
			}
		})
	}
}

// The end of the program closes each connection with 1001, quickly and
// without an error, whatever its state.
func TestShutdown(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver)
		idle := p.peer(t, "/")
		busy := p.peer(t, "/")
		busy.Send(wstest.Text("half a message").More())
		_, handshaking := p.raw(t, "GET / HTTP/1.1\r\nHost: HOST\r\n")
		begin := time.Now()
		p.cancel()
		for _, peer := range []*wstest.Peer{idle, busy} {
			peer.ExpectClose(frame.CloseGoingAway)
			peer.Send(wstest.Close(frame.CloseGoingAway, ""))
			peer.ExpectEOF()
			peer.Hangup()
		}
		assert.Equal(t, exitOK, p.stop(t))
		assert.Less(t, time.Since(begin), ws.DefaultCloseTimeout)
		_, err := io.Copy(io.Discard, handshaking)
		if err != nil {
			assert.NotErrorIs(t, err, io.ErrNoProgress)
		}
	})
}

// A peer that does not answer the Close can't hold the program up longer than
// the close timeout.
func TestShutdownOfSilentPeer(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := startWith(t, func(ctx context.Context, p *program) int {
			cfg := config{addr: "127.0.0.1:0", driver: driver, maxMessage: 100, closeTimeout: 500 * time.Millisecond}
			assert.NoError(t, listenAndServe(ctx, cfg, p.stdout, p.stderr))
			return exitOK
		})
		silent := p.peer(t, "/")
		assert.Equal(t, exitOK, p.stop(t))
		silent.ExpectClose(frame.CloseGoingAway)
	})
}

// With -quiet a run in which nothing goes wrong prints nothing, whatever the
// peers do.
func TestQuiet(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		cfg := config{addr: "127.0.0.1:0", driver: driver, maxMessage: 100, closeTimeout: time.Second, quiet: true}
		stdout, stderr := newOutput(), newOutput()
		d, ln, err := open(t.Context(), cfg, stdout, stderr)
		require.NoError(t, err)
		p := &program{url: &url.URL{Scheme: "http", Host: ln.Addr().String()}}
		served := make(chan error, 1)
		go func() { served <- d.serve(ln) }()
		resp, c := p.handshake(t, "/", "Origin: https://example.com\r\n")
		assert.Equal(t, http.StatusForbidden, resp.StatusCode)
		_ = resp.Body.Close()
		_ = c.Close()
		peer := p.peer(t, "/")
		peer.Send(wstest.Text("\xff"))
		peer.ExpectClose(frame.CloseInvalidPayload)
		peer.Hangup()
		require.NoError(t, ln.Close())
		d.shutdown(t.Context())
		require.NoError(t, <-served)
		assert.Empty(t, stdout.String()+stderr.String())
	})
}
