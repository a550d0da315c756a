package sse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
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

// An id that no header can have is left out, the Observer is told, and the
// stream goes on.
//
//req:test SSE-9.2.3-06 SSE-9.2.4-01
func TestS2_AnIDThatNoHeaderCanHaveIsLeftOut(t *testing.T) {
	for id, octet := range map[string]string{
		"\x01": "octet 0 of the last event ID is 0x01", "a\x1Fb": "octet 1", "a\x7F": "octet 1", "\x0B": "0x0b",
		strings.Repeat("x", sse.MaxLastEventID+1): "8193 octets",
	} {
		var omitted []string
		c := sse.Client{Observer: sse.Observer{Omit: func(id string, err error) {
			omitted = append(omitted, id)
			assert.ErrorContains(t, err, octet)
		}}}
		follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
			events, err := eventsOf(t, s.Events(t.Context()))
			require.NoError(t, err)
			assert.Equal(t, "x y", dataOf(events))
			assert.Equal(t, id, events[1].LastEventID, "it is the last event ID all the same")
			assert.Equal(t, []string{"-", "-", "-"}, sentIDs(server))
			assert.Equal(t, []string{id, id}, omitted)
		}, send("id: "+id+"\ndata: x\n\n"), send("data: y\n\n"))
	}
	for _, id := range []string{"a b", "a\tb", " a", "é", "\uFFFD", strings.Repeat("x", sse.MaxLastEventID)} {
		follow(t, sse.Client{}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
			_, err := eventsOf(t, s.Events(t.Context()))
			require.NoError(t, err)
			assert.Equal(t, []string{"-", id, id}, sentIDs(server))
		}, send("id: "+id+"\n\n"), send())
	}
}

// The same over a network, where net/http looks at headers itself. An id that
// is not UTF-8 can only come from the caller.
func TestS2_TheTransportTakesWhatIsSent(t *testing.T) {
	server := ssetest.NewServer(send("retry: 1\nid: \x01\ndata: x\n\n"), send("id: é\ndata: y\n\n"))
	target, err := server.Listen()
	require.NoError(t, err)
	r := request(t, http.MethodGet, target, "")
	r.Header.Set("Last-Event-ID", "\xFF")
	omitted := 0
	c := sse.Client{MinRetry: time.Millisecond, Observer: sse.Observer{Omit: func(string, error) { omitted++ }}}
	events, err := eventsOf(t, c.Stream(r).Events(t.Context()))
	require.NoError(t, err)
	assert.Equal(t, "x y", dataOf(events))
	assert.Equal(t, []string{"-", "-", "é"}, sentIDs(server))
	assert.Equal(t, 2, omitted)
	require.NoError(t, server.Close())
}

// Decide sees each attempt, and what it makes of the request is what is sent,
// for that attempt alone.
func TestStreamDecide(t *testing.T) {
	var seen []string
	c := sse.Client{Retry: time.Second, Decide: func(ctx context.Context, a *sse.Attempt) error {
		assert.NoError(t, ctx.Err())
		assert.Equal(t, a.LastEventID, a.Request.Header.Get("Last-Event-ID"))
		seen = append(seen, fmt.Sprintf("%d %d %q %v %d", a.Number, a.Failed, a.LastEventID, a.Err, a.StatusCode))
		switch a.Number {
		case 2:
			a.Request.URL.Host = "other.example:81"
			a.Request.Header.Set("Authorization", "fresh")
			a.Delay = time.Minute
		case 3:
			requireWait(t, time.Second, a.Delay)
			a.Delay = -1 // no less than MinRetry
			a.Request = request(t, http.MethodPost, "http://third.example/", "body")
			a.Request.Header = nil
		}
		return nil
	}}
	follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x y", dataOf(events))
		assert.Equal(t, []string{
			`1 0 "" <nil> 0`, `2 0 "7" EOF 200`, `3 1 "7" sse: the answer is 503 Service Unavailable, not an event stream 503`,
			`4 0 "7" sse: the stream ends inside an event, after 1 octets of it 200`,
		}, seen)
		r := server.Requests()
		assert.Equal(t, "http://other.example:81/events", r[1].URL.String())
		assert.Equal(t, "fresh", r[1].Header.Get("Authorization"))
		assert.Equal(t, "http://third.example/", r[2].URL.String())
		assert.Equal(t, "body", string(r[2].Body))
		assert.Equal(t, http.Header{"Accept": {"text/event-stream"}, "Cache-Control": {"no-cache"}, "Last-Event-Id": {"7"}}, r[2].Header,
			"the stream goes on there")
		assert.Equal(t, "http://example.com/events", r[3].URL.String())
		assert.Empty(t, r[3].Header.Get("Authorization"))
		g := gaps(server)
		assert.Equal(t, time.Minute, g[0])
		assert.Equal(t, sse.DefaultMinRetry, g[1])
	}, send("id: 7\ndata: x\n\n"), ssetest.Script{ssetest.Status(503)}, send("data: y\n\ndata: z"))
}

