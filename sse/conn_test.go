package sse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// accept begins a stream on a Recorder.
func accept(t *testing.T, o *sse.Options) (*ssetest.Recorder, *sse.Conn) {
	t.Helper()
	rec := &ssetest.Recorder{}
	c, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return rec, c
}

//req:test SSE-9.2.5-03 SSE-9.2.5-05
func TestEachSendIsOneWriteAndOneFlush(t *testing.T) {
	rec, c := accept(t, nil)
	require.NoError(t, c.Send(sse.Message{Type: "t", Data: "1\n2", ID: "7", Retry: time.Second, Key: "k"}))
	require.NoError(t, c.Send(sse.Message{Data: "\xff€"}))
	require.NoError(t, c.Send(sse.Message{}))
	require.NoError(t, c.Comment("a\nb"))
	require.NoError(t, c.Comment(""))
	require.NoError(t, c.SetRetry(1500*time.Microsecond))
	require.NoError(t, c.SendRaw([]byte("data\n\n:x\r\n\r\n")))
	assert.Equal(t, []string{
		"",
		"retry: 1000\nevent: t\nid: 7\ndata: 1\ndata: 2\n\n",
		"data: \uFFFD€\n\n",
		"data: \n\n",
		": a\n: b\n",
		":\n",
		"retry: 1\n\n",
		"data\n\n:x\r\n\r\n",
	}, rec.Flushed())
	assert.Empty(t, rec.Unflushed())
}

func TestS2_WhatCannotBeSentWritesNothing(t *testing.T) {
	rec, c := accept(t, nil)
	before := len(rec.Actions())
	for _, m := range []sse.Message{
		{ID: "a\nb"},
		{ID: "a\x00"},
		{ID: "\x01"},
		{ID: "a\x7f"},
		{ID: " a"},
		{ID: "\xff"},
		{Type: "a\rb"},
		{Type: "a\nb"},
		{Type: "\x00"},
		{Retry: 1},
		{Retry: -1},
	} {
		_, ok := errors.AsType[*sse.FieldError](c.Send(m))
		assert.True(t, ok, "%q", m)
	}
	for _, d := range []time.Duration{0, 1, -1} {
		_, ok := errors.AsType[*sse.FieldError](c.SetRetry(d))
		assert.True(t, ok, d)
	}
	assert.Len(t, rec.Actions(), before)
	require.NoError(t, c.Send(sse.Message{Data: "the stream goes on"}))
}

func TestS1_NothingIsInjected(t *testing.T) {
	rec, c := accept(t, nil)
	evil := "x\n\ndata: y\r\rid: 9\r\n\r\nretry: 1\n\n"
	require.NoError(t, c.Send(sse.Message{Data: evil}))
	require.NoError(t, c.Comment(evil))
	require.NoError(t, c.Send(sse.Message{Data: "last"}))
	want := strings.ReplaceAll(strings.ReplaceAll(evil, "\r\n", "\n"), "\r", "\n")
	assert.Equal(t, []ssetest.Event{{Type: "message", Data: want}, {Type: "message", Data: "last"}}, rec.Events())
}

func TestSendRawTakesWholeEvents(t *testing.T) {
	rec, c := accept(t, nil)
	for _, frame := range []string{"", "\n", "\r\n", "data: 1", "data: 1\n", "data: 1\r\n", "data: 1\r", "\n\nx", ":\n"} {
		require.ErrorContains(t, c.SendRaw([]byte(frame)), "blank line", "%q", frame)
	}
	assert.Empty(t, rec.Body())
	for _, frame := range []string{"data: 1\n\n", "data: 1\r\r", "data: 1\r\n\r\n", "data: 1\n\r", "data: 1\n\r\n", "data: 1\r\n\n", "\n\n"} {
		require.NoError(t, c.SendRaw([]byte(frame)), "%q", frame)
	}
}

func TestAnyGoroutineMaySend(t *testing.T) {
	rec, c := accept(t, &sse.Options{Heartbeat: time.Microsecond})
	var wg sync.WaitGroup
	const senders, each = 8, 200
	for i := range senders {
		wg.Go(func() {
			for j := range each {
				assert.NoError(t, c.Send(sse.Message{Data: fmt.Sprint(i, "\n", j)}))
				assert.NoError(t, c.Comment("c"))
			}
		})
	}
	wg.Wait()
	next := [senders]int{}
	events := rec.Events()
	require.Len(t, events, senders*each)
	for _, e := range events {
		var i, j int
		_, err := fmt.Sscan(e.Data, &i, &j)
		require.NoError(t, err)
		require.Equal(t, next[i], j)
		next[i]++
	}
}

func TestAFailedSendEndsTheStream(t *testing.T) {
	rec, c := accept(t, nil)
	broken := errors.New("broken pipe")
	rec.FailAt(3, broken)
	for range 2 {
		require.ErrorIs(t, c.Send(sse.Message{Data: "1"}), broken)
	}
	require.ErrorIs(t, context.Cause(c.Context()), broken)
	assert.Equal(t, "dat", rec.Body())
	require.NoError(t, c.Close())
	require.ErrorIs(t, c.Send(sse.Message{Data: "1"}), broken, "not ErrClosed: it says more")
}

// short takes less than it is given and says nothing.
type short struct{ *ssetest.Recorder }

func (s short) Write(p []byte) (int, error) { return s.Recorder.Write(p[:len(p)/2]) }

