package interop

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// A streamClient is an implementation that reads event streams.
type streamClient struct {
	name string

	// prepare installs it, and skips the test where that can't be. What it gives
	// connects to a URL.
	prepare func(t *testing.T) func(t *testing.T, url string, types []string) seeing

	// retries and comments: it tells what it reads of these.
	retries, comments bool

	// ownIDs: its events have an ID if one stands in their own block. It
	// resumes after the last one all the same.
	ownIDs bool

	// idEvents: it makes an event without data of an id without an event.
	idEvents bool

	// cannot says why a scenario is beyond it.
	cannot map[string]string
}

var streamClients = []streamClient{
	{name: "Chromium EventSource", prepare: chromiumReader},
	{
		name: "npm eventsource",
		prepare: func(t *testing.T) func(*testing.T, string, []string) seeing {
			node, env := npmPackages(t)
			return func(t *testing.T, url string, types []string) seeing {
				return startReader(t, env, append([]string{node, "node/eventsource.cjs", url}, types...)...)
			}
		},
		ownIDs: true,
		cannot: map[string]string{
			"an id without an event": "it takes an id with an event only",
			"an id beyond ASCII":     "it can't put it into a header, and ends",
		},
	},
	{
		name: "npm eventsource-parser",
		prepare: func(t *testing.T) func(*testing.T, string, []string) seeing {
			node, env := npmPackages(t)
			return func(t *testing.T, url string, _ []string) seeing {
				return startReader(t, env, node, "node/eventsource_parser.cjs", url)
			}
		},
		retries:  true,
		comments: true,
		cannot: map[string]string{
			"an id without an event": "it tells an id with an event only",
		},
	},
	{
		name: "Python httpx-sse",
		prepare: func(t *testing.T) func(*testing.T, string, []string) seeing {
			python, env := pythonPackages(t)
			return func(t *testing.T, url string, _ []string) seeing {
				return startReader(t, env, python, "python/httpx_sse_reader.py", url)
			}
		},
		retries:  true,
		idEvents: true,
		cannot: map[string]string{
			"an id without an event": "it makes an event of it",
		},
	},
}

func TestStreamClients(t *testing.T) {
	for _, client := range streamClients {
		t.Run(client.name, func(t *testing.T) {
			t.Parallel()
			connect := client.prepare(t)
			for _, sc := range streamScenarios {
				t.Run(sc.name, func(t *testing.T) {
					if why := client.cannot[sc.name]; why != "" {
						t.Skip(why)
					}
					client.play(t, connect, sc)
				})
			}
		})
	}
}

// play plays a scenario, and checks each thing that the client sees as it comes.
func (client *streamClient) play(t *testing.T, connect func(*testing.T, string, []string) seeing, sc streamScenario) {
	t.Helper()
	srv := serveStreams(t, sc.serverOptions())
	client.check(t, connect(t, srv.url, sc.types()), srv, sc)
}

// serverOptions are the options of the server of a scenario.
func (sc *streamScenario) serverOptions() *sse.Options {
	o := sc.options
	o.Heartbeat = -1
	switch {
	case o.Retry < 0:
		o.Retry = 0
	case o.Retry == 0:
		o.Retry = helloRetry
	}
	return &o
}

func (client *streamClient) check(t *testing.T, what seeing, srv *streamServer, sc streamScenario) {
	t.Helper()
	var last time.Time
	for i, str := range sc.streams {
		r := srv.next(t)
		checkResume(t, r, str.resume)
		if str.pause > 0 {
			waited := r.came.Sub(last)
			assert.GreaterOrEqual(t, waited, str.pause-5*time.Millisecond, "timers of other programs count otherwise")
			assert.Less(t, waited, str.pause+1500*time.Millisecond, "nobody's default is as short")
		}
		require.Equal(t, seen{Saw: "open"}, what.next(t))
		client.expect(t, what, step{retry: sc.serverOptions().Retry})
		for _, st := range str.steps {
			require.NoError(t, st.send(r.conn))
			client.expect(t, what, st)
		}
		if i == len(sc.streams)-1 {
			srv.over.Store(true)
		}
		last = time.Now()
		if str.cut {
			r.cut(t)
		} else {
			r.finish(t)
		}
		require.Equal(t, seen{Saw: "lost"}, what.next(t))
	}
	require.Equal(t, seen{Saw: "closed"}, what.next(t))
	what.end(t)
}

// expect waits until a client has seen what a step makes.
func (client *streamClient) expect(t *testing.T, what seeing, st step) {
	t.Helper()
	if st.retry > 0 && client.retries {
		require.Equal(t, seen{Saw: "retry", Retry: int(st.retry.Milliseconds())}, what.next(t))
	}
	if client.comments {
		for _, text := range st.comments {
			require.Equal(t, seen{Saw: "comment", Data: text}, what.next(t))
		}
	}
	for _, ev := range st.events {
		if client.ownIDs && !strings.Contains(st.wire, "id: ") {
			ev.LastEventID = ""
		}
		expectEvent(t, ev, what.next(t))
	}
}

// expectEvent compares an event that a client has seen.
func expectEvent(t *testing.T, want sse.Event, got seen) {
	t.Helper()
	if len(want.Data) > 1<<10 {
		// Equal would print both.
		same := want.Data == got.Data
		require.True(t, same, "%d octets of data came, not the %d that were sent", len(got.Data), len(want.Data))
		got.Data, want.Data = "", ""
	}
	require.Equal(t, seen{Saw: "event", Type: want.Type, Data: want.Data, ID: want.LastEventID}, got)
}

// checkResume checks the Last-Event-ID of a request.
func checkResume(t *testing.T, r *streamRequest, want string) {
	t.Helper()
	if want == "" {
		assert.Empty(t, r.Header.Values("Last-Event-ID"))
		return
	}
	assert.Equal(t, []string{want}, r.Header.Values("Last-Event-ID"))
	if r.conn != nil {
		id, ok := r.conn.LastEventID()
		assert.True(t, ok)
		assert.Equal(t, want, id)
	}
}
