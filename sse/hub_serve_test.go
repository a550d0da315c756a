package sse_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// viewer is a client of a hub.
type viewer struct {
	*ssetest.Recorder
	err   error         // of Serve, after ended
	ended chan struct{} // closed when Serve has returned
	leave context.CancelFunc
}

// view opens a stream, in a bubble. init may change the Recorder before.
func view(t *testing.T, h *sse.Hub, lastEventID string, init func(*ssetest.Recorder), topics ...string) *viewer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx)
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	v := &viewer{Recorder: &ssetest.Recorder{}, ended: make(chan struct{}), leave: cancel}
	if init != nil {
		init(v.Recorder)
	}
	go func() {
		defer close(v.ended)
		v.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			v.err = h.Serve(w, r, topics...)
		}), req)
	}()
	synctest.Wait()
	return v
}

// end waits until the stream has ended and gives its error.
func (v *viewer) end() error {
	v.leave()
	<-v.ended
	return v.err
}

// data gives the data of the events received.
func (v *viewer) data() (data []string) {
	for _, e := range v.Events() {
		data = append(data, e.Data)
	}
	return data
}

// Each event is flushed when it is published, as the octets that all share.
//
//req:test SSE-9.2.5-05
func TestHubServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{}
		a, b := view(t, h, "", nil, "news"), view(t, h, "", nil, "news", "sport")
		assert.Equal(t, 2, h.Len())
		begin := strings.TrimSuffix(a.Body(), "\n\n")
		assert.Regexp(t, "^id: [0-9a-f]{12}-0$", begin, "who is cut off before the first event can resume, too")
		one := publish(t, h, "news", "one")
		synctest.Wait()
		two := publish(t, h, "sport", "two\nlines")
		synctest.Wait()
		first := "id: " + one + "\ndata: one\n\n"
		assert.Equal(t, []string{"", begin + "\n\n", first}, a.Flushed())
		assert.Equal(t, []string{"", begin + "\n\n", first, "id: " + two + "\ndata: two\ndata: lines\n\n"}, b.Flushed())
		assert.Empty(t, a.Unflushed())
		assert.Equal(t, http.StatusOK, a.Status())
		assert.Equal(t, sse.ContentType, a.Sent().Get("Content-Type"))
		require.ErrorIs(t, a.end(), sse.ErrGone)
		require.ErrorIs(t, b.end(), sse.ErrGone)
		assert.Equal(t, 0, h.Len())
		assert.Empty(t, a.Late())
	})
}

// One stream has many topics, so that a browser needs one connection.
//
//req:test SSE-9.2.7-03
func TestOneStreamForManyTopics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{}
		v := view(t, h, "", nil, "a", "b", "c", "a")
		for _, topic := range []string{"a", "b", "c", "d", "a"} {
			publish(t, h, topic, topic)
		}
		synctest.Wait()
		assert.Equal(t, []string{"a", "b", "c", "a"}, v.data())
		require.ErrorIs(t, v.end(), sse.ErrGone)
	})
}

func TestS11_ResumeOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Stream: sse.Options{LastEventIDParam: "after"}}
		v := view(t, h, "", nil, "a")
		publish(t, h, "a", "0")
		synctest.Wait()
		require.ErrorIs(t, v.end(), sse.ErrGone)
		var want []string
		for i := range 700 {
			publish(t, h, "a", fmt.Sprint(i))
			publish(t, h, "b", "not asked for")
			want = append(want, fmt.Sprint(i))
		}
		v = view(t, h, v.Events()[0].LastEventID, nil, "a")
		assert.Equal(t, want, v.data())
		assert.NotContains(t, v.Body(), "event:")
		assert.Less(t, len(v.Flushed()), 10, "what waits goes in large pieces")
		publish(t, h, "a", "live")
		synctest.Wait()
		assert.Equal(t, append(want, "live"), v.data())
		require.ErrorIs(t, v.end(), sse.ErrGone)

		rec := &ssetest.Recorder{}
		last := v.Events()[699].LastEventID
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			rec.Serve(h.Handler(allow("a")), httptest.NewRequest(http.MethodGet, "/?after="+last, nil).WithContext(ctx))
		}()
		synctest.Wait()
		assert.Equal(t, "live", rec.Events()[0].Data)
		cancel()
		<-done
	})
}

func allow(topics ...string) func(*http.Request) ([]string, error) {
	return func(*http.Request) ([]string, error) { return topics, nil }
}

