// Package pollingtest tests those servers of docs/polling that answer without end:
// they differ in what they make of an event, and in nothing else.
package pollingtest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// Server is a server to be tested.
type Server struct {
	Serve   http.HandlerFunc
	Held    *atomic.Int32                                         // requests that it holds
	Request func(ctx context.Context, after string) *http.Request // for what comes after an event

	Prologue string             // what comes before the first event
	Event    func(n int) string // event n, as it is sent
	Field    [2]string          // a header field of the answer, and its value
}

// Answer is an answer, with the times when something of it was sent.
type Answer struct {
	*httptest.ResponseRecorder
	Began   time.Time
	Flushed []time.Duration // since Began
}

// Flush notes the time.
func (a *Answer) Flush() { a.Flushed = append(a.Flushed, time.Since(a.Began)) }

// Get gives the whole answer to a request.
func Get(serve http.HandlerFunc, r *http.Request) *Answer {
	a := &Answer{ResponseRecorder: httptest.NewRecorder(), Began: time.Now()}
	serve(a, r)
	return a
}

func (s *Server) get(ctx context.Context, after string) *Answer {
	return Get(s.Serve, s.Request(ctx, after))
}

// Test runs all tests.
func (s *Server) Test(t *testing.T) {
	t.Run("each event is sent when it is there", s.testInTime)
	t.Run("the last ten are kept", s.testKept)
	t.Run("a cursor from the future", s.testFuture)
	t.Run("it ends when the client leaves", func(t *testing.T) {
		Leaves(t, s.Held, func(ctx context.Context) *Answer { return s.get(ctx, "315561600") })
	})
	t.Run("refused", s.testRefused)
}

// A bubble begins with the year 2000, 946,684,800 seconds after 1970. That is
// event 315561600.
func (s *Server) testInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := s.get(t.Context(), "315561598")
		var want strings.Builder
		want.WriteString(s.Prologue)
		for n := 315561599; n < 315561619; n++ {
			want.WriteString(s.Event(n))
		}
		assert.Equal(t, want.String(), a.Body.String())
		assert.Equal(t, s.Field[1], a.Header().Get(s.Field[0]))
		assert.Len(t, a.Flushed, 20)
		assert.Equal(t, []time.Duration{0, 0, 3 * time.Second, 6 * time.Second}, a.Flushed[:4])
		assert.Equal(t, 54*time.Second, time.Since(a.Began), "it ends by itself")
		assert.Zero(t, s.Held.Load())
	})
}

func (s *Server) testKept(t *testing.T) {
	for _, after := range []string{"", "0", "-5"} {
		synctest.Test(t, func(t *testing.T) {
			body := s.get(t.Context(), after).Body.String()
			assert.Contains(t, body, s.Event(315561591), after)
			assert.NotContains(t, body, s.Event(315561590), after)
		})
	}
}

func (s *Server) testFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := s.get(t.Context(), "549755813887")
		assert.Contains(t, a.Body.String(), s.Event(315561601), "it is taken for now")
		assert.Equal(t, 60*time.Second, time.Since(a.Began))
	})
}

func (s *Server) testRefused(t *testing.T) {
	for _, after := range []string{"x", "9223372036854775807"} {
		assert.Equal(t, http.StatusBadRequest, s.get(t.Context(), after).Code, after)
	}
	Full(t, s.Held, func() int { return s.get(t.Context(), "0").Code })
}

// Leaves tests that an answer ends with its client.
func Leaves(t *testing.T, held *atomic.Int32, get func(ctx context.Context) *Answer) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		a := get(ctx)
		assert.Equal(t, []time.Duration{3 * time.Second, 6 * time.Second}, a.Flushed)
		assert.Zero(t, held.Load())
	})
}

// Full tests that no more than a hundred requests are held. get gives a status.
func Full(t *testing.T, held *atomic.Int32, get func() int) {
	held.Store(100)
	defer held.Store(0)
	assert.Equal(t, http.StatusServiceUnavailable, get())
	assert.Equal(t, int32(100), held.Load())
}
