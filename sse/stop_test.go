package sse_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

func TestStopEndsTheContextAndLetsAFarewellThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		o := &sse.Options{Stop: stop}
		h := sse.Handler(func(ctx context.Context, c *sse.Conn) error {
			<-ctx.Done()
			assert.ErrorIs(t, context.Cause(ctx), sse.ErrStopped)
			return c.Send(sse.Message{Data: "bye"})
		}, o)
		var recs []*ssetest.Recorder
		done := make(chan struct{})
		for range 3 {
			rec := &ssetest.Recorder{}
			recs = append(recs, rec)
			go func() {
				rec.Serve(h, httptest.NewRequest(http.MethodGet, "/", nil))
				done <- struct{}{}
			}()
		}
		passTime(time.Second)
		start := time.Now()
		close(stop)
		for range recs {
			<-done
		}
		assert.Zero(t, time.Since(start))
		for _, rec := range recs {
			assert.Equal(t, "data: bye\n\n", rec.Body())
		}
		// A stream that begins afterwards is told at once.
		rec := &ssetest.Recorder{}
		rec.Serve(h, httptest.NewRequest(http.MethodGet, "/", nil))
		assert.Equal(t, "data: bye\n\n", rec.Body())
	})
}

// The goroutine that waits for Stop is gone with the last stream; the bubble
// would not end otherwise.
func TestStopThatIsNeverClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 3 {
			o := &sse.Options{Stop: make(chan struct{})}
			a, err := sse.Accept(&ssetest.Recorder{}, httptest.NewRequest(http.MethodGet, "/", nil), o)
			require.NoError(t, err)
			b, err := sse.Accept(&ssetest.Recorder{}, httptest.NewRequest(http.MethodGet, "/", nil), o)
			require.NoError(t, err)
			require.NoError(t, a.Close())
			require.NoError(t, b.Context().Err())
			require.NoError(t, b.Close())
		}
	})
}

// http.Server.Shutdown waits for handlers, which Stop ends.
func TestStopLetsShutdownEnd(t *testing.T) {
	for _, version := range []string{overHTTP1, overHTTP2, overH2C} {
		t.Run(version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stop := make(chan struct{})
				var srv *http.Server
				o := siteOptions{version: version, server: func(s *http.Server) { srv = s }}
				withSite(t, o, sse.Handler(func(ctx context.Context, _ *sse.Conn) error {
					<-ctx.Done()
					return context.Cause(ctx)
				}, &sse.Options{Stop: stop}), func(s *site) {
					in := s.get()
					srv.RegisterOnShutdown(func() { close(stop) })
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					defer cancel()
					shut := make(chan error)
					go func() { shut <- srv.Shutdown(ctx) }()
					in.expectEnd()
					require.NoError(t, <-shut)
				})
			})
		})
	}
}
