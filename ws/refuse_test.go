package ws_test

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// A refused request whose body never comes does not hold the server up: with
// the answer or without one, since net/http may want the body first.
func TestW20_RefusedBodyThatNeverComes(t *testing.T) {
	for _, request := range []string{
		requestText("/", "Content-Length: 100"),
		requestText("/", "Transfer-Encoding: chunked"),
		"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 100\r\n\r\nab",
		"GET / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 100\r\n\r\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			l := wstest.Listen()
			s := &http.Server{Handler: ws.Handler(echoBack, nil)}
			served := make(chan error, 1)
			go func() { served <- s.Serve(l) }()
			nc, err := l.Dial(t.Context(), "tcp", "example.com:80")
			require.NoError(t, err)
			_, err = io.WriteString(nc, request)
			require.NoError(t, err)
			start := time.Now()
			answer, err := io.ReadAll(nc)
			require.NoError(t, err)
			assert.Contains(t, string(answer), "\r\nConnection: close\r\n", "%q", request)
			assert.LessOrEqual(t, time.Since(start), 2*time.Second, "%q", request)
			require.NoError(t, nc.Close())
			require.NoError(t, s.Close())
			require.ErrorIs(t, <-served, http.ErrServerClosed)
		})
	}
}
