package sse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
	"longwire.example/ws/wstest" //nolint:depguard // connections in memory, for tests alone
)

// A hundred streams over HTTP, one of them stalled, end one after the other with
// a farewell each and with reconnection times that are spread; then the server
// is down at once.
func TestS13_ShutdownOfAHundredStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const streams = 100
		h := &sse.Hub{Farewell: sse.Message{Type: "bye", Data: "see you"}, Spread: 20 * time.Second}
		l := wstest.NewListener(wstest.PipeOptions{Size: 4 << 10})
		srv := &http.Server{
			Handler:           h.Handler(allow("a")),
			ReadHeaderTimeout: time.Second,
			ErrorLog:          log.New(io.Discard, "", 0),
		}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()

		client := &http.Client{Transport: &http.Transport{DialContext: l.Dial, DisableKeepAlives: true}}
		type ending struct {
			at     time.Duration
			retry  time.Duration
			events []sse.Event
			err    error
		}
		var mu sync.Mutex
		var endings []ending
		var wg sync.WaitGroup
		start := time.Now()
		for range streams {
			wg.Go(func() {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://example.com/", nil)
				assert.NoError(t, err)
				resp, err := client.Do(req)
				if !assert.NoError(t, err) {
					return
				}
				defer resp.Body.Close()
				var e ending
				for event, err := range sse.Read(resp.Body, &sse.ReadOptions{OnRetry: func(d time.Duration) { e.retry = d }}) {
					if e.err = err; err == nil {
						e.events = append(e.events, event)
					}
				}
				e.at = time.Since(start)
				mu.Lock()
				defer mu.Unlock()
				endings = append(endings, e)
			})
		}
		stalled, err := l.Dial(t.Context(), "", "")
		require.NoError(t, err)
		_, err = stalled.Write([]byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"))
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, streams+1, h.Len())
		last := ""
		for range 50 {
			last, err = h.Publish(t.Context(), "a", sse.Message{Data: fmt.Sprintf("%01000d", 1)})
			require.NoError(t, err)
		}
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, h.Shutdown(ctx))
		took := time.Since(start)
		assert.LessOrEqual(t, took, 20*time.Second)
		wg.Wait()
		assert.Equal(t, 0, h.Len())
		synctest.Wait() // net/http has seen the last connection go, and need not look again
		require.NoError(t, srv.Shutdown(ctx))
		assert.Equal(t, took, time.Since(start), "http.Server.Shutdown has nothing to wait for")
		require.ErrorIs(t, <-served, http.ErrServerClosed)

		require.Len(t, endings, streams)
		retries := map[time.Duration]bool{}
		for i, e := range endings {
			require.NoError(t, e.err)
			require.Len(t, e.events, 51)
			assert.Equal(t, sse.Event{Type: "bye", Data: "see you", LastEventID: last}, e.events[50])
			assert.InDelta(t, time.Duration(i)*20*time.Second/(streams+1), e.at, float64(time.Second))
			assert.Positive(t, e.retry)
			assert.LessOrEqual(t, e.retry, 20*time.Second)
			retries[e.retry.Truncate(time.Second)] = true
		}
		assert.GreaterOrEqual(t, len(retries), 20, "they come back at many moments")
		stalled.Close()
		synctest.Wait()
	})
}

// When ctx ends, what is left is cut off, in the middle of a write if need be.
func TestS13_ShutdownCutsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Stream: sse.Options{WriteTimeout: -1}}
		good := view(t, h, "", nil, "a")
		stalled := view(t, h, "", func(rec *ssetest.Recorder) { rec.StallAt(40) }, "a")
		headers := view(t, h, "", func(rec *ssetest.Recorder) { rec.StallAt(0) }, "a")
		sub := subscribe(t, h, "", "a")
		publish(t, h, "a", "x")
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		require.ErrorIs(t, h.Shutdown(ctx), context.DeadlineExceeded)
		assert.Equal(t, 6*time.Second, time.Since(start))
		<-good.ended
		require.ErrorIs(t, good.err, sse.ErrHubClosed)
		for _, v := range []*viewer{stalled, headers} {
			<-v.ended
			require.Error(t, v.err)
			assert.Empty(t, v.Late())
		}
		_, err := sub.Next(t.Context())
		require.ErrorIs(t, err, sse.ErrHubClosed)
		assert.Equal(t, 6*time.Second, time.Since(start))
		require.NoError(t, h.Shutdown(t.Context()), "everybody has gone")
	})
}

// A context that has ended already cuts everything off at once.
func TestS13_ShutdownAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{}
		var viewers []*viewer
		for range 10 {
			viewers = append(viewers, view(t, h, "", nil, "a"))
		}
		start := time.Now()
		ctx, cancel := context.WithCancelCause(t.Context())
		now := errors.New("now")
		cancel(now)
		require.ErrorIs(t, h.Shutdown(ctx), now)
		for _, v := range viewers {
			<-v.ended
			require.ErrorIs(t, v.err, sse.ErrHubClosed)
		}
		assert.Zero(t, time.Since(start))
	})
}

func TestShutdownWithoutSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Spread: -1}
		var viewers []*viewer
		for range 10 {
			viewers = append(viewers, view(t, h, "", nil, "a"))
		}
		start := time.Now()
		require.NoError(t, h.Shutdown(t.Context()))
		assert.Zero(t, time.Since(start))
		for _, v := range viewers {
			assert.NotContains(t, v.Body(), "retry")
			assert.Empty(t, v.Events())
		}
	})
}

// Subscribers get what is in their queues before they end, and a cursor from
// which nothing is missing.
func TestShutdownOfSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Spread: -1, QueueMessages: 3, Store: &sse.Ring{}}
		begin := cursor(t, h)
		for i := range 10 {
			publish(t, h, "a", fmt.Sprint(i))
		}
		live, replaying, closed := subscribe(t, h, "", "a", "b"), subscribe(t, h, begin, "a"), subscribe(t, h, "", "a")
		publish(t, h, "a", "10")
		down := make(chan error)
		go func() { down <- h.Shutdown(t.Context()) }()
		synctest.Wait()
		_, err := h.Subscribe(sse.SubscribeOptions{Topics: []string{"a"}})
		require.ErrorIs(t, err, sse.ErrHubClosed)
		late := publish(t, h, "a", "11")
		assert.Equal(t, []string{"10"}, next(t, live, 1))
		_, err = live.Next(t.Context())
		require.ErrorIs(t, err, sse.ErrHubClosed)
		assert.Equal(t, []string{"0", "1", "2"}, next(t, replaying, 3))
		_, err = replaying.Next(t.Context())
		require.ErrorIs(t, err, sse.ErrHubClosed)
		closed.Close()
		require.NoError(t, <-down)

		// The Store outlives the hub.
		for s, want := range map[*sse.Subscription]int{live: 1, replaying: 9} {
			var got []string
			for p, err := range h.Store.After(t.Context(), sse.Range{After: s.Cursor(), Until: late, Topics: []string{"a"}}) {
				require.NoError(t, err)
				got = append(got, p.ID)
			}
			assert.Len(t, got, want)
		}
	})
}

// Clients that come while the hub goes down are told when to come again, and
// requests for no stream are answered as always.
func TestShutdownRefuses(t *testing.T) {
	h := &sse.Hub{Spread: 2500 * time.Millisecond, Stream: sse.Options{Origins: []string{"https://example.com"}}}
	require.NoError(t, h.Shutdown(t.Context()))
	for _, method := range []string{http.MethodGet, http.MethodOptions, http.MethodPut} {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest(method, "/", nil)
		r.Header.Set("Origin", "https://example.com")
		r.Header.Set("Access-Control-Request-Method", http.MethodGet)
		err := h.Serve(rec, r, "a")
		switch method {
		case http.MethodGet:
			var refused *sse.RefusedError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, http.StatusServiceUnavailable, rec.Code)
			assert.Equal(t, "3", rec.Header().Get("Retry-After"))
			assert.Equal(t, "https://example.com", rec.Header().Get("Access-Control-Allow-Origin"))
		case http.MethodOptions:
			require.NoError(t, err)
			assert.Equal(t, http.StatusNoContent, rec.Code)
		default:
			require.Error(t, err)
			assert.Equal(t, http.StatusMethodNotAllowed, rec.Code)
		}
	}
}

// Streams come and go while Shutdown is called: nobody is forgotten.
func TestS13_ShutdownAmidComingAndGoing(t *testing.T) {
	h := &sse.Hub{Spread: time.Millisecond}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := &http.Server{Handler: h.Handler(allow("a")), ReadHeaderTimeout: time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	var wg sync.WaitGroup
	open := make(chan struct{}, 200)
	for range 8 {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for {
				resp, err := client.Get("http://" + l.Addr().String())
				if err != nil || resp.StatusCode == http.StatusServiceUnavailable {
					if err == nil {
						resp.Body.Close()
					}
					return
				}
				select {
				case open <- struct{}{}:
				default:
				}
				buf := make([]byte, 10)
				_, _ = io.ReadFull(resp.Body, buf)
				resp.Body.Close()
			}
		})
	}
	for range 50 {
		<-open
		publish(t, h, "a", "x")
	}
	require.NoError(t, h.Shutdown(t.Context()))
	wg.Wait()
	require.NoError(t, srv.Shutdown(t.Context()))
	require.ErrorIs(t, <-served, http.ErrServerClosed)
	assert.Equal(t, 0, h.Len())
}
