package interop

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
	"longwire.example/sse"
)

// allTransports are the names of all transports, as client.js has them.
var allTransports = []string{"websocket", "sse", "stream", "multipart", "iframe", "longpoll", "jsonp-longpoll", "poll", "jsonp-poll"}

// listenPage is a page on which a test calls listen: it gets the events of a
// Handler by client.js, and keeps what it is told. Its elements, one for each call,
// say how far that is, so that a test can wait for it.
const listenPage = `<!doctype html><meta charset=utf-8><title>events</title><link rel="icon" href="data:,"><body>
<script>` + watchForComplaints + `</script>
<script type="module">
import { connect } from "/comet/client.js";
window.clients = {};
window.listen = (name, base, options) => {
	const shown = document.body.appendChild(document.createElement("p"));
	shown.id = name;
	const told = window.clients[name] = { events: [], states: [] };
	told.client = connect(base, { minRetry: 50, maxRetry: 500, pollEvery: 50, ...options,
		onevent(e) {
			told.events.push(e.type === "message" ? parseInt(e.data) : e.type);
			shown.dataset.events = told.events.length;
			shown.textContent = name + ": " + told.events.length;
		},
		onstate(s) {
			told.states.push(s.state + " " + s.transport);
			Object.assign(shown.dataset, { state: s.state, transport: s.transport, tries: told.states.length });
		},
	});
};
</script>`

// eventSite is a server of pages and of events, which are numbers from 0 on.
type eventSite struct {
	*httptest.Server

	hub    sse.Hub
	comet  comet.Handler // below /comet/
	mux    *http.ServeMux
	begin  string       // a cursor before the first event
	number atomic.Int64 // of the next event
}

// newEventSite gives a site that is about to be started: its Handler's options may
// still be set. It ends with the test.
func newEventSite(t *testing.T) *eventSite {
	t.Helper()
	s := &eventSite{hub: sse.Hub{Spread: -1}, mux: http.NewServeMux()}
	s.use(&s.comet)
	s.mux.Handle("/comet/", &s.comet)
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, listenPage)
	})
	s.Server = httptest.NewUnstartedServer(s.mux)
	var err error
	s.begin, err = s.hub.Publish(t.Context(), "before", sse.Message{Data: "-1"})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		assert.NoError(t, s.hub.Shutdown(ctx))
		s.CloseClientConnections() // those of WebSockets that nobody answers, too
		s.Close()
	})
	return s
}

// use makes a Handler give the site's events.
func (s *eventSite) use(h *comet.Handler) {
	h.Hub = &s.hub
	h.Topics = func(*http.Request) ([]string, error) { return []string{"numbers"}, nil }
}

// publish publishes n numbers.
func (s *eventSite) publish(t *testing.T, n int) {
	t.Helper()
	for range n {
		_, err := s.hub.Publish(t.Context(), "numbers", sse.Message{Data: strconv.FormatInt(s.number.Add(1)-1, 10)})
		assert.NoError(t, err)
	}
}

// keepPublishing publishes all the time, until stop is called.
func (s *eventSite) keepPublishing(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		pace := time.NewTicker(5 * time.Millisecond)
		defer pace.Stop()
		for {
			select {
			case <-pace.C:
				s.publish(t, 1)
			case <-ctx.Done():
				return
			}
		}
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}

// listen has the page get the events, from options.cursor on.
func (w *window) listen(name, base, options string) {
	w.t.Helper()
	w.until(`window.listen !== undefined`)
	valueOf[any](w, fmt.Sprintf(`void listen(%q, %q, %s)`, name, base, options))
}

// shows is a condition on the data d of what the page shows of one listen.
func shows(name, condition string) string {
	return fmt.Sprintf(`(({ dataset: d }) => %s)(document.getElementById(%q))`, condition, name)
}

// gotAll waits until the page has n events and checks that these are all, once each
// and in order.
func (w *window) gotAll(name string, n int) {
	w.t.Helper()
	w.until(shows(name, fmt.Sprintf(`d.events >= %d`, n)))
	events := valueOf[[]any](w, fmt.Sprintf(`clients[%q].events`, name))
	want := make([]any, n)
	for i := range want {
		want[i] = float64(i) // as JSON has it
	}
	assert.Equal(w.t, want, events, "%s", name)
}
