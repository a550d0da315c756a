package sse_test

import (
	"context"
	"errors"
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

// inRecorder runs f with a stream in a bubble.
func inRecorder(t *testing.T, o *sse.Options, f func(t *testing.T, rec *ssetest.Recorder, c *sse.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		c, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil), o)
		require.NoError(t, err)
		f(t, rec, c)
		require.NoError(t, c.Close())
	})
}

//req:test SSE-9.2.7-01
func TestS12_AHeartbeatBreaksFifteenSecondsOfSilence(t *testing.T) {
	inRecorder(t, nil, func(t *testing.T, rec *ssetest.Recorder, c *sse.Conn) {
		passTime(15*time.Second - 1)
		assert.Empty(t, rec.Body())
		passTime(1)
		synctest.Wait()
		assert.Equal(t, []string{"", ":\n"}, rec.Flushed())
		passTime(time.Minute)
		synctest.Wait()
		assert.Equal(t, strings.Repeat(":\n", 5), rec.Body())
		assert.Empty(t, rec.Events())
		assert.Empty(t, rec.Unflushed())
	})
}

func TestS12_ASendPutsTheHeartbeatOff(t *testing.T) {
	inRecorder(t, nil, func(t *testing.T, rec *ssetest.Recorder, c *sse.Conn) {
		for range 100 {
			passTime(14 * time.Second)
			require.NoError(t, c.Send(sse.Message{}))
		}
		assert.NotContains(t, rec.Body(), ":\n\n")
		assert.Equal(t, strings.Repeat("data: \n\n", 100), rec.Body())
		passTime(15*time.Second - 1)
		assert.NotContains(t, rec.Body(), "\n:\n")
		passTime(1)
		synctest.Wait()
		assert.True(t, strings.HasSuffix(rec.Body(), "\n:\n"), "15 s after the last send, to the nanosecond")
	})
}

func TestS12_HeartbeatsOffOrAtAnotherTime(t *testing.T) {
	inRecorder(t, &sse.Options{Heartbeat: -1}, func(t *testing.T, rec *ssetest.Recorder, _ *sse.Conn) {
		passTime(24 * time.Hour)
		assert.Empty(t, rec.Body())
	})
	inRecorder(t, &sse.Options{Heartbeat: time.Second}, func(t *testing.T, rec *ssetest.Recorder, _ *sse.Conn) {
		passTime(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, strings.Repeat(":\n", 10), rec.Body())
	})
}

func TestAFailedHeartbeatEndsTheContext(t *testing.T) {
	inRecorder(t, nil, func(t *testing.T, rec *ssetest.Recorder, c *sse.Conn) {
		broken := errors.New("broken pipe")
		rec.FailAt(1, broken)
		<-c.Context().Done()
		require.ErrorIs(t, context.Cause(c.Context()), broken)
		require.ErrorIs(t, c.Send(sse.Message{}), broken)
		passTime(time.Hour)
		assert.Equal(t, ":", rec.Body())
	})
}

func TestAStalledHeartbeatHoldsASendNoLongerThanItsDeadline(t *testing.T) {
	inRecorder(t, nil, func(t *testing.T, rec *ssetest.Recorder, c *sse.Conn) {
		rec.StallAt(0)
		passTime(sse.DefaultHeartbeat + time.Second)
		start := time.Now()
		require.ErrorIs(t, c.Send(sse.Message{Data: "1"}), sse.ErrWriteTimeout)
		assert.Equal(t, sse.DefaultWriteTimeout-time.Second, time.Since(start))
	})
	inRecorder(t, nil, func(t *testing.T, rec *ssetest.Recorder, c *sse.Conn) {
		rec.StallAt(0)
		passTime(sse.DefaultHeartbeat + time.Second)
		sent := make(chan error)
		go func() { sent <- c.Send(sse.Message{Data: "1"}) }()
		synctest.Wait()
		rec.StallAt(-1) // the client reads again
		require.NoError(t, <-sent)
		assert.Equal(t, ":\ndata: 1\n\n", rec.Body())
	})
}

// A heartbeat in progress is waited for: nothing is written after the handler
// has returned.
func TestCloseWaitsForAHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		rec.StallAt(0)
		go func() {
			passTime(20 * time.Second)
			rec.StallAt(-1)
		}()
		start := time.Now()
		rec.Serve(sse.Handler(func(context.Context, *sse.Conn) error {
			passTime(sse.DefaultHeartbeat + time.Second)
			return nil
		}, nil), httptest.NewRequest(http.MethodGet, "/", nil))
		assert.Equal(t, 20*time.Second, time.Since(start))
		passTime(time.Hour)
		assert.Equal(t, ":\n", rec.Body())
		assert.Empty(t, rec.Late())
	})
}

// panicking is a middleware's ResponseWriter that panics.
type panicking struct {
	http.ResponseWriter
	when string
}

func (p panicking) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p panicking) Write(b []byte) (int, error) {
	if string(b) == p.when {
		panic("a bug")
	}
	return p.ResponseWriter.Write(b)
}

// The heartbeat is not on the handler's goroutine, where net/http would recover.
func TestAPanicInAHeartbeatDoesNotEndTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		c, err := sse.Accept(panicking{rec, ":\n"}, httptest.NewRequest(http.MethodGet, "/", nil), nil)
		require.NoError(t, err)
		<-c.Context().Done()
		require.ErrorContains(t, context.Cause(c.Context()), "panic of the ResponseWriter: a bug")
		require.ErrorContains(t, c.Send(sse.Message{}), "a bug")
		require.NoError(t, c.Close())
	})
}
