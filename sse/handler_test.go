package sse_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// logged gives a Logger and what it has logged, without times.
func logged() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})), &b
}

func TestNothingIsSentAfterTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		var kept *sse.Conn
		rec.Serve(sse.Handler(func(ctx context.Context, c *sse.Conn) error {
			assert.Equal(t, c.Context(), ctx)
			kept = c
			return c.Send(sse.Message{Data: "1"})
		}, nil), httptest.NewRequest(http.MethodGet, "/", nil))
		require.ErrorIs(t, kept.Send(sse.Message{Data: "2"}), sse.ErrClosed)
		require.ErrorIs(t, kept.Comment("2"), sse.ErrClosed)
		require.NoError(t, kept.Close())
		require.ErrorIs(t, context.Cause(kept.Context()), sse.ErrClosed)
		passTime(time.Hour)
		assert.Equal(t, "data: 1\n\n", rec.Body())
		assert.Empty(t, rec.Late())
	})
}

// Without Close, what a handler has left behind does no harm either.
func TestAHandlerThatForgetsClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		var kept *sse.Conn
		stop := make(chan struct{})
		rec.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var err error
			kept, err = sse.Accept(w, r, &sse.Options{Stop: stop})
			assert.NoError(t, err)
		}), httptest.NewRequest(http.MethodGet, "/", nil))
		passTime(time.Hour)
		require.ErrorIs(t, kept.Send(sse.Message{Data: "1"}), sse.ErrGone)
		require.ErrorIs(t, context.Cause(kept.Context()), sse.ErrGone)
		require.NoError(t, kept.Close())
		assert.Empty(t, rec.Late())
	})
}

func TestErrorsOfAHandlerAreLoggedAndNotSent(t *testing.T) {
	logger, out := logged()
	rec := &ssetest.Recorder{}
	rec.Serve(sse.Handler(func(_ context.Context, c *sse.Conn) error {
		_ = c.Send(sse.Message{Data: "1"})
		return errors.New("the database is down")
	}, &sse.Options{Logger: logger}), httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, "data: 1\n\n", rec.Body())
	assert.Equal(t, "level=ERROR msg=\"event stream handler failed\" error=\"the database is down\" remote=192.0.2.1:1234\n", out.String())
}

func TestTheEndOfAStreamIsNotAnErrorOfTheHandler(t *testing.T) {
	for name, h := range map[string]func(ctx context.Context, c *sse.Conn) error{
		"send": func(_ context.Context, c *sse.Conn) error {
			for {
				if err := c.Send(sse.Message{Data: "1"}); err != nil {
					return err
				}
				passTime(time.Second)
			}
		},
		"cause": func(ctx context.Context, _ *sse.Conn) error { <-ctx.Done(); return context.Cause(ctx) },
		"error": func(ctx context.Context, _ *sse.Conn) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logger, out := logged()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				gone, leave := context.WithCancel(context.WithoutCancel(ctx))
				go func() { <-ctx.Done(); leave() }()
				(&ssetest.Recorder{}).Serve(sse.Handler(h, &sse.Options{Logger: logger}), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(gone))
				assert.Empty(t, out.String())
			})
		})
	}
}

func TestAClientThatIsCutOffIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, out := logged()
		rec := &ssetest.Recorder{}
		rec.StallAt(0)
		rec.Serve(sse.Handler(func(_ context.Context, c *sse.Conn) error {
			return c.Send(sse.Message{Data: "1"})
		}, &sse.Options{Logger: logger}), httptest.NewRequest(http.MethodGet, "/", nil))
		assert.Equal(t, "level=INFO msg=\"event stream cut off\" error=\"sse: the client did not take an event in time: i/o timeout\" remote=192.0.2.1:1234\n", out.String())
	})
}

func TestRefusalsAreLogged(t *testing.T) {
	logger, out := logged()
	req := httptest.NewRequest(http.MethodPut, "/", nil)
	(&ssetest.Recorder{}).Serve(streamOfNothing(&sse.Options{Logger: logger}), req)
	_, err := sse.Accept((&ssetest.Recorder{}).WithoutFlush(), httptest.NewRequest(http.MethodGet, "/", nil), &sse.Options{Logger: logger})
	require.ErrorIs(t, err, sse.ErrFlush)
	assert.Equal(t, "level=INFO msg=\"event stream refused\" status=405 error=\"sse: request refused with 405: an event stream is for GET and POST\" remote=192.0.2.1:1234\n"+
		"level=ERROR msg=\"event stream refused\" status=500 error=\"sse: request refused with 500: sse: the ResponseWriter can't flush: ssetest.basic has neither FlushError nor Flush nor Unwrap\" remote=192.0.2.1:1234\n", out.String())
}

