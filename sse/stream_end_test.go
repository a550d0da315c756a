package sse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

var errLeaving = errors.New("leaving")

// Close ends a loop silently wherever it is: in an attempt that hangs, in a
// wait, in a stream that is silent.
//
//req:test SSE-9.2.2-14 SSE-9.2.3-05
func TestStreamCloseFromAnotherGoroutine(t *testing.T) {
	for name, scripts := range map[string][]ssetest.Script{
		"no answer":  {{ssetest.Hold()}},
		"error body": {{ssetest.Status(503), ssetest.Send("so"), ssetest.Hold()}},
		"wait":       {status(503)},
		"silence":    {{ssetest.Send("data: x\n\n"), ssetest.Hold()}},
	} {
		t.Run(name, func(t *testing.T) {
			follow(t, sse.Client{Retry: time.Hour}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
				start := time.Now()
				time.AfterFunc(time.Second, func() {
					assert.NoError(t, s.Close())
					assert.Equal(t, sse.Closed, s.State())
				})
				_, err := eventsOf(t, s.Events(t.Context()))
				require.NoError(t, err)
				assert.Equal(t, time.Second, time.Since(start))
				assert.Len(t, server.Requests(), 1)
				_, err = eventsOf(t, s.Events(t.Context()))
				require.NoError(t, err, "silent later on as well")
				assert.Len(t, server.Requests(), 1)
			}, scripts...)
		})
	}
}

// No event is given after Close, although it has come.
//
//req:test SSE-9.2.6-22
func TestStreamCloseInTheLoop(t *testing.T) {
	follow(t, sse.Client{}, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		count := 0
		for e, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			assert.Equal(t, "1", e.LastEventID)
			count++
			require.NoError(t, s.Close())
		}
		assert.Equal(t, 1, count)
		assert.Equal(t, "1", s.LastEventID(), "the second was not given")
	}, send("id: 1\ndata: x\n\nid: 2\ndata: y\n\n"))
}

func TestStreamClosedBeforeItsLoop(t *testing.T) {
	follow(t, sse.Client{}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		require.NoError(t, s.Close())
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Empty(t, events)
		assert.Empty(t, server.Requests())
	}, send("data: x\n\n"))
}

// After break the stream is as it was, and the next loop goes on after the
// last event that was given, at once: what had come beyond it comes again.
func TestStreamGoesOnAfterBreak(t *testing.T) {
	follow(t, sse.Client{}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		for e, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			assert.Equal(t, "x", e.Data)
			assert.Equal(t, sse.Open, s.State())
			break
		}
		assert.Equal(t, sse.Connecting, s.State())
		assert.Zero(t, server.Open(), "no connection without a loop")
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "y", dataOf(events))
		assert.Equal(t, []string{"-", "1", "2"}, sentIDs(server))
		assert.Zero(t, gaps(server)[0])
	}, send("id: 1\ndata: x\n\nid: 2\ndata: y\n\n"), send("id: 2\ndata: y\n\n"))
}

// An attempt that failed before the one that brought the event does not count.
func TestStreamGoesOnAtOnceAfterAnEvent(t *testing.T) {
	follow(t, sse.Client{MaxAttempts: 2}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		for i := range 3 {
			events := 0
			for _, err := range s.Events(t.Context()) {
				require.NoError(t, err, "loop %d", i)
				events++
				break
			}
			assert.Equal(t, 1, events)
		}
		g := gaps(server)
		assert.Zero(t, g[1])
		assert.Zero(t, g[3])
	}, status(503), send("data: x\n\n"), status(503), send("data: x\n\n"), status(503), send("data: x\n\n"))
}