// A client whose ID is of no use is told so, and where the stream goes on.
func TestS11_TheGapIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Store: &sse.Ring{Events: 3}}
		first := publish(t, h, "a", "0")
		last := ""
		for range 5 {
			last = publish(t, h, "a", "1")
		}
		odd := "<script>\"é\u2028" + strings.Repeat("é", 100)
		for id, want := range map[string]string{
			first:            `{"after":"` + first + `","reason":"evicted"}`,
			"0123456789ab-7": `{"after":"0123456789ab-7","reason":"epoch"}`,
			"41":             `{"after":"41","reason":"malformed"}`,
			last + "0":       `{"after":"` + last + `0","reason":"future"}`,
			odd:              `{"after":"\u003cscript\u003e\"é\u2028` + strings.Repeat("é", 57) + `","reason":"malformed"}`,
		} {
			v := view(t, h, id, nil, "a")
			require.Len(t, v.Events(), 1)
			assert.Equal(t, ssetest.Event{Type: sse.GapType, Data: want, LastEventID: last}, v.Events()[0])
			last = publish(t, h, "a", "live")
			synctest.Wait()
			assert.Equal(t, ssetest.Event{Type: "message", Data: "live", LastEventID: last}, v.Events()[1])
			require.ErrorIs(t, v.end(), sse.ErrGone)
		}
		v := view(t, h, last, nil, "a")
		assert.Equal(t, ":\n", v.Body(), "nothing is missing; the comment opens it")
		require.ErrorIs(t, v.end(), sse.ErrGone)
	})
}

// A client that takes its replay so slowly that the Store turns over has its gap
// told in the same stream.
func TestS11_TheGapInAReplayIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Store: &sse.Ring{Events: 100}, QueueMessages: 10}
		begin := cursor(t, h)
		for i := range 100 {
			publish(t, h, "a", fmt.Sprint(i))
		}
		v := view(t, h, begin, func(rec *ssetest.Recorder) { rec.StallAt(50) }, "a")
		for i := range 200 {
			publish(t, h, "a", fmt.Sprint(i))
		}
		v.StallAt(-1)
		synctest.Wait()
		events := v.Events()
		gap := events[len(events)-1]
		assert.Len(t, events, 11)
		assert.Equal(t, sse.GapType, gap.Type)
		assert.JSONEq(t, `{"after":"`+events[9].LastEventID+`","reason":"evicted"}`, gap.Data)
		id := publish(t, h, "a", "live")
		synctest.Wait()
		assert.Equal(t, ssetest.Event{Type: "message", Data: "live", LastEventID: id}, v.Events()[11])
		require.ErrorIs(t, v.end(), sse.ErrGone)
	})
}

// What an Overflow policy has dropped is told at the place where it is missing,
// and after a while if nothing follows.
func TestDroppedIsTold(t *testing.T) {
	for _, policy := range []sse.Overflow{sse.DropOldest, sse.DropNewest, sse.Coalesce} {
		t.Run(policy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &sse.Hub{QueueMessages: 2, Overflow: policy, Stream: sse.Options{WriteTimeout: time.Hour, Heartbeat: -1}}
				v := view(t, h, "", nil, "a")
				begin := cursor(t, h)
				v.StallAt(len(v.Body()))
				for i := range 10 {
					publish(t, h, "a", fmt.Sprint(i))
					synctest.Wait()
				}
				v.StallAt(-1)
				synctest.Wait()
				first := `{"after":"` + v.Events()[0].LastEventID + `","reason":"dropped"}`
				require.NotEqual(t, begin, v.Events()[0].LastEventID)
				if policy != sse.DropNewest {
					assert.Equal(t, []string{"0", first, "8", "9"}, v.data())
					require.ErrorIs(t, v.end(), sse.ErrGone)
					return
				}
				assert.Equal(t, []string{"0", "1", "2"}, v.data())
				<-time.After(sse.DefaultCursorInterval)
				synctest.Wait()
				assert.JSONEq(t, `{"after":"`+v.Events()[2].LastEventID+`","reason":"dropped"}`, v.Events()[3].Data)
				assert.Equal(t, cursor(t, h), v.Events()[3].LastEventID)
				publish(t, h, "a", "live")
				synctest.Wait()
				assert.Equal(t, "live", v.Events()[4].Data)
				require.ErrorIs(t, v.end(), sse.ErrGone)
			})
		})
	}
}

