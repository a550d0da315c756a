package sse_test

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

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// streamOfNothing ends as soon as it has begun.
func streamOfNothing(o *sse.Options) http.Handler {
	return sse.Handler(func(context.Context, *sse.Conn) error { return nil }, o)
}

//req:test SSE-9.2.5-01 SSE-9.2.7-02
func TestS12_HeaderFields(t *testing.T) {
	overEach(t, streamOfNothing(nil), func(s *site) {
		in := s.get()
		in.Header.Del("Date")
		assert.Equal(t, http.Header{
			"Content-Type":           {"text/event-stream"},
			"Cache-Control":          {"no-store"},
			"X-Content-Type-Options": {"nosniff"},
			"X-Accel-Buffering":      {"no"},
		}, in.Header)
		in.expectEnd()
	})
}

func TestS12_HeaderFieldsOfMiddleware(t *testing.T) {
	rec := &ssetest.Recorder{}
	for name, value := range map[string]string{
		"Set-Cookie": "a=b", "X-Request-Id": "7", "Vary": "Cookie", // kept
		"Content-Type": "text/html", "Cache-Control": "public", "X-Accel-Buffering": "yes", // the stream's own
		"Connection": "keep-alive", "Keep-Alive": "timeout=5", "Transfer-Encoding": "chunked", "Content-Length": "100", // removed
	} {
		rec.Header().Set(name, value)
	}
	rec.Serve(streamOfNothing(nil), httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.Header{
		"Set-Cookie":             {"a=b"},
		"X-Request-Id":           {"7"},
		"Vary":                   {"Cookie"},
		"Content-Type":           {"text/event-stream"},
		"Cache-Control":          {"no-store"},
		"X-Content-Type-Options": {"nosniff"},
		"X-Accel-Buffering":      {"no"},
	}, rec.Sent())
}

// A client sees an open stream before the first event.
func TestAcceptSendsTheHeaderAtOnce(t *testing.T) {
	overEach(t, sse.Handler(func(ctx context.Context, _ *sse.Conn) error {
		<-ctx.Done()
		return nil
	}, nil), func(s *site) {
		start := time.Now()
		in := s.get()
		assert.Zero(t, time.Since(start))
		in.close()
		synctest.Wait()
	})
}

func TestRetryIsToldFirst(t *testing.T) {
	rec := &ssetest.Recorder{}
	rec.Serve(sse.Handler(func(_ context.Context, c *sse.Conn) error {
		return c.Send(sse.Message{Data: "1"})
	}, &sse.Options{Retry: 1500 * time.Millisecond}), httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, []string{"retry: 1500\n\n", "data: 1\n\n"}, rec.Flushed())
	require.NoError(t, (&sse.Options{Retry: -1}).Check(), "none")
	_, err := sse.Accept(&ssetest.Recorder{}, httptest.NewRequest(http.MethodGet, "/", nil), &sse.Options{Retry: 1})
	fe, ok := errors.AsType[*sse.FieldError](err)
	require.True(t, ok)
	assert.Equal(t, "retry", fe.Field)
}

func TestMethods(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		rec := &ssetest.Recorder{}
		rec.Serve(streamOfNothing(nil), httptest.NewRequest(method, "/", nil))
		assert.Equal(t, http.StatusOK, rec.Status(), method)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch, http.MethodTrace, "get", ""} {
		rec := &ssetest.Recorder{}
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Method = method
		_, err := sse.Accept(rec, req, nil)
		refused, ok := errors.AsType[*sse.RefusedError](err)
		require.True(t, ok, method)
		assert.Equal(t, http.StatusMethodNotAllowed, refused.Status)
		assert.Equal(t, http.StatusMethodNotAllowed, rec.Status())
		assert.Equal(t, "GET, HEAD, POST", rec.Sent().Get("Allow"))
		assert.Equal(t, "no-store", rec.Sent().Get("Cache-Control"))
	}
}

func TestHeadGetsTheHeaderFieldsAlone(t *testing.T) {
	overEach(t, streamOfNothing(&sse.Options{Gzip: true}), func(s *site) {
		s.client.Transport.(*http.Transport).DisableCompression = true
		req := s.request(http.MethodHead)
		req.Header.Set("Accept-Encoding", "gzip")
		resp := s.do(req)
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
		assert.Equal(t, "gzip", resp.Header.Get("Content-Encoding"))
		assert.Equal(t, int64(-1), resp.ContentLength)
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Empty(t, got)
		resp.Body.Close()
	})
	_, err := sse.Accept(&ssetest.Recorder{}, httptest.NewRequest(http.MethodHead, "/", nil), nil)
	require.ErrorIs(t, err, sse.ErrAnswered)
}