// A panic goes on to net/http, and the client sees that the stream was cut.
func TestPanicsAreNetHTTPs(t *testing.T) {
	for name, fail := range map[string]func(){
		"panic":           func() { panic("a bug") },
		"ErrAbortHandler": func() { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, version := range []string{overHTTP1, overHTTP2, overH2C} {
				t.Run(version, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var kept *sse.Conn
						var out bytes.Buffer
						o := siteOptions{version: version, server: func(srv *http.Server) { srv.ErrorLog = log.New(&out, "", 0) }}
						withSite(t, o, sse.Handler(func(_ context.Context, c *sse.Conn) error {
							kept = c
							_ = c.Send(sse.Message{Data: "1"})
							fail()
							return nil
						}, &sse.Options{Gzip: true}), func(s *site) {
							in := s.get()
							in.expect("1")
							_, err, ok := in.next()
							require.True(t, ok)
							require.Error(t, err, "not a clean end")
							in.close()
							synctest.Wait()
							require.ErrorIs(t, kept.Send(sse.Message{}), sse.ErrClosed)
						})
						assert.Equal(t, name == "panic", bytes.Contains(out.Bytes(), []byte("a bug")), out.String())
					})
				})
			}
		})
	}
}

func TestAHandlerThatExitsItsGoroutine(t *testing.T) {
	rec := &ssetest.Recorder{}
	var kept *sse.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		rec.Serve(sse.Handler(func(_ context.Context, c *sse.Conn) error {
			kept = c
			runtime.Goexit()
			return nil
		}, nil), httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	<-done
	require.ErrorIs(t, kept.Send(sse.Message{}), sse.ErrClosed)
}

// What is wrong on this side is told to the server's log, if there is no Logger.
func TestMistakesOfThisSideAreLogged(t *testing.T) {
	wrong := &sse.Options{Origins: []string{"*"}}
	fine := func(context.Context, *sse.Conn) error { return nil }
	hidden := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sse.Handler(fine, nil).ServeHTTP(struct{ http.ResponseWriter }{w}, r)
	})
	for name, h := range map[string]http.Handler{
		"Origins":         sse.Handler(fine, wrong),
		"fn is nil":       sse.Handler(nil, nil),
		"can't flush":     hidden,
		"that authorizes": new(sse.Hub).Handler(nil),
		"Overflow":        (&sse.Hub{Overflow: 9}).Handler(nil),
	} {
		rec := &ssetest.Recorder{}
		var out bytes.Buffer
		srv := &http.Server{ErrorLog: log.New(&out, "", 0), ReadHeaderTimeout: time.Second}
		ctx := context.WithValue(t.Context(), http.ServerContextKey, srv)
		rec.Serve(h, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
		assert.Equal(t, http.StatusInternalServerError, rec.Status())
		assert.Equal(t, "this server can't send an event stream\n", rec.Body())
		assert.Contains(t, out.String(), name)
	}
	logger, out := logged()
	wrong.Logger = logger
	(&ssetest.Recorder{}).Serve(sse.Handler(nil, wrong), httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Contains(t, out.String(), "Origins")

	before := log.Writer()
	defer log.SetOutput(before)
	log.SetOutput(io.Discard) // there is no server to log for
	(&ssetest.Recorder{}).Serve(sse.Handler(nil, nil), httptest.NewRequest(http.MethodGet, "/", nil))
}

func TestOptionsAreCopied(t *testing.T) {
	o := &sse.Options{Origins: []string{"https://a.example"}}
	h := streamOfNothing(o)
	o.Origins[0] = "*"
	o.Origins = nil
	rec := &ssetest.Recorder{}
	rec.Serve(h, from("https://a.example"))
	assert.Equal(t, "https://a.example", rec.Sent().Get("Access-Control-Allow-Origin"))
}
