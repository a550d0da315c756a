package sse_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// respond gives the response with these octets, and the body's record.
func respond(t *testing.T, ctx context.Context, stream io.Reader, o *sse.ReadOptions) (*sse.Response, *recordedBody) { //nolint:revive // t first, as everywhere
	t.Helper()
	c, body := answer(http.StatusOK, http.Header{"Content-Type": {"text/event-stream"}}, stream)
	resp, err := sse.Do(c, request(t, http.MethodGet, "http://example.test", "").WithContext(ctx), o)
	require.NoError(t, err)
	return resp, body
}

func TestEventsEndSilentlyAtTheEnd(t *testing.T) {
	resp, body := respond(t, t.Context(), strings.NewReader("retry: 250\nid: 1\ndata: 1\n\ndata: 2\n\nid: 3\n\n"), nil)
	_, ok := resp.Retry()
	assert.False(t, ok)
	events, err := eventsOf(t, resp.Events())
	require.NoError(t, err)
	assert.Equal(t, []sse.Event{{"message", "1", "1"}, {"message", "2", "1"}}, events)
	assert.Equal(t, 1, body.closed)
	assert.Equal(t, "3", resp.LastEventID())
	d, ok := resp.Retry()
	assert.True(t, ok)
	assert.Equal(t, 250*time.Millisecond, d)
	require.NoError(t, resp.Close())
	assert.Equal(t, 1, body.closed, "once is enough")
}

// Every way in which a stream can end early is the last pair, closes the body
// and keeps its identity.
func TestEventsEndWithAnError(t *testing.T) {
	cut := errors.New("cut")
	for name, c := range map[string]struct {
		stream string
		end    error
		check  func(err error) bool
	}{
		"inside an event": {"data: 1\n\ndata: 2\n", nil, func(err error) bool {
			_, ok := errors.AsType[*sse.IncompleteError](err)
			return ok
		}},
		"over the limit": {"data: 1\n\ndata: " + strings.Repeat("x", 100) + "\n\n", nil, func(err error) bool {
			_, ok := errors.AsType[*sse.LimitError](err)
			return ok
		}},
		"by the body":             {"data: 1\n\n", cut, func(err error) bool { return err == cut }}, //nolint:errorlint // unchanged
		"by the body in an event": {"data: 1\n\ndata: 2", io.ErrUnexpectedEOF, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
	} {
		t.Run(name, func(t *testing.T) {
			src := ssetest.Reader([]byte(c.stream))
			src.End = c.end
			resp, body := respond(t, t.Context(), src, &sse.ReadOptions{MaxEventBytes: 50})
			events, err := eventsOf(t, resp.Events())
			assert.Len(t, events, 1)
			assert.True(t, c.check(err), "%v", err)
			assert.Equal(t, 1, body.closed)
		})
	}
}

func TestEventsCloseTheBodyOnBreak(t *testing.T) {
	resp, body := respond(t, t.Context(), strings.NewReader("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n"), nil)
	for e, err := range resp.Events() {
		require.NoError(t, err)
		assert.Equal(t, "1", e.Data)
		assert.Zero(t, body.closed)
		break
	}
	assert.Equal(t, 1, body.closed)
	assert.Equal(t, "1", resp.LastEventID(), "that of the last event that was given")
}

// The context that was made for the request does not outlive the stream: the
// caller's may be the program's.
func TestEventsEndTheContextOfTheRequest(t *testing.T) {
	for name, end := range map[string]func(r *sse.Response){
		"end":   func(r *sse.Response) { _, _ = eventsOf(t, r.Events()) },
		"Close": func(r *sse.Response) { _ = r.Close() },
	} {
		var sent context.Context
		server := ssetest.NewServer(send("data: x\n\n"))
		resp, err := sse.Do(inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
			sent = r.Context()
			return server.RoundTrip(r)
		})), request(t, http.MethodGet, "http://example.com/", ""), nil)
		require.NoError(t, err)
		require.NoError(t, sent.Err())
		end(resp)
		require.Error(t, sent.Err(), name)
	}
}

func TestEventsCloseTheBodyOnPanic(t *testing.T) {
	resp, body := respond(t, t.Context(), strings.NewReader("data: 1\n\n"), nil)
	assert.PanicsWithValue(t, "in the loop", func() {
		for _, err := range resp.Events() {
			require.NoError(t, err)
			panic("in the loop")
		}
	})
	assert.Equal(t, 1, body.closed)
}

