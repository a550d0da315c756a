package sse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// follow runs f with a Stream whose server plays scripts, in a bubble: time
// passes only when everybody waits, and a goroutine or an answer that is left
// over fails the test.
func follow(t *testing.T, c sse.Client, f func(t *testing.T, server *ssetest.Server, s *sse.Stream), scripts ...ssetest.Script) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.NewServer(scripts...)
		c.HTTP = inMemory(server)
		s := c.Stream(request(t, http.MethodGet, "http://example.com/events", ""))
		f(t, server, s)
		require.NoError(t, s.Close())
		assert.Zero(t, server.Open(), "answers were left open")
	})
}

// send is a script that sends octets, piece by piece, and ends.
func send(pieces ...string) ssetest.Script { return ssetest.Script{ssetest.Send(pieces...)} }

// status is a script that answers with a status and no body.
func status(code int) ssetest.Script { return ssetest.Script{ssetest.Status(code)} }

// gaps gives the times between the requests.
func gaps(server *ssetest.Server) (all []time.Duration) {
	r := server.Requests()
	for i := 1; i < len(r); i++ {
		all = append(all, r[i].Time.Sub(r[i-1].Time))
	}
	return all
}

// requireWait takes a wait of d and its random part, a half more at most.
func requireWait(t *testing.T, d, got time.Duration) {
	t.Helper()
	require.GreaterOrEqual(t, got, d)
	require.Less(t, got, d+d/2)
}

// sentIDs gives the Last-Event-ID of each request, "-" where there is none.
func sentIDs(server *ssetest.Server) (all []string) {
	for _, r := range server.Requests() {
		id, ok := r.LastEventID()
		if !ok {
			id = "-"
		}
		all = append(all, id)
	}
	return all
}

func dataOf(events []sse.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e.Data)
	}
	return strings.Join(all, " ")
}

// The whole of it: events over three connections, the end of one in the middle
// of an event, a cut one, and 204 as the end.
//
//req:test SSE-9.2.1-02 SSE-9.2.2-01 SSE-9.2.2-02 SSE-9.2.2-04 SSE-9.2.2-05
//req:test SSE-9.2.2-07 SSE-9.2.2-12 SSE-9.2.3-03 SSE-9.2.3-06 SSE-9.2.4-01
func TestStreamReconnectsAndResumes(t *testing.T) {
	follow(t, sse.Client{}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, []sse.Event{
			{Type: "message", Data: "a", LastEventID: "1"},
			{Type: "t", Data: "b\nb", LastEventID: "1"},
			{Type: "message", Data: "c", LastEventID: "é€"},
		}, events)
		assert.Equal(t, []string{"-", "1", "é€", "4"}, sentIDs(server))
		for _, gap := range gaps(server) {
			requireWait(t, sse.DefaultRetry, gap)
		}
		for _, r := range server.Requests() {
			assert.Equal(t, http.MethodGet, r.Method)
			assert.Equal(t, "text/event-stream", r.Header.Get("Accept"))
			assert.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
		}
		assert.Equal(t, sse.Closed, s.State())
		assert.Equal(t, "4", s.LastEventID())
	},
		send("id: 1\nda", "ta: a\n\nevent: t\ndata: b\ndata: b\n\n", "id: 2\ndata: cut off"),
		ssetest.Script{ssetest.Send("id: é€\ndata: c\n\n", "data: x"), ssetest.Break()},
		send("id: 4\n\nid: 5\nevent: late\n"),
	)
}

// The request is cloned for each attempt: its body comes anew, and neither the
// caller's later changes nor those of the transport reach the next one.
func TestStreamSendsTheSameRequestEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.NewServer(status(503), send("id: 7\ndata: x\n\n"), send("id\ndata: y\n\n"))
		r := request(t, http.MethodPost, "http://example.com/events", "what I want")
		r.Header.Set("X-Api-Key", "secret")
		r.Header.Set("Accept", "text/event-stream, */*;q=0.1")
		r.Header.Set("Last-Event-ID", "6")
		s := (&sse.Client{HTTP: inMemory(server)}).Stream(r)
		assert.Equal(t, "6", s.LastEventID())
		r.Header.Set("X-Api-Key", "changed")
		r.URL.Path, r.Method = "/changed", http.MethodPut

		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x y", dataOf(events))
		assert.Equal(t, []string{"6", "6", "7", "-"}, sentIDs(server))
		for _, r := range server.Requests() {
			assert.Equal(t, http.MethodPost, r.Method)
			assert.Equal(t, "http://example.com/events", r.URL.String())
			assert.Equal(t, "what I want", string(r.Body))
			assert.Equal(t, "secret", r.Header.Get("X-Api-Key"))
			assert.Equal(t, "text/event-stream, */*;q=0.1", r.Header.Get("Accept"))
		}
	})
}

