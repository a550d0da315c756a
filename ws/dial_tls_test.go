package ws_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// secureServer serves wss with net/http and tells which names clients asked for.
func secureServer(t *testing.T, http2 bool) (s *httptest.Server, client *tls.Config, names <-chan *tls.ClientHelloInfo) {
	t.Helper()
	hellos := make(chan *tls.ClientHelloInfo, 16)
	s = httptest.NewUnstartedServer(ws.Handler(echoBack, nil))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = http2
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		hellos <- h
		return nil, nil //nolint:nilnil // means: no other configuration
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	tr, ok := s.Client().Transport.(*http.Transport)
	require.True(t, ok)
	return s, &tls.Config{RootCAs: tr.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}, hellos
}

//req:test RFC6455-4.1-14 RFC6455-4.1-16 RFC6455-4.1-17 RFC6455-10.6-01
func TestDialTLS(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		checkGoroutines(t)
		s, cfg, hellos := secureServer(t, http2)
		// By its address: the certificate is for it, and an address is no
		// name to send along.
		c, resp, err := ws.Dial(t.Context(), wsURL(s), &ws.DialOptions{TLS: cfg})
		require.NoError(t, err)
		assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
		h := <-hellos
		assert.Empty(t, h.ServerName)
		assert.Equal(t, []string{"http/1.1"}, h.SupportedProtos)
		require.NotNil(t, c.Info().TLS)
		assert.True(t, c.Info().TLS.HandshakeComplete)
		checkEcho(t, c)

		// By a name.
		o := &ws.DialOptions{TLS: cfg, NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			assert.Equal(t, "example.com:443", addr)
			return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
		}}
		c, _, err = ws.Dial(t.Context(), "wss://Example.COM/", o)
		require.NoError(t, err)
		assert.Equal(t, "example.com", (<-hellos).ServerName)
		checkEcho(t, c)

		// By another one than that of the URL.
		o.TLS = cfg.Clone()
		o.TLS.ServerName = "www.example.com"
		o.TLS.NextProtos = []string{"h2"}
		c, _, err = ws.Dial(t.Context(), "wss://example.com/", o)
		require.NoError(t, err)
		h = <-hellos
		assert.Equal(t, "www.example.com", h.ServerName)
		assert.Equal(t, []string{"http/1.1"}, h.SupportedProtos)
		assert.Equal(t, []string{"h2"}, o.TLS.NextProtos, "the application's configuration stays as it is")
		checkEcho(t, c)
	}
}

//req:test RFC6455-4.1-15
func TestDialTLSFails(t *testing.T) {
	checkGoroutines(t)
	s, cfg, _ := secureServer(t, false)
	t.Run("unknown authority", func(t *testing.T) {
		_, resp, err := ws.Dial(t.Context(), wsURL(s), nil)
		checkStep(t, ws.StepTLS, err)
		assert.Nil(t, resp)
		var e *tls.CertificateVerificationError
		require.ErrorAs(t, err, &e)
	})
	t.Run("another name", func(t *testing.T) {
		_, _, err := ws.Dial(t.Context(), "wss://other.example/", &ws.DialOptions{
			TLS: cfg,
			NetDial: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
			},
		})
		checkStep(t, ws.StepTLS, err)
		var e x509.HostnameError
		require.ErrorAs(t, err, &e)
	})
	t.Run("the connection is closed", func(t *testing.T) {
		a, b := wstest.Pipe()
		done := make(chan error, 1)
		go func() {
			_, err := b.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			done <- err
		}()
		_, _, err := ws.Dial(t.Context(), "wss://example.com/", &ws.DialOptions{
			NetDial: func(context.Context, string, string) (net.Conn, error) { return a, nil },
		})
		require.NoError(t, <-done)
		checkStep(t, ws.StepTLS, err)
		var e tls.RecordHeaderError
		require.ErrorAs(t, err, &e)
		_, err = a.Write([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
	})
	t.Run("canceled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		a, b := wstest.Pipe()
		go func() {
			_, _ = b.Read(make([]byte, 1))
			cancel()
		}()
		_, _, err := ws.Dial(ctx, "wss://example.com/", &ws.DialOptions{
			NetDial: func(context.Context, string, string) (net.Conn, error) { return a, nil },
		})
		checkStep(t, ws.StepTLS, err)
		require.ErrorIs(t, err, context.Canceled)
		b.Close()
	})
	t.Run("no protocol in common", func(t *testing.T) {
		serverTLS, clientTLS := tlsOf(t)
		serverTLS.NextProtos = []string{"other"}
		a, b := wstest.Pipe()
		done := make(chan error, 1)
		go func() { done <- tls.Server(b, serverTLS).HandshakeContext(context.Background()) }()
		_, _, err := ws.Dial(t.Context(), "wss://example.com/", &ws.DialOptions{
			TLS: clientTLS, NetDial: func(context.Context, string, string) (net.Conn, error) { return a, nil },
		})
		checkStep(t, ws.StepTLS, err)
		require.Error(t, <-done)
		b.Close()
	})
}

// A wss URL is refused by a server without TLS and the other way round: there
// is no falling back.
func TestDialDoesNotFallBack(t *testing.T) {
	s := httptest.NewServer(ws.Handler(echoBack, nil))
	defer s.Close()
	_, _, err := ws.Dial(t.Context(), "wss://"+s.Listener.Addr().String(), nil)
	checkStep(t, ws.StepTLS, err)
	secure, _, _ := secureServer(t, false)
	_, resp, err := ws.Dial(t.Context(), "ws://"+secure.Listener.Addr().String(), nil)
	require.Error(t, err)
	if e, ok := errors.AsType[*ws.DialError](err); assert.True(t, ok) && resp != nil {
		assert.Equal(t, ws.StepVerify, e.Step) // net/http explains itself with 400
		assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	}
}