func TestEventsAreForOneLoop(t *testing.T) {
	resp, _ := respond(t, t.Context(), strings.NewReader("data: 1\n\n"), nil)
	seq := resp.Events()
	_, err := eventsOf(t, seq)
	require.NoError(t, err)
	for _, again := range []func() ([]sse.Event, error){
		func() ([]sse.Event, error) { return eventsOf(t, seq) },
		func() ([]sse.Event, error) { return eventsOf(t, resp.Events()) },
	} {
		events, err := again()
		assert.Empty(t, events)
		assert.ErrorIs(t, err, sse.ErrSecondLoop)
	}
}

func TestEventsAfterClose(t *testing.T) {
	resp, body := respond(t, t.Context(), strings.NewReader("data: 1\n\n"), nil)
	require.NoError(t, resp.Close())
	assert.Equal(t, 1, body.closed)
	events, err := eventsOf(t, resp.Events())
	assert.Empty(t, events)
	require.ErrorIs(t, err, net.ErrClosed)
	assert.Zero(t, body.octets)
}

type badClose struct{ *strings.Reader }

func (badClose) Close() error { return io.ErrClosedPipe }

func TestResponseCloseGivesTheBodysError(t *testing.T) {
	c := inMemory(roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: badClose{strings.NewReader("")},
		}, nil
	}))
	resp, err := sse.Do(c, request(t, http.MethodGet, "http://example.test", ""), nil)
	require.NoError(t, err)
	assert.Equal(t, io.ErrClosedPipe, resp.Close())
	assert.NoError(t, resp.Close())
}

// When the context ends, the loop does, with the cause, also while it waits.
// What had come and was not given yet is not given any more.
func TestEventsEndWithTheContextsCause(t *testing.T) {
	cause := errors.New("enough")
	for _, stalled := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			srv := ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\ndata: 2\n\n"), ssetest.Hold()})
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			resp, err := sse.Do(inMemory(srv), request(t, http.MethodGet, "http://example.test", "").WithContext(ctx), nil)
			require.NoError(t, err)
			var data []string
			var end error
			for e, err := range resp.Events() {
				if end = err; err != nil {
					break
				}
				data = append(data, e.Data)
				if stalled {
					time.AfterFunc(time.Minute, func() { cancel(cause) })
				} else {
					cancel(cause)
				}
			}
			assert.Equal(t, cause, end)
			want := []string{"1"}
			if stalled {
				want = []string{"1", "2"}
			}
			assert.Equal(t, want, data)
			assert.Zero(t, srv.Open())
		})
	}
}

func TestEventsEndWithATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n"), ssetest.Hold()})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		resp, err := sse.Do(inMemory(srv), request(t, http.MethodGet, "http://example.test", "").WithContext(ctx), nil)
		require.NoError(t, err)
		start := time.Now()
		events, err := eventsOf(t, resp.Events())
		assert.Len(t, events, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

// Close from elsewhere ends a loop that waits.
func TestCloseEndsALoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := ssetest.NewServer(ssetest.Script{ssetest.Send("data: 1\n\n"), ssetest.Hold()})
		resp, err := sse.Do(inMemory(srv), request(t, http.MethodGet, "http://example.test", ""), nil)
		require.NoError(t, err)
		time.AfterFunc(time.Minute, func() { _ = resp.Close() })
		events, err := eventsOf(t, resp.Events())
		assert.Len(t, events, 1)
		require.ErrorIs(t, err, net.ErrClosed)
		assert.EqualError(t, err, "sse: the response was closed: use of closed network connection")
		assert.Zero(t, srv.Open())
	})
}

// A Response that Do did not give has nothing to give.
func TestZeroResponse(t *testing.T) {
	var r sse.Response
	n := 0
	for _, err := range r.Events() {
		require.EqualError(t, err, "sse: a Response that Do did not give")
		n++
	}
	assert.Equal(t, 1, n)
	assert.Empty(t, r.LastEventID())
	_, ok := r.Retry()
	assert.False(t, ok)
	require.NoError(t, r.Close())
}