// A request that Decide gives each time stays as it is, and what it has is not
// changed; one that is the copy may lose the last event ID.
func TestStreamDecideGivesARequestOfItsOwn(t *testing.T) {
	own := request(t, http.MethodGet, "http://other.example/", "")
	own.Header.Set("Last-Event-ID", "mine")
	c := sse.Client{Decide: func(_ context.Context, a *sse.Attempt) error {
		if a.Number == 1 {
			a.Request.Header.Del("Last-Event-ID")
		} else {
			a.Request = own
		}
		return nil
	}}
	server := ssetest.NewServer(send("id: 1\ndata: x\n\n"), send("id: 2\ndata: y\n\n"))
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	jar.SetCookies(own.URL, []*http.Cookie{{Name: "a", Value: "b"}})
	synctest.Test(t, func(t *testing.T) {
		c.HTTP = &http.Client{Jar: jar, Transport: roundTrip(server.RoundTrip)}
		r := request(t, http.MethodGet, "http://example.com/", "")
		r.Header.Set("Last-Event-ID", "0")
		_, err = eventsOf(t, c.Stream(r).Events(t.Context()))
		require.NoError(t, err)
	})
	assert.Equal(t, []string{"-", "mine", "mine"}, sentIDs(server))
	for _, r := range server.Requests()[1:] {
		assert.Equal(t, []string{"a=b"}, r.Header.Values("Cookie"))
	}
	assert.Equal(t, http.Header{"Last-Event-Id": {"mine"}}, own.Header)
}

// The body of a request that is not sent is closed.
func TestStreamClosesWhatDecideHasSet(t *testing.T) {
	for name, decide := range map[string]func(s *sse.Stream, a *sse.Attempt) error{
		"error":    func(*sse.Stream, *sse.Attempt) error { return errLeaving },
		"unusable": func(_ *sse.Stream, a *sse.Attempt) error { a.Request.URL = nil; return nil },
		"closed":   func(s *sse.Stream, _ *sse.Attempt) error { return s.Close() },
		"final":    func(*sse.Stream, *sse.Attempt) error { return nil },
	} {
		body := &closing{}
		var s *sse.Stream
		c := sse.Client{Decide: func(_ context.Context, a *sse.Attempt) error {
			if name == "final" && !a.Final {
				return nil
			}
			a.Request.Body = body
			return decide(s, a)
		}}
		c.HTTP = inMemory(ssetest.NewServer(status(404)))
		s = c.Stream(request(t, http.MethodGet, "http://example.com/", ""))
		_, _ = eventsOf(t, s.Events(t.Context()))
		assert.Equal(t, sse.Closed, s.State(), name)
		assert.Equal(t, 1, body.closed, name)
	}
}

// net/http sends Host from the request: another URL has to be enough.
func TestStreamDecideGoesToAnotherHost(t *testing.T) {
	hosts := []string{}
	c := sse.Client{
		HTTP: inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.Host)
			return nil, errLeaving
		})),
		MaxAttempts: 1,
		Decide: func(_ context.Context, a *sse.Attempt) error {
			u, err := url.Parse("http://other.example/")
			a.Request.URL = u
			return err
		},
	}
	_, err := eventsOf(t, c.Stream(request(t, http.MethodGet, "http://example.com/", "")).Events(t.Context()))
	require.ErrorIs(t, err, errLeaving)
	assert.NotContains(t, hosts, "example.com")
}

// Whatever context Decide gives the request, it ends with the stream.
func TestStreamDecideDoesNotLoseTheContext(t *testing.T) {
	c := sse.Client{Decide: func(_ context.Context, a *sse.Attempt) error {
		a.Request = a.Request.WithContext(context.Background())
		a.Final = true // means nothing here
		return nil
	}}
	follow(t, c, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		time.AfterFunc(time.Minute, func() { _ = s.Close() })
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x", dataOf(events))
	}, ssetest.Script{ssetest.Send("data: x\n\n"), ssetest.Hold()})
}

// What Decide refuses, and what it makes unsendable, is the end.
func TestStreamDecideEndsTheStream(t *testing.T) {
	for name, c := range map[string]struct {
		decide func(a *sse.Attempt) error
		want   string
	}{
		"error":      {func(*sse.Attempt) error { return errLeaving }, "leaving"},
		"no request": {func(a *sse.Attempt) error { a.Request = nil; return nil }, "no request"},
		"scheme":     {func(a *sse.Attempt) error { a.Request.URL.Scheme = "ws"; return nil }, `"ws"`},
		"header":     {func(a *sse.Attempt) error { a.Request.Header.Set("X-Token", "a\n"); return nil }, "X-Token"},
	} {
		t.Run(name, func(t *testing.T) {
			client := sse.Client{Decide: func(_ context.Context, a *sse.Attempt) error { return c.decide(a) }}
			follow(t, client, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
				_, err := eventsOf(t, s.Events(t.Context()))
				require.ErrorContains(t, err, c.want)
				assert.Equal(t, sse.Closed, s.State())
				assert.Empty(t, server.Requests())
			})
		})
	}
}

