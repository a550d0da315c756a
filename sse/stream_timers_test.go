package sse_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// retry counts from its line on, also when the event that it stands in is cut
// off, and stays for all later connections. The id counts from the blank line.
//
//req:test SSE-9.2.3-03 SSE-9.2.2-01
func TestS6_RetryCountsAtOnceAndTheIDAtTheBlankLine(t *testing.T) {
	follow(t, sse.Client{Retry: time.Second}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x y z", dataOf(events))
		assert.Equal(t, "message message message", events[0].Type+" "+events[1].Type+" "+events[2].Type)
		assert.Equal(t, []string{"-", "1", "1", "1"}, sentIDs(server))
		g := gaps(server)
		requireWait(t, 7*time.Second, g[0])
		requireWait(t, 7*time.Second, g[1])
		requireWait(t, 9*time.Second, g[2])
	},
		send("id: 1\ndata: x\n\nid: 2\nevent: lost\ndata: lost\nretry: 7000\nretry: +1\nretry: 1e3\nretry: 5 \nretry:\n"),
		send("data: y\n\n"),
		send("data: z\nretry: 9000\n\n"),
	)
}

// Neither a tiny reconnection time nor a server that closes at once makes a
// client spin: requests in 15 minutes are counted.
func TestS6_ATinyRetryDoesNotSpin(t *testing.T) {
	for name, c := range map[string]struct {
		client sse.Client
		script ssetest.Script
		least  time.Duration // between two requests
		most   int           // requests in 15 minutes
	}{
		"an event each time":         {sse.Client{}, send("retry: 0\ndata: x\n\n"), 100 * time.Millisecond, 9000},
		"a floor of one's own":       {sse.Client{MinRetry: time.Minute}, send("retry: 1\ndata: x\n\n"), time.Minute, 15},
		"no floor is a millisecond":  {sse.Client{MinRetry: -1, Retry: -1, MaxRetry: time.Second}, send("retry: 0\n"), time.Millisecond, 920},
		"a floor below that":         {sse.Client{MinRetry: 1, Retry: -1, MaxRetry: time.Second}, send("retry: 0\n"), time.Millisecond, 920},
		"nothing":                    {sse.Client{}, send("retry: 0\n: comment\nevent: x\n\n"), 100 * time.Millisecond, 35},
		"the same ID without event":  {sse.Client{}, send("retry: 0\nid: 1\n\n"), 100 * time.Millisecond, 35},
		"no octet":                   {sse.Client{Retry: -1}, send(), 100 * time.Millisecond, 35},
		"503":                        {sse.Client{Retry: 1}, status(503), 100 * time.Millisecond, 35},
		"503, Retry-After: 0":        {sse.Client{Retry: 1}, ssetest.Script{ssetest.Status(503), ssetest.Header("Retry-After", "0")}, 100 * time.Millisecond, 35},
		"cut":                        {sse.Client{Retry: 1}, ssetest.Script{ssetest.Break()}, 100 * time.Millisecond, 35},
		"open for less than a retry": {sse.Client{Retry: 1}, ssetest.Script{ssetest.Send(), ssetest.Pause(99 * time.Millisecond)}, 199 * time.Millisecond, 35},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.NewServerFunc(func(*ssetest.Request) ssetest.Script { return c.script })
				c.client.HTTP = inMemory(server)
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
				defer cancel()
				s := c.client.Stream(request(t, http.MethodGet, "http://example.com/", ""))
				_, err := eventsOf(t, s.Events(ctx))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				for _, gap := range gaps(server) {
					require.GreaterOrEqual(t, gap, c.least)
				}
				assert.LessOrEqual(t, len(server.Requests()), c.most)
				assert.Greater(t, len(server.Requests()), 9)
			})
		})
	}
}

