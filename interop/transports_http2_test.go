package interop

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
	"longwire.example/sse"
)

// httpTransports are those that are requests, which can share a connection. A
// WebSocket would need RFC 8441, which net/http does not have by itself.
var httpTransports = slices.DeleteFunc(slices.Clone(allTransports), func(name string) bool { return name == "websocket" })

// Over HTTP/2 a page has all transports by one connection, where HTTP/1.1 has six
// requests at most. A response that is not read holds up none of the others, and
// all that is held ends when the server does.
func TestTransportsHTTP2(t *testing.T) {
	eachBrowserAtOnce(t, func(t *testing.T, b *session) {
		site := newEventSite(t)
		site.comet.JSONP = true
		var unread unreadStream
		unread.mount(site)
		var connections sync.Map // by their addresses, to the protocol
		handler := site.Config.Handler
		site.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			connections.Store(r.RemoteAddr, r.Proto)
			handler.ServeHTTP(w, r)
		})
		site.EnableHTTP2 = true
		site.StartTLS()
		w := b.open(t, site.URL)
		for _, name := range httpTransports {
			w.listen(name, "/comet/", fmt.Sprintf(`{ cursor: %q, transports: [%q] }`, site.begin, name))
			w.until(shows(name, `d.state === "open"`))
		}
		site.publish(t, 200)
		for _, name := range httpTransports {
			w.gotAll(name, 200)
		}
		valueOf[any](w, `void fetch("/large/stream").then((r) => { window.unread = r; document.body.dataset.unread = "true"; })`)
		w.until(`document.body.dataset.unread === "true"`)
		unread.fill(t)
		t.Logf("%s has taken %d octets of a response that the page does not read", b.name, unread.written.Load())
		if b.name == "Chromium" { // the others keep all that comes, for a page that may read it later
			assert.Less(t, unread.written.Load(), int64(mostUnread), "it stops to read")
		}
		site.publish(t, 200)
		for _, name := range httpTransports {
			w.gotAll(name, 400)
		}
		protocols := slices.Collect(maps.Values(maps.Collect(connections.Range)))
		assert.Equal(t, []any{"HTTP/2.0"}, protocols, "of the connections that carried requests")
		w.quiet()

		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		require.NoError(t, site.comet.Shutdown(ctx))
		for _, name := range httpTransports {
			w.until(shows(name, `d.state !== "open"`))
		}
	})
}

// mostUnread is how much is sent to find out whether a browser stops reading what
// its page does not read.
const mostUnread = 32 << 20

// unreadStream is a stream of large events, for a page that reads none of them.
type unreadStream struct {
	hub     sse.Hub
	comet   comet.Handler
	written atomic.Int64 // octets that net/http has taken
}

func (u *unreadStream) mount(s *eventSite) {
	u.hub.Spread = -1
	u.comet = comet.Handler{
		Hub:          &u.hub,
		Topics:       func(*http.Request) ([]string, error) { return []string{"large"}, nil },
		MaxStream:    -1,
		WriteTimeout: -1,
	}
	s.mux.HandleFunc("/large/", func(w http.ResponseWriter, r *http.Request) {
		u.comet.ServeHTTP(&countingWriter{w, &u.written}, r)
	})
}

// fill publishes until nothing more goes out, or so much has that the browser takes
// whatever comes.
func (u *unreadStream) fill(t *testing.T) {
	t.Helper()
	large := strings.Repeat("x", 64<<10)
	var published int64
	pace := time.NewTicker(2 * time.Millisecond)
	defer pace.Stop()
	for last, since := int64(-1), time.Now(); u.written.Load() < mostUnread && time.Since(since) < 2*time.Second; <-pace.C {
		if now := u.written.Load(); now != last {
			last, since = now, time.Now()
		}
		if published-u.written.Load() < 512<<10 { // the queue of a subscriber has room
			_, err := u.hub.Publish(t.Context(), "large", sse.Message{Data: large})
			require.NoError(t, err)
			published += int64(len(large))
		}
	}
}

// countingWriter counts the octets of a response that net/http has taken.
type countingWriter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.n.Add(int64(n))
	return n, err
}