// A client of quiet topics is told how far the hub has come, so that it does not
// come back with an ID whose successors are long gone.
func TestQuietStreamsCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{Stream: sse.Options{Heartbeat: -1}}
		v := view(t, h, "", nil, "quiet")
		begin := v.Body()
		<-time.After(sse.DefaultCursorInterval)
		synctest.Wait()
		assert.Equal(t, begin, v.Body(), "there is nothing to tell")
		publish(t, h, "busy", "1")
		last := publish(t, h, "busy", "2")
		synctest.Wait()
		assert.Equal(t, begin, v.Body())
		<-time.After(sse.DefaultCursorInterval)
		synctest.Wait()
		assert.Equal(t, begin+"id: "+last+"\n\n", v.Body())
		<-time.After(10 * sse.DefaultCursorInterval)
		synctest.Wait()
		assert.Equal(t, begin+"id: "+last+"\n\n", v.Body())
		assert.Empty(t, v.Events())
		require.ErrorIs(t, v.end(), sse.ErrGone)
	})
}

// For clients that can't take an ID without an event, there is none: neither at
// the beginning, nor while it is quiet, nor at the end.
func TestNoIDWithoutAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{CursorInterval: -1, Spread: -1, Stream: sse.Options{Heartbeat: -1}}
		v := view(t, h, "", nil, "quiet")
		publish(t, h, "busy", "1")
		<-time.After(10 * sse.DefaultCursorInterval)
		synctest.Wait()
		assert.Equal(t, ":\n", v.Body())
		id := publish(t, h, "quiet", "2")
		publish(t, h, "busy", "3")
		synctest.Wait()
		require.NoError(t, h.Shutdown(t.Context()))
		assert.Equal(t, ":\nid: "+id+"\ndata: 2\n\n", v.Body())
		require.ErrorIs(t, v.end(), sse.ErrHubClosed)
	})
}

// A stalled client costs its queue and no more, and is cut off by the write
// deadline; the others get every event at once; publishing takes no time.
func TestS9_StalledClient(t *testing.T) {
	for _, policy := range []sse.Overflow{sse.Disconnect, sse.DropOldest, sse.DropNewest, sse.Coalesce} {
		t.Run(policy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &sse.Hub{Overflow: policy, Store: &sse.Ring{Events: 10}}
				stalled := view(t, h, "", func(rec *ssetest.Recorder) { rec.StallAt(60) }, "a")
				live := view(t, h, "", nil, "a")
				start := time.Now()
				const n = 10_000
				for i := range n {
					publish(t, h, "a", fmt.Sprint(i))
					if i%50 == 0 {
						synctest.Wait()
					}
				}
				synctest.Wait()
				assert.Zero(t, time.Since(start))
				require.Len(t, live.Events(), n)
				assert.Equal(t, fmt.Sprint(n-1), live.Events()[n-1].Data)
				<-stalled.ended
				require.ErrorIs(t, stalled.err, sse.ErrWriteTimeout)
				assert.Equal(t, sse.DefaultWriteTimeout, time.Since(start))
				assert.Equal(t, 1, h.Len())
				assert.Less(t, len(stalled.Body()), 100)
				require.ErrorIs(t, live.end(), sse.ErrGone)
			})
		})
	}
}

// Under Disconnect a client that is too slow, and takes something at last, is
// ended; it comes back with its ID and has missed nothing.
func TestOverflowDisconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{QueueMessages: 4}
		v := view(t, h, "", nil, "a")
		v.StallAt(len(v.Body()))
		for i := range 20 {
			publish(t, h, "a", fmt.Sprint(i))
			synctest.Wait()
		}
		v.StallAt(-1)
		<-v.ended
		require.ErrorIs(t, v.err, sse.ErrOverflow)
		assert.Equal(t, []string{"0"}, v.data())
		v = view(t, h, v.Events()[0].LastEventID, nil, "a")
		require.Len(t, v.Events(), 19)
		assert.Equal(t, "19", v.Events()[18].Data)
		require.ErrorIs(t, v.end(), sse.ErrGone)
	})
}

type teapot struct{}

func (teapot) Error() string   { return "secret" }
func (teapot) StatusCode() int { return http.StatusTeapot }

