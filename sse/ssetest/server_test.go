package ssetest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse/ssetest"
)

// get asks for a URL, with the test's context.
func get(t *testing.T, c *http.Client, url string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return c.Do(req)
}

// eachWay runs f against the scripts in memory and over a network.
func eachWay(t *testing.T, f func(t *testing.T, s *ssetest.Server, c *http.Client, url string), scripts ...ssetest.Script) {
	t.Run("memory", func(t *testing.T) {
		s := ssetest.NewServer(scripts...)
		f(t, s, s.Client(), "http://example.com")
		require.NoError(t, s.Close())
		assert.Zero(t, s.Open())
	})
	t.Run("network", func(t *testing.T) {
		s := ssetest.NewServer(scripts...)
		url, err := s.Listen()
		require.NoError(t, err)
		tr := &http.Transport{}
		f(t, s, &http.Client{Transport: tr}, url)
		tr.CloseIdleConnections()
		require.NoError(t, s.Close())
		assert.Zero(t, s.Open())
	})
	t.Run("TLS and HTTP/2", func(t *testing.T) {
		s := ssetest.NewServer(scripts...)
		srv := httptest.NewUnstartedServer(s)
		srv.EnableHTTP2 = true
		srv.StartTLS()
		f(t, s, srv.Client(), srv.URL)
		require.NoError(t, s.Close())
		srv.Close()
		assert.Zero(t, s.Open())
	})
}

func TestServerPlaysAScript(t *testing.T) {
	eachWay(t, func(t *testing.T, s *ssetest.Server, c *http.Client, url string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/a?b=c", strings.NewReader("ask"))
		require.NoError(t, err)
		req.Header.Set("Last-Event-ID", "7")
		resp, err := c.Do(req)
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
		assert.Equal(t, "yes", resp.Header.Get("X-Test"))
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, "data: x\n\ndata: y\n\n", string(got))
		require.NoError(t, resp.Body.Close())

		r := s.Requests()
		require.Len(t, r, 1)
		assert.Equal(t, 1, r[0].Number)
		assert.Equal(t, http.MethodPost, r[0].Method)
		assert.Equal(t, url+"/a?b=c", r[0].URL.String())
		assert.Equal(t, "ask", string(r[0].Body))
		id, ok := r[0].LastEventID()
		assert.True(t, ok)
		assert.Equal(t, "7", id)
		assert.Contains(t, r[0].HeaderNames(), "Last-Event-Id")
	}, ssetest.Script{
		ssetest.Header("x-test", "yes"), ssetest.Send("data: x\n", "\n"), ssetest.Send("data: y\n\n"),
	})
}

func TestServerAnswersNoContentAtTheEnd(t *testing.T) {
	eachWay(t, func(t *testing.T, s *ssetest.Server, c *http.Client, url string) {
		for _, want := range []int{503, 429, 204, 204} {
			if want == 429 {
				s.Add(ssetest.Script{ssetest.Status(429)})
			}
			resp, err := get(t, c, url)
			require.NoError(t, err)
			assert.Equal(t, want, resp.StatusCode)
			assert.Empty(t, resp.Header.Get("Content-Type"))
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
	}, ssetest.Script{ssetest.Status(503), ssetest.Send("busy")})
}

func TestServerBreaks(t *testing.T) {
	eachWay(t, func(t *testing.T, _ *ssetest.Server, c *http.Client, url string) {
		_, err := get(t, c, url)
		require.Error(t, err)

		resp, err := get(t, c, url)
		require.NoError(t, err)
		got, err := io.ReadAll(resp.Body)
		require.Error(t, err)
		assert.Equal(t, "data", string(got))
		require.NoError(t, resp.Body.Close())
	}, ssetest.Script{ssetest.Break()}, ssetest.Script{ssetest.Send("data"), ssetest.Break()})
}

func TestServerWaitsAndCalls(t *testing.T) {
	signal := make(chan struct{}, 1)
	called := 0
	eachWay(t, func(t *testing.T, _ *ssetest.Server, c *http.Client, url string) {
		called = 0
		resp, err := get(t, c, url)
		require.NoError(t, err, "the headers are there before the body")
		signal <- struct{}{}
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, "late", string(got))
		assert.Equal(t, 1, called)
		require.NoError(t, resp.Body.Close())
	}, ssetest.Script{ssetest.Send(), ssetest.Wait(signal), ssetest.Call(func() { called++ }), ssetest.Send("late")})
}