// Decide has the last word on what is final, but not beyond MaxAttempts, and
// not on 204.
func TestStreamDecideTakesAnEndBack(t *testing.T) {
	finals := 0
	c := sse.Client{Policy: sse.Strict, MaxAttempts: 3, Decide: func(_ context.Context, a *sse.Attempt) error {
		if a.Final {
			finals++
			a.Final = a.StatusCode != http.StatusUnauthorized
			a.Request.Header.Set("Authorization", "fresh")
		}
		return nil
	}}
	follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x", dataOf(events))
		assert.Equal(t, "fresh", server.Requests()[1].Header.Get("Authorization"))
		assert.Equal(t, 1, finals)
	}, status(401), send("data: x\n\n"))
	follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		_, err := eventsOf(t, s.Events(t.Context()))
		require.ErrorIs(t, err, sse.ErrMaxAttempts)
		assert.Len(t, server.Requests(), 3)
		assert.Equal(t, 3, finals)
	}, status(401), status(401), status(401), status(401))
	follow(t, c, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		_, err := eventsOf(t, s.Events(t.Context()))
		e, ok := errors.AsType[*sse.StatusError](err)
		require.True(t, ok)
		assert.Equal(t, 403, e.StatusCode)
	}, status(403))
}

// A Decide that takes its time is told when it is not wanted any more, and a
// body that it has set is closed when it is not sent.
func TestStreamDecideIsInterrupted(t *testing.T) {
	for name, interrupt := range map[string]func(s *sse.Stream){
		"Close":   func(s *sse.Stream) { _ = s.Close() },
		"Restart": func(s *sse.Stream) { s.Restart() },
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			c := sse.Client{Decide: func(ctx context.Context, _ *sse.Attempt) error {
				if calls++; calls == 1 {
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			}}
			follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
				time.AfterFunc(time.Second, func() { interrupt(s) })
				start := time.Now()
				_, err := eventsOf(t, s.Events(t.Context()))
				require.NoError(t, err)
				assert.Equal(t, time.Second, time.Since(start))
				assert.Len(t, server.Requests(), calls-1)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		body := &closing{}
		c := sse.Client{HTTP: inMemory(ssetest.NewServer()), Decide: func(_ context.Context, a *sse.Attempt) error {
			a.Request.Body, a.Delay = body, time.Hour
			return nil
		}}
		s := c.Stream(request(t, http.MethodPost, "http://example.com/", "x"))
		time.AfterFunc(time.Second, func() { _ = s.Close() })
		_, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, 1, body.closed)
	})
}

// The Observer sees connections with their headers, and everything in the
// stream, in order.
//
//req:test SSE-9.2.10-01
func TestStreamObserver(t *testing.T) {
	var seen []string
	note := func(format string, a ...any) { seen = append(seen, fmt.Sprintf(format, a...)) }
	o := sse.Observer{
		Attempt: func(a *sse.Attempt) {
			note("attempt %d %s %s %q", a.Number, a.Request.Method, a.Request.URL, a.Request.Header.Get("Last-Event-ID"))
		},
		Open:    func(r *http.Response) { note("open %s %s", r.Status, r.Header.Get("Content-Type")) },
		Event:   func(e sse.Event) { note("event %+v", e) },
		Comment: func(text string) { note("comment %q", text) },
		Retry:   func(d time.Duration) { note("retry %s", d) },
		ID:      func(id string) { note("id %q", id) },
		Omit:    func(id string, _ error) { note("omit %q", id) },
		Lost: func(err error) {
			if e, ok := errors.AsType[*sse.StatusError](err); ok {
				note("lost %d %s %q", e.StatusCode, e.Header.Get("X-Why"), e.Body)
				return
			}
			note("lost %v", err)
		},
		Wait: func(d time.Duration) { note("wait %s", d.Truncate(time.Hour)) }, // without its random part
		End:  func(err error) { note("end %v", err) },
	}
	follow(t, sse.Client{Retry: 2 * time.Hour, MaxRetry: 1, Observer: o}, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		_, err := eventsOf(t, s.Events(t.Context()))
		require.Error(t, err)
		assert.Equal(t, []string{
			`attempt 1 GET http://example.com/events ""`,
			`open 200 OK text/event-stream`,
			`comment "hello"`,
			`retry 1h0m0s`,
			`id "7"`,
			`event {Type:t Data:x LastEventID:8}`,
			`id "\x01"`,
			`lost EOF`,
			`omit "\x01"`,
			`wait 1h0m0s`,
			`attempt 2 GET http://example.com/events ""`,
			`lost 503 busy "come later"`,
			`omit "\x01"`,
			`wait 1h0m0s`,
			`attempt 3 GET http://example.com/events ""`,
			`end sse: the answer is 404 Not Found, not an event stream`,
		}, seen)
	},
		send(": hello\nretry: 3600000\nid: 7\n\n", "event: t\nid: 8\ndata: x\n\n", "id: \x01\n\n"),
		ssetest.Script{ssetest.Status(503), ssetest.Header("X-Why", "busy"), ssetest.Send("come later")},
		status(404),
	)
}