// A panic in the loop leaves nothing behind either, and the next loop connects
// at once.
func TestStreamGoesOnAfterAPanic(t *testing.T) {
	follow(t, sse.Client{Retry: time.Hour}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		assert.PanicsWithValue(t, "oh", func() {
			for e, err := range s.Events(t.Context()) {
				assert.NoError(t, err)
				assert.Equal(t, "x", e.Data)
				panic("oh")
			}
		})
		assert.Zero(t, server.Open())
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "y", dataOf(events))
		assert.Zero(t, gaps(server)[1])
	}, status(503), send("data: x\n\n"), send("data: y\n\n"))
}

// The end of the loop's context is the last pair, wherever the loop is, and the
// stream can go on. What was left of a wait is waited for then: who loops with
// short times does not hammer the server.
func TestStreamGoesOnAfterItsContext(t *testing.T) {
	follow(t, sse.Client{Retry: time.Hour}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		start := time.Now()
		for i, wantOpen := range []bool{false, true, false} {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errLeaving)
			_, err := eventsOf(t, s.Events(ctx))
			cancel()
			require.ErrorIs(t, err, errLeaving)
			assert.Equal(t, time.Duration(i+1)*time.Minute, time.Since(start))
			assert.Equal(t, sse.Connecting, s.State())
			assert.Equal(t, wantOpen, s.LastEventID() != "" && i == 1)
		}
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "y", dataOf(events))
		assert.Equal(t, []string{"-", "-", "1", "1", "1"}, sentIDs(server))
		g := gaps(server)
		assert.Equal(t, time.Minute, g[0], "the one before had no answer")
		assert.Equal(t, time.Minute, g[1], "the one before brought something")
		requireWait(t, time.Hour, g[2])
		requireWait(t, time.Hour, g[3])
	},
		ssetest.Script{ssetest.Hold()},
		ssetest.Script{ssetest.Send("id: 1\ndata: x\n\n"), ssetest.Hold()},
		status(503),
		send("data: y\n\n"),
	)
}

// Loops that are all shorter than a wait get to its end together.
func TestStreamWaitsOverManyLoops(t *testing.T) {
	follow(t, sse.Client{Retry: time.Hour}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		for range 9 {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			_, err := eventsOf(t, s.Events(ctx))
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		require.Len(t, server.Requests(), 2)
		requireWait(t, time.Hour, gaps(server)[0])
	}, status(503), ssetest.Script{ssetest.Hold()})
}

// A context that has ended already connects to nobody, and events that have
// come are not given after its end.
func TestStreamGivesNothingAfterItsContext(t *testing.T) {
	follow(t, sse.Client{}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		events := 0
		var end error
		for _, err := range s.Events(ctx) {
			if end = err; err == nil {
				events++
				cancel(errLeaving)
			}
		}
		require.ErrorIs(t, end, errLeaving)
		assert.Equal(t, 1, events)
		assert.Equal(t, "1", s.LastEventID())
		_, err := eventsOf(t, s.Events(ctx))
		require.ErrorIs(t, err, errLeaving)
		assert.Len(t, server.Requests(), 1)
	}, send("id: 1\ndata: x\n\nid: 2\n\nid: 3\ndata: y\n\n"))
}

// The request's own context is that of the fetch: its end is the stream's.
//
//req:test SSE-9.2.2-06
func TestStreamFailsWithTheContextOfItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.NewServer(ssetest.Script{ssetest.Send("data: x\n\n"), ssetest.Hold()})
		ctx, cancel := context.WithCancelCause(t.Context())
		traced := 0
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) { traced++ }})
		c := sse.Client{HTTP: inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(r.Context()).GetConn("its values are there")
			return server.RoundTrip(r)
		}))}
		s := c.Stream(request(t, http.MethodGet, "http://example.com/", "").WithContext(ctx))
		time.AfterFunc(time.Hour, func() { cancel(errLeaving) })
		_, err := eventsOf(t, s.Events(t.Context()))
		require.ErrorIs(t, err, errLeaving)
		assert.Equal(t, sse.Closed, s.State())
		_, err = eventsOf(t, s.Events(t.Context()))
		require.ErrorIs(t, err, errLeaving)
		assert.Equal(t, 1, traced)
		assert.Zero(t, server.Open())
	})
}