// What can't be sent is said before anything is, and Body alone is not enough
// to send twice.
//
//req:test SSE-9.2.2-03
func TestStreamOfARequestThatCannotBe(t *testing.T) {
	with := func(change func(r *http.Request)) *http.Request {
		r := request(t, http.MethodGet, "http://example.com/", "")
		change(r)
		return r
	}
	for _, c := range []struct {
		request *http.Request
		want    string
	}{
		{nil, "no request"},
		{&http.Request{}, "no URL"},
		{with(func(r *http.Request) { r.URL.Scheme = "ftp" }), `"ftp"`},
		{with(func(r *http.Request) { r.URL.Scheme = "" }), "scheme"},
		{with(func(r *http.Request) { r.URL.Host = "" }), "no host"},
		{with(func(r *http.Request) { r.RequestURI = "/" }), "RequestURI"},
		{with(func(r *http.Request) { r.Header["Bad Name"] = nil }), `"Bad Name"`},
		{with(func(r *http.Request) { r.Header.Set("X-Key", "s3cret\r\nX: y") }), "X-Key has a control character"},
		{with(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("x")) }), "GetBody"},
	} {
		s := (&sse.Client{HTTP: inMemory(roundTrip(nil))}).Stream(c.request)
		assert.Equal(t, sse.Closed, s.State())
		for range 2 {
			events, err := eventsOf(t, s.Events(t.Context()))
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "s3cret")
			assert.Empty(t, events)
		}
		s.Restart()
		assert.Empty(t, s.LastEventID())
		assert.Nil(t, s.URL())
		require.NoError(t, s.Close())
	}
	s := (*sse.Client)(nil).Stream(with(func(r *http.Request) { r.Header = nil }))
	assert.Equal(t, sse.Connecting, s.State(), "no client and no header are fine")
}

// A request need not come from http.NewRequest.
func TestStreamOfABareRequest(t *testing.T) {
	server := ssetest.NewServer(send("data: x\n\n"))
	r := &http.Request{URL: &url.URL{Scheme: "http", Host: "example.com"}}
	synctest.Test(t, func(t *testing.T) {
		c := sse.Client{HTTP: &http.Client{Transport: roundTrip(server.RoundTrip)}}
		events, err := eventsOf(t, c.Stream(r).Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x", dataOf(events))
	})
	assert.Nil(t, r.Header)
	assert.Len(t, server.Requests(), 2)
}

// A body that can't be made again ends the stream, and says whose fault it is.
func TestStreamWhoseGetBodyFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.NewServer(send("data: x\n\n"))
		r := request(t, http.MethodPost, "http://example.com/", "x")
		get, calls, gone := r.GetBody, 0, errors.New("gone")
		r.GetBody = func() (io.ReadCloser, error) {
			if calls++; calls > 1 {
				return nil, gone
			}
			return get()
		}
		events, err := eventsOf(t, (&sse.Client{HTTP: inMemory(server)}).Stream(r).Events(t.Context()))
		assert.Equal(t, "x", dataOf(events))
		require.ErrorIs(t, err, gone)
		require.ErrorContains(t, err, "GetBody")
	})
}