func TestAShortWriteEndsTheStream(t *testing.T) {
	c, err := sse.Accept(short{&ssetest.Recorder{}}, httptest.NewRequest(http.MethodGet, "/", nil), nil)
	require.NoError(t, err)
	require.ErrorIs(t, c.Send(sse.Message{Data: "1"}), io.ErrShortWrite)
}

func TestContextHasTheRequestsValues(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Hour)
	defer cancel()
	c, err := sse.Accept(&ssetest.Recorder{}, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx), nil)
	require.NoError(t, err)
	assert.Equal(t, "v", c.Context().Value(key{}))
	want, _ := ctx.Deadline()
	got, ok := c.Context().Deadline()
	assert.True(t, ok)
	assert.Equal(t, want, got)
	require.NoError(t, c.Close())
}

func TestTheContextsCause(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		_, c := accept(t, nil)
		require.NoError(t, context.Cause(c.Context()))
		require.NoError(t, c.Close())
		require.ErrorIs(t, context.Cause(c.Context()), sse.ErrClosed)
		require.NoError(t, c.Close())
		require.ErrorIs(t, c.Send(sse.Message{}), sse.ErrClosed)
		require.ErrorIs(t, c.Comment(""), sse.ErrClosed)
		require.ErrorIs(t, c.SetRetry(time.Second), sse.ErrClosed)
		require.ErrorIs(t, c.SendRaw([]byte("\n\n")), sse.ErrClosed)
	})
	t.Run("gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			rec := &ssetest.Recorder{}
			c, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx), nil)
			require.NoError(t, err)
			cancel()
			require.ErrorIs(t, c.Send(sse.Message{}), sse.ErrGone, "at once")
			synctest.Wait()
			require.ErrorIs(t, context.Cause(c.Context()), sse.ErrGone)
			passTime(time.Hour)
			assert.Empty(t, rec.Body(), "no heartbeat")
			before := len(rec.Actions())
			require.NoError(t, c.Close())
			assert.Len(t, rec.Actions(), before, "the handler may have returned")
		})
	})
	t.Run("a deadline of the request", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			c, err := sse.Accept(&ssetest.Recorder{}, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx), nil)
			require.NoError(t, err)
			<-c.Context().Done()
			synctest.Wait()
			require.ErrorIs(t, context.Cause(c.Context()), context.DeadlineExceeded)
			err = c.Send(sse.Message{})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NotErrorIs(t, err, sse.ErrGone)
			require.NoError(t, c.Close())
		})
	})
	t.Run("a cause of the request", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			why := errors.New("signed out")
			ctx, cancel := context.WithCancelCause(t.Context())
			rec := &ssetest.Recorder{}
			c, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx), nil)
			require.NoError(t, err)
			rec.StallAt(0)
			sent := make(chan error)
			go func() { sent <- c.Send(sse.Message{Data: "1"}) }()
			synctest.Wait()
			start := time.Now()
			cancel(why)
			<-c.Context().Done()
			assert.Zero(t, time.Since(start), "although a send is in progress")
			require.ErrorIs(t, context.Cause(c.Context()), why)
			require.ErrorIs(t, <-sent, sse.ErrWriteTimeout)
			require.NoError(t, c.Close())
		})
	})
}

// A client that leaves ends the Context, whatever HTTP it speaks.
func TestAClientThatLeaves(t *testing.T) {
	for _, version := range []string{overHTTP1, overHTTP2, overH2C} {
		t.Run(version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 2)
				withSite(t, siteOptions{version: version}, sse.Handler(func(ctx context.Context, c *sse.Conn) error {
					_ = c.Send(sse.Message{Data: "1"})
					<-ctx.Done()
					ended <- context.Cause(ctx)
					ended <- c.Send(sse.Message{Data: "2"})
					return nil
				}, nil), func(s *site) {
					in := s.get()
					in.expect("1")
					start := time.Now()
					in.close()
					require.ErrorIs(t, <-ended, sse.ErrGone)
					require.ErrorIs(t, <-ended, sse.ErrGone)
					assert.Zero(t, time.Since(start))
				})
			})
		})
	}
}

// While a send runs into a client that has left, the cause is the same however
// the two meet.
func TestAClientThatLeavesDuringASend(t *testing.T) {
	for _, version := range []string{overHTTP1, overHTTP2, overH2C} {
		t.Run(version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 1)
				withSite(t, siteOptions{version: version}, flood(ended, nil), func(s *site) {
					in := s.get()
					synctest.Wait() // the server's send waits
					in.close()
					require.ErrorIs(t, <-ended, sse.ErrGone)
				})
			})
		})
	}
}

// A Conn and a Subscription that were not made as they should be are ended ones.
func TestZeroValuesHaveEnded(t *testing.T) {
	var c sse.Conn
	require.ErrorIs(t, c.Send(sse.Message{}), sse.ErrClosed)
	require.ErrorIs(t, c.Comment("x"), sse.ErrClosed)
	require.NoError(t, c.Close())
	var s sse.Subscription
	_, err := s.Next(t.Context())
	require.ErrorIs(t, err, sse.ErrUnsubscribed)
	_, _, err = s.Poll(t.Context())
	require.ErrorIs(t, err, sse.ErrUnsubscribed)
	for p, err := range s.All(t.Context()) {
		t.Error("it gives something:", p, err)
	}
	assert.Empty(t, s.Cursor())
	s.Close()
}