// Restart gives up whatever is in progress and connects at once.
func TestStreamRestart(t *testing.T) {
	for name, script := range map[string]ssetest.Script{
		"no answer": {ssetest.Hold()},
		"wait":      {ssetest.Status(503), ssetest.Header("Retry-After", "3000")},
		"silence":   {ssetest.Send(), ssetest.Hold()},
	} {
		t.Run(name, func(t *testing.T) {
			var lost []error
			c := sse.Client{Retry: time.Hour, Observer: sse.Observer{Lost: func(err error) { lost = append(lost, err) }}}
			follow(t, c, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
				s.Restart() // no loop, so nothing to do
				time.AfterFunc(time.Second, s.Restart)
				events, err := eventsOf(t, s.Events(t.Context()))
				require.NoError(t, err)
				assert.Equal(t, "x", dataOf(events))
				g := gaps(server)
				assert.Equal(t, time.Second, g[0])
				requireWait(t, time.Hour, g[1])
				require.ErrorIs(t, lost[len(lost)-2], sse.ErrRestart)
				s.Restart() // Closed
				assert.Equal(t, sse.Closed, s.State())
			}, script, send("data: x\n\n"))
		})
	}
}

// The waits after a Restart begin anew, and without a loop it does nothing: what
// is left of a wait stays.
func TestStreamWaitsAfterARestart(t *testing.T) {
	follow(t, sse.Client{Retry: time.Hour, MaxRetry: -1}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		time.AfterFunc(6*time.Hour, s.Restart) // in the wait of at least 4 hours after the third
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Hour+time.Second)
		defer cancel()
		_, err := eventsOf(t, s.Events(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		s.Restart()
		_, err = eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		g := gaps(server)
		assert.Equal(t, 6*time.Hour, g[0]+g[1]+g[2])
		requireWait(t, time.Hour, g[3])
	}, status(500), status(500), status(500), status(500))
}

// An attempt that Restart cut short did not fail, and had no answer if it was
// still waited for.
func TestStreamRestartIsNoFailure(t *testing.T) {
	var seen []string
	c := sse.Client{Retry: time.Hour, MaxAttempts: 2, Decide: func(_ context.Context, a *sse.Attempt) error {
		seen = append(seen, fmt.Sprint(a.Failed, a.StatusCode))
		return nil
	}}
	follow(t, c, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		time.AfterFunc(time.Second, s.Restart)   // in the wait
		time.AfterFunc(2*time.Second, s.Restart) // before the answer
		time.AfterFunc(3*time.Second, s.Restart) // in the stream
		_, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, []string{"0 0", "1 503", "0 0", "0 0", "0 200"}, seen)
	}, status(503), ssetest.Script{ssetest.Hold()}, ssetest.Script{ssetest.Send(), ssetest.Hold()})
	seen, c.MaxAttempts = nil, 1
	follow(t, c, func(t *testing.T, _ *ssetest.Server, s *sse.Stream) {
		time.AfterFunc(time.Second, s.Restart)
		_, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
	}, ssetest.Script{ssetest.Hold()})
}

// Called in the loop, events that have come and were not given come again.
func TestStreamRestartInTheLoop(t *testing.T) {
	follow(t, sse.Client{MaxAttempts: 1}, func(t *testing.T, server *ssetest.Server, s *sse.Stream) {
		var got []sse.Event
		for e, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			if got = append(got, e); len(got) == 1 {
				s.Restart()
			}
		}
		assert.Equal(t, "x y", dataOf(got))
		assert.Equal(t, []string{"-", "1", "2"}, sentIDs(server))
		assert.Zero(t, gaps(server)[0])
	}, send("id: 1\ndata: x\n\nid: 2\ndata: never given\n\n"), send("id: 2\ndata: y\n\n"))
}