func TestAcceptField(t *testing.T) {
	for accept, status := range map[string]int{
		"":                                     200,
		" , ;q=1":                              200, // no member at all
		"text/event-stream":                    200,
		"Text/Event-Stream; charset=utf-8":     200,
		"application/json, text/event-stream":  200,
		"text/*":                               200,
		"text/html, */*;q=0.8":                 200,
		"*/*":                                  200,
		"*/*;q=0.001":                          200,
		`text/html;a="x,y;q=0", */*`:           200,
		"text/event-stream;q=2, */*":           200, // what can't be read counts for nothing
		"application/json":                     406,
		"text/event-stream;q=0":                406,
		"text/event-stream;q=0, */*":           406,
		"text/event-stream;Q=0.000":            406,
		"text/*;q=0, */*":                      406,
		"*/*;q=0":                              406,
		"text/html":                            406,
		`text/html;a="*/*, text/event-stream"`: 406,
	} {
		rec := &ssetest.Recorder{}
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		if accept != "" {
			req.Header.Set("Accept", accept)
		}
		rec.Serve(streamOfNothing(nil), req)
		assert.Equal(t, status, rec.Status(), accept)
	}
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.Header["Accept"] = []string{"application/json", "text/event-stream"}
	rec := &ssetest.Recorder{}
	rec.Serve(streamOfNothing(nil), req)
	assert.Equal(t, 200, rec.Status(), "two lines")
}

// lying passes Flush on to what can't.
type lying struct{ http.ResponseWriter }

func (l lying) Unwrap() http.ResponseWriter { return l.ResponseWriter }
func (l lying) FlushError() error           { return http.NewResponseController(l.ResponseWriter).Flush() }

// hiding is lying without Unwrap: nobody can tell before.
type hiding struct{ http.ResponseWriter }

func (l hiding) FlushError() error { return http.NewResponseController(l.ResponseWriter).Flush() }

type nothingInside struct{ http.ResponseWriter }

func (nothingInside) Unwrap() http.ResponseWriter { return nil }

// circular has no end of what is inside.
type circular struct{ http.ResponseWriter }

func (c circular) Unwrap() http.ResponseWriter { return c }
func (circular) Flush()                        {}

//req:test SSE-9.2.5-05
func TestS10_AWriterThatCannotFlush(t *testing.T) {
	for name, wrap := range map[string]func(rec *ssetest.Recorder) http.ResponseWriter{
		"ssetest.basic":                         func(rec *ssetest.Recorder) http.ResponseWriter { return rec.WithoutFlush() },
		"ssetest.basic ":                        func(rec *ssetest.Recorder) http.ResponseWriter { return ssetest.Unwrapping(rec.WithoutFlush()) },
		"ssetest.basic has":                     func(rec *ssetest.Recorder) http.ResponseWriter { return lying{rec.WithoutFlush()} },
		"sse_test.nothingInside unwraps to nil": func(rec *ssetest.Recorder) http.ResponseWriter { return nothingInside{rec} },
		"sse_test.circular unwraps without end": func(rec *ssetest.Recorder) http.ResponseWriter { return circular{rec} },
	} {
		rec := &ssetest.Recorder{}
		_, err := sse.Accept(wrap(rec), httptest.NewRequest(http.MethodGet, "/", nil), nil)
		require.ErrorIs(t, err, sse.ErrFlush)
		require.ErrorContains(t, err, name)
		refused, ok := errors.AsType[*sse.RefusedError](err)
		require.True(t, ok)
		assert.Equal(t, http.StatusInternalServerError, refused.Status)
		assert.Equal(t, []string{"header 500", "write 39 octets"}, actionsOf(rec))
		assert.Equal(t, "this server can't send an event stream\n", rec.Body(), "and nothing of this side's types")
	}
	rec := &ssetest.Recorder{}
	_, err := sse.Accept(hiding{rec.WithoutFlush()}, httptest.NewRequest(http.MethodGet, "/", nil), nil)
	require.ErrorIs(t, err, sse.ErrFlush)
	require.ErrorContains(t, err, "sse_test.hiding")
	assert.Empty(t, rec.Body())

	// What can, in all the ways there are.
	rec = &ssetest.Recorder{}
	for _, w := range []http.ResponseWriter{rec, rec.Unwrapping(), ssetest.Unwrapping(rec.Unwrapping()), rec.WithoutDeadlines(), lying{rec}, httptest.NewRecorder()} {
		c, err := sse.Accept(w, httptest.NewRequest(http.MethodGet, "/", nil), nil)
		require.NoError(t, err)
		require.NoError(t, c.Close())
	}
}

// http.TimeoutHandler gathers the whole answer.
func TestS10_BehindTimeoutHandler(t *testing.T) {
	rec := &ssetest.Recorder{}
	rec.Serve(http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := sse.Accept(w, r, nil)
		assert.ErrorIs(t, err, sse.ErrFlush)
		assert.ErrorContains(t, err, "*http.timeoutWriter")
	}), time.Hour, ""), httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusInternalServerError, rec.Status())
}