func TestServerHoldsUntilTheClientLeaves(t *testing.T) {
	eachWay(t, func(t *testing.T, s *ssetest.Server, c *http.Client, url string) {
		ctx, cancel := context.WithCancelCause(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		require.NoError(t, err)
		resp, err := c.Do(req)
		require.NoError(t, err)
		assert.Equal(t, 1, s.Open())
		cancel(errors.New("enough"))
		_, err = io.ReadAll(resp.Body)
		require.Error(t, err)
		require.NoError(t, resp.Body.Close())
	}, ssetest.Script{ssetest.Send(), ssetest.Hold()})
}

func TestServerCloseEndsWhatIsHeld(t *testing.T) {
	eachWay(t, func(t *testing.T, s *ssetest.Server, c *http.Client, url string) {
		resp, err := get(t, c, url)
		require.NoError(t, err)
		closed := make(chan error, 1)
		go func() { closed <- s.Close() }()
		_, err = io.ReadAll(resp.Body)
		require.Error(t, err)
		require.NoError(t, resp.Body.Close())
		require.NoError(t, <-closed)
		_, err = get(t, c, url)
		require.Error(t, err)
		_, err = s.Listen()
		require.ErrorIs(t, err, ssetest.ErrClosed)
	}, ssetest.Script{ssetest.Send(), ssetest.Hold()})
}

func TestServerAnswersNoBodyWhereThereIsNone(t *testing.T) {
	eachWay(t, func(t *testing.T, _ *ssetest.Server, c *http.Client, url string) {
		for _, want := range []int{200, 304} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, url, nil)
			require.NoError(t, err)
			resp, err := c.Do(req)
			require.NoError(t, err)
			assert.Equal(t, want, resp.StatusCode)
			got, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Empty(t, got)
			require.NoError(t, resp.Body.Close())
		}
	}, ssetest.Script{ssetest.Send("x")}, ssetest.Script{ssetest.Status(304)})
}

// What can't be sent is said: as an error in memory, as an answer 500 over a
// network.
func TestServerRefusesAStatus(t *testing.T) {
	for _, status := range []int{-1, 0, 101, 199, 600, 1000} {
		s := ssetest.NewServerFunc(func(*ssetest.Request) ssetest.Script { return ssetest.Script{ssetest.Status(status)} })
		_, err := get(t, s.Client(), "http://example.com/")
		require.ErrorContains(t, err, "can't be sent")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		assert.Equal(t, 500, w.Code)
		assert.Contains(t, w.Body.String(), "can't be sent")
		assert.Zero(t, s.Open())
	}
}

func TestServerListensOnce(t *testing.T) {
	s := ssetest.NewServer()
	_, err := s.Listen()
	require.NoError(t, err)
	_, err = s.Listen()
	require.ErrorContains(t, err, "already")
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "more than once")
}

// In memory time is that of the bubble, each piece is a Read, and Close of the
// body ends a Read that waits. Nothing is left running, or synctest says so.
func TestServerInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ssetest.NewServer(
			ssetest.Script{ssetest.Pause(time.Hour), ssetest.Send("a", "bc"), ssetest.Pause(time.Minute), ssetest.Send("d")},
			ssetest.Script{ssetest.Send("a"), ssetest.Hold()},
			ssetest.Script{ssetest.Hold()},
		)
		start := time.Now()
		resp, err := get(t, s.Client(), "http://example.com/")
		require.NoError(t, err)
		assert.Equal(t, time.Hour, time.Since(start))
		buf := make([]byte, 8)
		for _, want := range []string{"a", "bc", "d"} {
			n, err := resp.Body.Read(buf)
			require.NoError(t, err)
			assert.Equal(t, want, string(buf[:n]))
		}
		assert.Equal(t, time.Hour+time.Minute, time.Since(start))
		_, err = resp.Body.Read(buf)
		require.ErrorIs(t, err, io.EOF)
		_, err = resp.Body.Read(buf)
		require.ErrorIs(t, err, io.EOF)
		require.NoError(t, resp.Body.Close())
		_, err = resp.Body.Read(buf)
		require.ErrorIs(t, err, http.ErrBodyReadAfterClose)

		resp, err = get(t, s.Client(), "http://example.com/")
		require.NoError(t, err)
		time.AfterFunc(time.Second, func() { _ = resp.Body.Close() })
		_, err = bufio.NewReader(resp.Body).ReadString('\n')
		require.ErrorIs(t, err, http.ErrBodyReadAfterClose)
		assert.Zero(t, s.Open())

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://example.com/", nil)
		require.NoError(t, err)
		_, err = s.RoundTrip(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = s.RoundTrip(req)
		require.ErrorIs(t, err, context.DeadlineExceeded, "and no request is recorded")
		assert.Len(t, s.Requests(), 3)
	})
}

func TestScriptString(t *testing.T) {
	script := ssetest.Script{
		ssetest.Status(503), ssetest.Header("Retry-After", "7"), ssetest.Send("a\n", "b"), ssetest.Wait(nil),
		ssetest.Pause(time.Second), ssetest.Call(func() {}), ssetest.Hold(), ssetest.Break(),
		{},
	}
	assert.Equal(t, "status 503\nheader Retry-After: 7\nsend \"a\\n\" \"b\"\nwait\npause 1s\ncall\nhold\nbreak\nnothing\n", script.String())
}
