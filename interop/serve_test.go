package interop

import (
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// listen listens on a free port of this machine, until the test ends.
func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	return ln
}

func urlOf(ln net.Listener) string { return "ws://" + ln.Addr().String() + "/interop" }

// serveHTTP serves an implementation that stands on net/http, until the test
// ends.
func serveHTTP(t *testing.T, upgrade func(http.ResponseWriter, *http.Request) (end, error)) listener {
	t.Helper()
	ln := listen(t)
	attempts := make(chan attempt, 1)
	srv := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := upgrade(w, r)
		attempts <- attempt{e, err}
	})}
	run(t, srv.Close, func() { _ = srv.Serve(ln) })
	return listener{url: urlOf(ln), attempts: attempts}
}

// run runs f beside the test; at its end stop has to make f return.
func run(t *testing.T, stop func() error, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	t.Cleanup(func() {
		_ = stop()
		<-done
	})
}
