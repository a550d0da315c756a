package interop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// streamServer is our server as others meet it. Each request is handed to the
// test, which sends what it wants; once it is over, requests get 204, which
// tells a client to come no more (section 9.2.1).
type streamServer struct {
	root     string // its URL, without a path
	url      string // that of the stream
	requests chan *streamRequest
	over     atomic.Bool
}

// streamRequest is a request for a stream, and the stream.
type streamRequest struct {
	*http.Request
	server *streamServer
	came   time.Time

	conn *sse.Conn // of a scripted server
	tcp  net.Conn
	end  chan struct{} // closed to end the response
	done chan struct{} // closed when it has ended
}

// cut closes the client's connection under the stream.
func (r *streamRequest) cut(t *testing.T) {
	t.Helper()
	require.NoError(t, r.tcp.Close())
	r.ended(t)
}

// finish ends the response as a server does that has no more to say.
func (r *streamRequest) finish(t *testing.T) {
	t.Helper()
	close(r.end)
	r.ended(t)
}

// ended waits until the server is done with the request.
func (r *streamRequest) ended(t *testing.T) {
	t.Helper()
	select {
	case <-r.done:
	case <-time.After(patience):
		require.FailNow(t, "the server does not notice the end of the stream")
	}
}

// next gives the next request.
func (s *streamServer) next(t *testing.T) *streamRequest {
	t.Helper()
	select {
	case r := <-s.requests:
		return r
	case <-time.After(patience):
	}
	require.FailNow(t, "no request comes")
	return nil
}

// streamPath is where streams are. At / is a page without content.
const streamPath = "/stream"

type tcpKey struct{}

// serveStreams starts a server whose streams the test scripts.
func serveStreams(t *testing.T, o *sse.Options) *streamServer {
	t.Helper()
	return serveStreamsBy(t, func(r *streamRequest) http.Handler {
		return sse.Handler(func(ctx context.Context, c *sse.Conn) error {
			r.conn = c
			select {
			case r.server.requests <- r:
			case <-ctx.Done():
				return nil
			}
			select {
			case <-r.end:
			case <-ctx.Done():
			}
			return nil
		}, o)
	})
}

// serveStreamsBy starts a server with a handler for each request.
func serveStreamsBy(t *testing.T, handler func(r *streamRequest) http.Handler) *streamServer {
	t.Helper()
	ln := listen(t)
	root := "http://" + ln.Addr().String()
	s := &streamServer{root: root, url: root + streamPath, requests: make(chan *streamRequest, 1)}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	srv := &http.Server{
		ReadHeaderTimeout: patience,
		Protocols:         protocols,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, tcpKey{}, c)
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.URL.Path == "/" {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				fmt.Fprint(w, `<!DOCTYPE html><link rel="icon" href="data:,"><title>a page for an EventSource</title>`)
				return
			}
			if s.over.Load() {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			tcp, _ := req.Context().Value(tcpKey{}).(net.Conn)
			r := &streamRequest{Request: req, server: s, came: time.Now(), tcp: tcp, end: make(chan struct{}), done: make(chan struct{})}
			defer close(r.done)
			handler(r).ServeHTTP(w, req)
		}),
	}
	run(t, srv.Close, func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}