// The waits double with each attempt that fails, up to MaxRetry. An event, a
// new last event ID, or a stream that was open for as long as the reconnection
// time begins them anew; an answer alone, comments and retry do not.
//
//req:test SSE-9.2.3-04
func TestStreamBackoff(t *testing.T) {
	for name, c := range map[string]struct {
		script ssetest.Script
		resets bool
	}{
		"event":              {send("data: x\n\n"), true},
		"ID":                 {send("id: 1\n\n"), true},
		"open":               {ssetest.Script{ssetest.Send(), ssetest.Pause(time.Second)}, true},
		"comments for long":  {ssetest.Script{ssetest.Send(":\n"), ssetest.Pause(600 * time.Millisecond), ssetest.Send(":\n"), ssetest.Pause(600 * time.Millisecond), ssetest.Break()}, true},
		"answer":             {send(), false},
		"comment and retry":  {send(": hello\nretry: 1000\n"), false},
		"event that was cut": {send("data: x\n"), false},
		"408":                {status(408), false},
		"429":                {status(429), false},
	} {
		t.Run(name, func(t *testing.T) {
			follow(t, sse.Client{Retry: time.Second, MaxRetry: 5 * time.Second}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
				opened := make([]time.Duration, 7)
				if c.resets && len(c.script) > 1 {
					opened[5] = time.Second
					if len(c.script) > 2 {
						opened[5] = 1200 * time.Millisecond
					}
				}
				_, err := eventsOf(t, s.Events(t.Context()))
				require.NoError(t, err)
				want := []time.Duration{1, 2, 4, 5, 5, 5, 5}
				if c.resets {
					want = []time.Duration{1, 2, 4, 5, 5, 1, 1}
				}
				g := gaps(server)
				require.Len(t, g, len(want))
				for i := range want {
					requireWait(t, want[i]*time.Second, g[i]-opened[i])
				}
			}, status(500), ssetest.Script{ssetest.Break()}, status(502), send("data: cut"), send(), c.script, status(503))
		})
	}
}

// A reconnection time of the stream's that is longer than MaxRetry stands, and
// one that is beyond a Duration is the longest that there is.
func TestS6_ALongRetryStands(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for retry, want := range map[string]time.Duration{
		"31536000000":                   year,
		"99999999999999999999999999999": 1<<63 - 1 - time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			server := ssetest.NewServer(send("data: x\nretry: " + retry + "\n\n"))
			var wait time.Duration
			c := sse.Client{HTTP: inMemory(server), Observer: sse.Observer{Wait: func(d time.Duration) { wait = d }}}
			s := c.Stream(request(t, http.MethodGet, "http://example.com/", ""))
			time.AfterFunc(year/2, func() { _ = s.Close() })
			_, err := eventsOf(t, s.Events(t.Context()))
			require.NoError(t, err)
			assert.GreaterOrEqual(t, wait, want)
			assert.Len(t, server.Requests(), 1)
		})
	}
}

// Retry-After is waited for if it is longer than the wait would be. A date that
// has passed says nothing.
func TestStreamHonoursRetryAfter(t *testing.T) {
	after := func(code int, value string) ssetest.Script {
		return ssetest.Script{ssetest.Status(code), ssetest.Header("Retry-After", value)}
	}
	follow(t, sse.Client{Retry: time.Second}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		server.Add(after(503, time.Now().Add(5*time.Minute).UTC().Format(http.TimeFormat)))
		_, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		g := gaps(server)
		within := func(least time.Duration, got time.Duration) {
			t.Helper()
			assert.GreaterOrEqual(t, got, least)
			assert.Less(t, got, least+time.Second/2)
		}
		within(90*time.Second, g[0])
		requireWait(t, 2*time.Second, g[1])
		within(sse.MaxRetryAfter, g[2])
		assert.Less(t, g[3], time.Minute, "the date has passed by now")
	}, after(429, "90"), after(500, "1"), after(503, "99999999"))
}

// A date is compared with the answer's own, if there is one.
func TestStreamHonoursARetryAfterDate(t *testing.T) {
	follow(t, sse.Client{Retry: time.Second}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		now := time.Now().UTC()
		server.Add(
			ssetest.Script{ssetest.Status(503), ssetest.Header("Retry-After", now.Add(5*time.Minute).Format(http.TimeFormat))},
			ssetest.Script{
				ssetest.Status(503), ssetest.Header("Date", now.Add(-time.Hour).Format(http.TimeFormat)),
				ssetest.Header("Retry-After", now.Add(-time.Hour+time.Minute).Format(http.TimeFormat)),
			},
		)
		_, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		g := gaps(server)
		assert.InDelta(t, 5*time.Minute, g[0], float64(time.Second))
		assert.InDelta(t, time.Minute, g[1], float64(time.Second), "by the server's own clock")
	})
}

