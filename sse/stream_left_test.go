package sse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// A loop is left with break in the moment in which the context of the request
// ends: the loop is given nothing more, and the next one the cause.
func TestStreamIsLeftWhileItsRequestEnds(t *testing.T) {
	server := ssetest.NewServer(send("data: x\n\n"))
	own, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	c := sse.Client{HTTP: inMemory(server)}
	s := c.Stream(request(t, http.MethodGet, "http://example.com/", "").WithContext(own))
	for _, err := range s.Events(t.Context()) {
		require.NoError(t, err)
		cancel(errLeaving)
		break
	}
	assert.Equal(t, sse.Closed, s.State())
	_, err := eventsOf(t, s.Events(t.Context()))
	require.ErrorIs(t, err, errLeaving)
}

// Events that have come are not given after the end of the request's context,
// however late the contexts made from it hear of that.
func TestStreamGivesNothingAfterItsRequest(t *testing.T) {
	server := ssetest.NewServer(send("id: 1\ndata: x\n\nid: 2\ndata: y\n\n"))
	own, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	c := sse.Client{HTTP: inMemory(server)}
	s := c.Stream(request(t, http.MethodGet, "http://example.com/", "").WithContext(own))
	events := 0
	var end error
	for _, err := range s.Events(t.Context()) {
		if end = err; err == nil {
			events++
			cancel(errLeaving)
		}
	}
	require.ErrorIs(t, end, errLeaving)
	assert.Equal(t, 1, events)
	assert.Equal(t, "1", s.LastEventID())

	_, err := eventsOf(t, c.Stream(request(t, http.MethodGet, "http://example.com/", "").WithContext(own)).Events(t.Context()))
	require.ErrorIs(t, err, errLeaving)
	assert.Len(t, server.Requests(), 1, "no request with a context that has ended")
}

// An Observer that closes the stream at an event, or panics, has kept it from
// the loop.
func TestStreamEventOfWhichTheObserverMadeTheEnd(t *testing.T) {
	var s *sse.Stream
	end := func() { _ = s.Close() }
	c := sse.Client{
		HTTP:     inMemory(ssetest.NewServer(send("id: 1\ndata: x\n\n"), send("id: 1\ndata: x\n\n"))),
		Observer: sse.Observer{Event: func(sse.Event) { end() }},
	}
	s = c.Stream(request(t, http.MethodGet, "http://example.com/", ""))
	events, err := eventsOf(t, s.Events(t.Context()))
	require.NoError(t, err)
	assert.Empty(t, events)
	assert.Empty(t, s.LastEventID())

	s, end = c.Stream(request(t, http.MethodGet, "http://example.com/", "")), func() { panic("oh") }
	assert.PanicsWithValue(t, "oh", func() { _, _ = eventsOf(t, s.Events(t.Context())) })
	assert.Empty(t, s.LastEventID(), "it was not given")
	assert.Equal(t, sse.Connecting, s.State())
}

// After Close in an Observer nothing is told as accepted.
func TestStreamIDAfterClose(t *testing.T) {
	var s *sse.Stream
	c := sse.Client{
		HTTP: inMemory(ssetest.NewServer(send(":\nid: 1\n\n"))),
		Observer: sse.Observer{
			Comment: func(string) { _ = s.Close() },
			ID:      func(id string) { assert.Fail(t, "an ID after Close", id) },
		},
	}
	s = c.Stream(request(t, http.MethodGet, "http://example.com/", ""))
	_, err := eventsOf(t, s.Events(t.Context()))
	require.NoError(t, err)
	assert.Empty(t, s.LastEventID())
}

// chatter is an endless body that heeds nothing: no context, no Close. It calls
// stop at the third Read, and fails the test if it is read again.
type chatter struct {
	t     *testing.T
	stop  func()
	reads int
}

func (c *chatter) Read(p []byte) (int, error) {
	switch c.reads++; {
	case c.reads == 3:
		c.stop()
	case c.reads > 3:
		assert.Fail(c.t, "it is still read")
		return 0, io.EOF
	}
	return copy(p, ":\n"), nil
}

func (c *chatter) Close() error { return nil }

// Who sends comments without an end through a RoundTripper that ignores the
// context is left all the same.
func TestStreamLeavesWhoNeverStops(t *testing.T) {
	for name, want := range map[string]error{"Close": nil, "Restart": nil, "loop": errLeaving, "request": errLeaving} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			r := request(t, http.MethodGet, "http://example.com/", "")
			if name == "request" {
				r, ctx = r.WithContext(ctx), t.Context()
			}
			var s *sse.Stream
			stop := func() { cancel(errLeaving) }
			switch name {
			case "Close":
				stop = func() { _ = s.Close() }
			case "Restart":
				stop = func() { s.Restart() }
			}
			requests := 0
			c := sse.Client{HTTP: inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
				if requests++; requests > 1 {
					return ssetest.NewServer().RoundTrip(r) // 204
				}
				return streamAnswer(&chatter{t: t, stop: stop}), nil
			}))}
			s = c.Stream(r)
			_, err := eventsOf(t, s.Events(ctx))
			require.ErrorIs(t, err, want)
		})
	}
}

func TestEventsLeaveWhoNeverStops(t *testing.T) {
	for _, closing := range []bool{true, false} {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		c := &chatter{t: t, stop: func() { cancel(errLeaving) }}
		r := request(t, http.MethodGet, "http://example.com/", "").WithContext(ctx)
		resp, err := sse.Do(inMemory(roundTrip(func(*http.Request) (*http.Response, error) { return streamAnswer(c), nil })), r, nil)
		require.NoError(t, err)
		if closing {
			c.stop = func() { _ = resp.Close() }
		}
		_, err = eventsOf(t, resp.Events())
		require.Error(t, err)
		assert.Equal(t, !closing, errors.Is(err, errLeaving), err)
	}
}

// draining is a body whose Close waits for the rest, as long as it may.
type draining struct {
	io.Reader
	ctx context.Context
}

func (d *draining) Close() error { <-d.ctx.Done(); return nil }

// The end of a loop does not wait for a stream that goes on.
func TestStreamDoesNotWaitForTheRest(t *testing.T) {
	c := sse.Client{HTTP: inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
		return streamAnswer(&draining{strings.NewReader("data: x\n\n"), r.Context()}), nil
	}))}
	for _, err := range c.Stream(request(t, http.MethodGet, "http://example.com/", "")).Events(t.Context()) {
		require.NoError(t, err)
		break
	}
}

// streamAnswer gives an answer that is an event stream.
func streamAnswer(body io.ReadCloser) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {sse.ContentType}}, Body: body}
}

// Misuse is an error.
func TestEventsWithoutAContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the wait for the second attempt takes no time
		c := sse.Client{HTTP: inMemory(ssetest.NewServer(send("data: x\n\n")))}
		s := c.Stream(request(t, http.MethodGet, "http://example.com/", ""))
		_, err := eventsOf(t, s.Events(nil)) //nolint:staticcheck // on purpose
		require.ErrorContains(t, err, "without a context")
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.Equal(t, "x", dataOf(events))
	})

	s := &sse.Stream{}
	s.Restart()
	_, err := eventsOf(t, s.Events(t.Context()))
	require.ErrorContains(t, err, "Client.Stream")
	assert.Nil(t, s.URL())
	require.NoError(t, s.Close())
}