// Each final answer ends the stream with its error, for good; each other one
// does not.
//
//req:test SSE-9.2.2-08 SSE-9.2.2-09 SSE-9.2.2-10 SSE-9.2.3-07 SSE-9.2.3-08
func TestStreamFails(t *testing.T) {
	html := ssetest.Script{ssetest.Header("Content-Type", "text/html"), ssetest.Send("<p>no")}
	encoded := ssetest.Script{ssetest.Header("Content-Encoding", "br"), ssetest.Send("data: x\n\n")}
	loop := ssetest.Script{ssetest.Status(302), ssetest.Header("Location", "ftp://example.com/")}
	for _, c := range []struct {
		name   string
		policy sse.Policy
		script ssetest.Script
		final  bool
	}{
		{"resilient 404", sse.Resilient, status(404), true},
		{"resilient 503", sse.Resilient, status(503), false},
		{"resilient broken", sse.Resilient, ssetest.Script{ssetest.Break()}, false},
		{"resilient text/html", sse.Resilient, html, true},
		{"resilient br", sse.Resilient, encoded, true},
		{"resilient redirect", sse.Resilient, loop, true},
		{"resilient large", sse.Resilient, send("data: 12345678901234567890\n\n"), true},
		{"strict 404", sse.Strict, status(404), true},
		{"strict 503", sse.Strict, status(503), true},
		{"strict 206", sse.Strict, status(206), true},
		{"strict broken", sse.Strict, ssetest.Script{ssetest.Break()}, false},
		{"strict text/html", sse.Strict, html, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			follow(t, sse.Client{Policy: c.policy, MaxEventBytes: 16}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
				events, err := eventsOf(t, s.Events(t.Context()))
				assert.Equal(t, sse.Closed, s.State())
				if !c.final {
					require.NoError(t, err)
					assert.Equal(t, "x", dataOf(events))
					assert.Len(t, server.Requests(), 3)
					return
				}
				require.Error(t, err)
				assert.Empty(t, events)
				_, later := eventsOf(t, s.Events(t.Context()))
				require.Equal(t, err, later)
				require.NoError(t, s.Close())
				assert.Len(t, server.Requests(), 1, "there is no way back")
			}, c.script, send("data: x\n\n"))
		})
	}
}

// The readyState, seen from where it can be.
//
//req:test SSE-9.2.2-13 SSE-9.2.3-01 SSE-9.2.3-02
func TestStreamState(t *testing.T) {
	var s *sse.Stream
	var seen []string
	note := func(what string) { seen = append(seen, what+" "+s.State().String()) }
	c := sse.Client{
		Decide: func(context.Context, *sse.Attempt) error { note("decide"); return nil },
		Observer: sse.Observer{
			Attempt: func(*sse.Attempt) { note("attempt") },
			Open:    func(*http.Response) { note("open") },
			Event:   func(sse.Event) { note("event") },
			Lost:    func(error) { note("lost") },
			Wait:    func(time.Duration) { note("wait") },
			End:     func(error) { note("end") },
		},
	}
	follow(t, c, func(t *testing.T, _ *ssetest.Server, stream *sse.Stream) {
		s = stream
		assert.Equal(t, sse.Connecting, s.State())
		for _, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			note("loop")
		}
		assert.Equal(t, []string{
			"decide connecting", "attempt connecting", "open open", "event open", "loop open",
			"lost connecting", "decide connecting", "wait connecting", "attempt connecting",
			"end closed",
		}, seen)
	}, send("data: x\n\n"))
	assert.Equal(t, []sse.State{0, 1, 2}, []sse.State{sse.Connecting, sse.Open, sse.Closed})
	assert.Equal(t, "unknown", sse.State(3).String())
}

// URL follows redirects, each attempt begins anew, also after a permanent one.
//
//req:test SSE-9.2.1-01 SSE-9.2.6-19
func TestStreamURL(t *testing.T) {
	move := func(to string) ssetest.Script {
		return ssetest.Script{ssetest.Status(301), ssetest.Header("Location", to)}
	}
	follow(t, sse.Client{}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		assert.Equal(t, "http://example.com/events", s.URL().String())
		var seen []string
		for _, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			u := s.URL()
			seen = append(seen, u.String())
			u.Host = "changed" // it is a copy
		}
		assert.Equal(t, []string{"http://b.example/2", "http://example.com/events"}, seen)
		var asked []string
		for _, r := range server.Requests() {
			asked = append(asked, r.URL.String())
		}
		assert.Equal(t, []string{
			"http://example.com/events", "http://a.example/1", "http://b.example/2",
			"http://example.com/events", "http://example.com/events",
		}, asked)
	}, move("http://a.example/1"), move("//b.example/2"), send("data: x\n\n"), send("data: y\n\n"))
}

// No second loop at a time; one after the other is fine.
func TestStreamHasOneLoop(t *testing.T) {
	follow(t, sse.Client{}, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		for _, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			_, err = eventsOf(t, s.Events(t.Context()))
			require.ErrorIs(t, err, sse.ErrConcurrentLoop)
			break
		}
		_, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
	}, send("data: x\n\ndata: y\n\n"))
}