func TestAClientThatDoesNotTakeTheHeader(t *testing.T) {
	broken := errors.New("broken")
	rec := &ssetest.Recorder{}
	rec.FailAt(0, broken)
	_, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil), &sse.Options{Retry: time.Second})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, []string{"write deadline cleared", "write deadline set", "header 200", "write 0 octets: broken"}, actionsOf(rec))
}

// nginx asks servers in HTTP/1.0 unless told otherwise.
func TestAClientOfHTTP10GetsAStream(t *testing.T) {
	over(t, siteOptions{version: overHTTP1}, sse.Handler(func(_ context.Context, c *sse.Conn) error {
		for _, data := range []string{"1", "2"} {
			if err := c.Send(sse.Message{Data: data}); err != nil {
				return err
			}
			passTime(time.Minute)
		}
		return nil
	}, nil), func(s *site) {
		start := time.Now()
		c := s.dial("GET / HTTP/1.0\r\nHost: example.com\r\n\r\n")
		r := bufio.NewReader(c)
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		assert.True(t, resp.Close)
		assert.Empty(t, resp.TransferEncoding)
		line, err := bufio.NewReader(resp.Body).ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, "data: 1\n", line)
		assert.Zero(t, time.Since(start))
		_, err = io.ReadAll(c)
		require.NoError(t, err)
		assert.Equal(t, 2*time.Minute, time.Since(start))
		c.Close()
	})
}

// A handler answers as it likes before Accept.
//
//req:test SSE-9.2.1-01
func TestARedirectToAStream(t *testing.T) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusTemporaryRedirect} {
		mux := http.NewServeMux()
		mux.Handle("/{$}", http.RedirectHandler("/events", status))
		mux.Handle("/events", streamOfOne())
		overEach(t, mux, func(s *site) {
			in := s.get()
			assert.Equal(t, "/events", in.Request.URL.Path)
			in.expect("1")
			in.expectEnd()
		})
	}
}

func streamOfOne() http.Handler {
	return sse.Handler(func(_ context.Context, c *sse.Conn) error { return c.Send(sse.Message{Data: "1"}) }, nil)
}

//req:test SSE-9.2.4-01
func TestLastEventID(t *testing.T) {
	long := strings.Repeat("x", sse.MaxLastEventID)
	for _, c := range []struct {
		name   string
		query  string
		header []string
		want   string
		status int
	}{
		{name: "none"},
		{name: "header", header: []string{"7"}, want: "7"},
		{name: "header and parameter", header: []string{"7"}, query: "?last=8", want: "7"},
		{name: "parameter", query: "?last=8", want: "8"},
		{name: "empty header", header: []string{""}, query: "?last=8", want: "8"},
		{name: "empty parameter", query: "?last="},
		{name: "UTF-8", header: []string{"\xe2\x82\xac"}, want: "€"},
		{name: "UTF-8 in the parameter", query: "?last=%E2%82%AC", want: "€"},
		{name: "a control character", header: []string{"a\tb"}, want: "a\tb"},
		{name: "8 KiB", header: []string{long}, want: long},
		{name: "longer", header: []string{long + "x"}, status: 400},
		{name: "longer parameter", query: "?last=x" + long, status: 400},
		{name: "not UTF-8", header: []string{"\xff"}, status: 400},
		{name: "parameter not UTF-8", query: "?last=%FF", status: 400},
		{name: "NUL", query: "?last=a%00", status: 400},
		{name: "CR", query: "?last=a%0Db", status: 400},
		{name: "LF", query: "?last=%0A", status: 400},
		{name: "twice", header: []string{"1", "2"}, status: 400},
		{name: "parameter twice", query: "?last=1&last=2", status: 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := httptest.NewRequest(http.MethodGet, "/"+c.query, nil)
			if c.header != nil {
				req.Header["Last-Event-Id"] = c.header
			}
			rec := &ssetest.Recorder{}
			conn, err := sse.Accept(rec, req, &sse.Options{LastEventIDParam: "last"})
			if c.status != 0 {
				require.ErrorContains(t, err, "last event ID")
				assert.Equal(t, c.status, rec.Status())
				return
			}
			require.NoError(t, err)
			id, ok := conn.LastEventID()
			assert.Equal(t, c.want, id)
			assert.Equal(t, c.want != "", ok)
			require.NoError(t, conn.Close())
		})
	}
	conn, err := sse.Accept(&ssetest.Recorder{}, httptest.NewRequest(http.MethodGet, "/?last=8&=9", nil), nil)
	require.NoError(t, err)
	_, ok := conn.LastEventID()
	assert.False(t, ok, "the parameter is off by default")
	require.NoError(t, conn.Close())
}