// Attempts in a row that fail are counted, and the last error is told.
func TestStreamMaxAttempts(t *testing.T) {
	follow(t, sse.Client{MaxAttempts: 3}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		_, err := eventsOf(t, s.Events(t.Context()))
		require.ErrorIs(t, err, sse.ErrMaxAttempts)
		e, ok := errors.AsType[*sse.StatusError](err)
		require.True(t, ok)
		assert.Equal(t, 503, e.StatusCode)
		assert.ErrorContains(t, err, "(3)")
		assert.Len(t, server.Requests(), 6)
		assert.Equal(t, sse.Closed, s.State())
	}, status(503), status(503), send("data: x\n\n"), ssetest.Script{ssetest.Break()}, status(503), status(503), send("data: y\n\n"))

	follow(t, sse.Client{MaxAttempts: 1}, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		_, err := eventsOf(t, s.Events(t.Context()))
		require.ErrorIs(t, err, sse.ErrMaxAttempts)
		assert.ErrorContains(t, err, "the server ended the stream")
	}, send())
}

// Silence ends an attempt, before the answer and within the stream. Any octet
// is life: a comment, half a line, an unknown field.
func TestStreamIdleTimeout(t *testing.T) {
	var lost []error
	c := sse.Client{
		Retry: time.Second, IdleTimeout: time.Minute,
		Observer: sse.Observer{Lost: func(err error) { lost = append(lost, err) }},
	}
	follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x y", dataOf(events))
		assert.Equal(t, []string{"-", "-", "1", "1", "1"}, sentIDs(server))
		g := gaps(server)
		requireWait(t, time.Second, g[0]-time.Minute)
		requireWait(t, time.Second, g[1]-5*50*time.Second-time.Minute)
		requireWait(t, time.Second, g[2]-59*time.Second-time.Minute)
		require.Len(t, lost, 4)
		for _, err := range lost[:3] {
			require.ErrorIs(t, err, sse.ErrIdleTimeout)
		}
	},
		ssetest.Script{ssetest.Hold()},
		ssetest.Script{
			ssetest.Send(), ssetest.Pause(50 * time.Second), ssetest.Send(":\n"), ssetest.Pause(50 * time.Second),
			ssetest.Send(": comm"), ssetest.Pause(50 * time.Second), ssetest.Send("ent\nx"), ssetest.Pause(50 * time.Second),
			ssetest.Send(": y\nid: 1\ndata: x\n\n"), ssetest.Pause(50 * time.Second), ssetest.Send("data: cut"), ssetest.Hold(),
		},
		ssetest.Script{ssetest.Pause(59 * time.Second), ssetest.Send(), ssetest.Pause(time.Minute), ssetest.Pause(time.Hour)},
		send("data: y\n\n"),
	)
}

// What the loop does with an event, or an Observer with an answer, is not the
// server's silence.
func TestStreamIdleTimeoutDoesNotCountTheLoop(t *testing.T) {
	c := sse.Client{IdleTimeout: time.Minute, Observer: sse.Observer{Open: func(*http.Response) { pass(time.Hour) }}}
	follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		count := 0
		for _, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			count++
			pass(time.Hour)
		}
		assert.Equal(t, 2, count)
		assert.Len(t, server.Requests(), 2)
	}, ssetest.Script{ssetest.Send("data: x\n\n"), ssetest.Pause(59 * time.Second), ssetest.Send("data: y\n\n")})
}

// Without an IdleTimeout silence is no reason to leave.
func TestStreamWithoutIdleTimeout(t *testing.T) {
	for _, idle := range []time.Duration{0, -1} {
		follow(t, sse.Client{IdleTimeout: idle}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
			events, err := eventsOf(t, s.Events(t.Context()))
			require.NoError(t, err)
			assert.Equal(t, "x", dataOf(events))
			assert.Len(t, server.Requests(), 2)
		}, ssetest.Script{ssetest.Pause(24 * time.Hour), ssetest.Send(), ssetest.Pause(24 * time.Hour), ssetest.Send("data: x\n\n")})
	}
}

// pass lets time pass in a bubble.
func pass(d time.Duration) { <-time.After(d) }