// Who may read what is decided before anything is replayed, and the reason stays
// here.
func TestS11_Authorization(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		h := &sse.Hub{Stream: sse.Options{Origins: []string{"https://example.com"}, Logger: slog.New(slog.NewTextHandler(&log, nil))}}
		begin := cursor(t, h)
		publish(t, h, "secret", "not for you")
		for status, err := range map[int]error{
			http.StatusForbidden:          errors.New("secret"),
			http.StatusUnauthorized:       fmt.Errorf("secret: %w", &sse.HTTPError{Status: http.StatusUnauthorized, Err: errors.New("secret")}),
			http.StatusTeapot:             teapot{},
			http.StatusServiceUnavailable: &sse.HTTPError{Status: http.StatusServiceUnavailable},
		} {
			rec := &ssetest.Recorder{}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Last-Event-ID", begin)
			r.Header.Set("Origin", "https://example.com")
			rec.Serve(h.Handler(func(*http.Request) ([]string, error) { return []string{"secret"}, err }), r)
			assert.Equal(t, status, rec.Status())
			assert.Equal(t, http.StatusText(status)+"\n", rec.Body())
			assert.Equal(t, "https://example.com", rec.Sent().Get("Access-Control-Allow-Origin"), "its page may read that")
		}
		assert.Contains(t, log.String(), "secret")
		for _, authorize := range []func(*http.Request) ([]string, error){
			allow(),
			func(*http.Request) ([]string, error) { return nil, &sse.HTTPError{Status: 200} },
		} {
			rec := &ssetest.Recorder{}
			rec.Serve(h.Handler(authorize), httptest.NewRequest(http.MethodGet, "/", nil))
			assert.Equal(t, http.StatusForbidden, rec.Status())
		}
		never := h.Handler(func(*http.Request) ([]string, error) {
			t.Error("asked for a request without a stream")
			return nil, nil
		})
		rec := &ssetest.Recorder{}
		preflight := httptest.NewRequest(http.MethodOptions, "/", nil)
		preflight.Header.Set("Origin", "https://example.com")
		preflight.Header.Set("Access-Control-Request-Method", http.MethodGet)
		rec.Serve(never, preflight)
		assert.Equal(t, http.StatusNoContent, rec.Status())
		rec = &ssetest.Recorder{}
		rec.Serve(never, httptest.NewRequest(http.MethodPut, "/", nil))
		assert.Equal(t, http.StatusMethodNotAllowed, rec.Status())

		v := view(t, h, begin, nil, "open")
		assert.Equal(t, ":\n", v.Body())
		require.ErrorIs(t, v.end(), sse.ErrGone)
	})
}

func TestHubServeMisuse(t *testing.T) {
	for _, h := range []*sse.Hub{
		{Overflow: 9},
		{Stream: sse.Options{Origins: []string{"*"}}},
		{Farewell: sse.Message{Type: "a\n"}},
	} {
		rec := httptest.NewRecorder()
		err := h.Serve(rec, httptest.NewRequest(http.MethodGet, "/", nil), "a")
		var refused *sse.RefusedError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, http.StatusInternalServerError, rec.Code)
		assert.Contains(t, err.Error(), "the hub's")
		require.ErrorContains(t, h.Check(), "the hub's")
		assert.NotContains(t, rec.Body.String(), "hub's")
		rec = httptest.NewRecorder()
		h.Stream.Logger = slog.New(slog.DiscardHandler)
		h.Handler(allow("a")).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
		assert.Equal(t, http.StatusInternalServerError, rec.Code)
	}
	h := &sse.Hub{Stream: sse.Options{Logger: slog.New(slog.DiscardHandler)}}
	require.NoError(t, h.Check())
	for _, topics := range [][]string{nil, {""}, {"a", ""}} {
		rec := httptest.NewRecorder()
		require.ErrorIs(t, h.Serve(rec, httptest.NewRequest(http.MethodGet, "/", nil), topics...), sse.ErrTopic)
		assert.Equal(t, http.StatusInternalServerError, rec.Code)
	}
	for _, handler := range []http.Handler{h.Handler(nil), h.Handler(allow("a", ""))} {
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
		assert.Equal(t, http.StatusInternalServerError, rec.Code, "no stream that ends at once, for which a client would come again and again")
	}
	rec := httptest.NewRecorder()
	require.NoError(t, (&sse.Hub{}).Serve(rec, httptest.NewRequest(http.MethodHead, "/", nil), "a"))
}

// A Store that fails ends the stream; the client comes back.
func TestServeWithABrokenStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &failing{foreign: foreign{&sse.Ring{}}}
		var log strings.Builder
		h := &sse.Hub{Store: store, Stream: sse.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
		id := publish(t, h, "a", "0")
		publish(t, h, "a", "1")
		store.broken.Store(true)
		v := view(t, h, id, nil, "a")
		<-v.ended
		require.ErrorIs(t, v.err, errStore)
		assert.Equal(t, http.StatusOK, v.Status())
		assert.Contains(t, log.String(), "level=ERROR")
		assert.Equal(t, 0, h.Len())
	})
}

// Options.Stop ends the streams of a hub as it ends others.
func TestHubStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		h := &sse.Hub{Stream: sse.Options{Stop: stop}}
		v := view(t, h, "", nil, "a")
		close(stop)
		<-v.ended
		require.ErrorIs(t, v.err, sse.ErrStopped)
	})
}
