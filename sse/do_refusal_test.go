package sse_test

import (
	"context"
	"errors"
	"io"
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

// answer gives a client to which every answer is this, and the body's record.
func answer(status int, header http.Header, body io.Reader) (*http.Client, *recordedBody) {
	b := &recordedBody{Reader: body}
	return inMemory(roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: header, Body: b}, nil
	})), b
}

// recordedBody counts what is read of a body.
type recordedBody struct {
	io.Reader
	octets, closed int
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.octets += n
	return n, err
}

func (b *recordedBody) Close() error { b.closed++; return nil }

const anEvent = "data: 1\n\n"

//req:test SSE-9.2.2-09
func TestS7_StatusIsCheckedBeforeAnOctetIsParsed(t *testing.T) {
	for _, status := range []int{201, 204, 206, 300, 304, 400, 401, 404, 429, 500, 503, 599} {
		c, body := answer(status, http.Header{"Content-Type": {"text/event-stream"}, "Retry-After": {"5"}}, strings.NewReader(anEvent))
		resp, err := sse.Do(c, request(t, http.MethodGet, "http://example.test", ""), &sse.ReadOptions{
			OnComment: func(string) { t.Error("parsed") },
		})
		assert.Nil(t, resp)
		e, ok := errors.AsType[*sse.StatusError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, status, e.StatusCode)
		assert.Equal(t, "5", e.Header.Get("Retry-After"))
		assert.Equal(t, anEvent, string(e.Body))
		assert.False(t, e.Truncated)
		assert.Equal(t, 1, body.closed)
	}
}

// After 101 the connection speaks something else, which is not read.
func TestS7_TheBodyOf101IsNotRead(t *testing.T) {
	c, body := answer(http.StatusSwitchingProtocols, http.Header{}, strings.NewReader("not HTTP"))
	_, err := sse.Do(c, request(t, http.MethodGet, "http://example.test", ""), nil)
	e, ok := errors.AsType[*sse.StatusError](err)
	require.True(t, ok)
	assert.Empty(t, e.Body)
	assert.Zero(t, body.octets)
	assert.Equal(t, 1, body.closed)
}

//req:test SSE-9.2.2-10 SSE-9.2.2-11
func TestS7_ContentTypeIsCheckedBeforeAnOctetIsParsed(t *testing.T) {
	for _, good := range []string{
		"text/event-stream", "TEXT/Event-Stream", "text/event-stream; charset=utf-8", "text/event-stream;charset=UTF-8",
		"text/event-stream ; charset=iso-8859-1; x=\"a;b\"", "text/event-stream;", " text/event-stream",
		"text/event-stream; charset=utf-8; charset=utf-8", "text/event-stream; =",
	} {
		c, body := answer(http.StatusOK, http.Header{"Content-Type": {good}}, strings.NewReader(anEvent))
		resp, err := sse.Do(c, request(t, http.MethodGet, "http://example.test", ""), nil)
		require.NoError(t, err, good)
		assert.Zero(t, body.octets, "nothing is read before the loop")
		events, err := eventsOf(t, resp.Events())
		require.NoError(t, err)
		assert.Len(t, events, 1)
	}
	for _, bad := range []string{
		"", "text/html", "text/html; text/event-stream", "text/event-streams", "text/event-strea", "text/event-stream/",
		"text/event-stream, text/html", "text/event-stream\u00A0", "application/json", "text/plain; charset=text/event-stream", ";", "text /event-stream",
	} {
		h := http.Header{"Content-Type": {bad}}
		if bad == "" {
			h = http.Header{}
		}
		c, body := answer(http.StatusOK, h, strings.NewReader(anEvent))
		resp, err := sse.Do(c, request(t, http.MethodGet, "http://example.test", ""), nil)
		assert.Nil(t, resp)
		e, ok := errors.AsType[*sse.ContentTypeError](err)
		require.True(t, ok, "%q: %v", bad, err)
		assert.Equal(t, bad, e.ContentType)
		assert.Equal(t, anEvent, string(e.Body))
		assert.False(t, e.Truncated)
		assert.Equal(t, 1, body.closed)
	}
}

func TestS7_ErrorBodiesAreReadWithALimit(t *testing.T) {
	for _, c := range []struct {
		limit, size, kept int
		truncated         bool
	}{
		{0, 64 << 10, 64 << 10, false},
		{0, 64<<10 + 1, 64 << 10, true},
		{0, 1 << 30, 64 << 10, true},
		{10, 9, 9, false},
		{10, 10, 10, false},
		{10, 11, 10, true},
		{-1, 1 << 20, 1 << 20, false},
	} {
		for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
			client, body := answer(status, http.Header{}, io.LimitReader(&endless{body: "x"}, int64(c.size)))
			_, err := sse.Do(client, request(t, http.MethodGet, "http://example.test", ""), &sse.ReadOptions{MaxErrorBody: c.limit})
			var kept []byte
			var truncated bool
			switch e := err.(type) { //nolint:errorlint // these are given as they are
			case *sse.StatusError:
				kept, truncated = e.Body, e.Truncated
			case *sse.ContentTypeError:
				kept, truncated = e.Body, e.Truncated
			default:
				require.Fail(t, "another error", "%v", err)
			}
			assert.Len(t, kept, c.kept)
			assert.Equal(t, c.truncated, truncated)
			assert.LessOrEqual(t, body.octets, c.kept+1)
			assert.Equal(t, 1, body.closed)
		}
	}
}

// A body that breaks off is kept as far as it came: the status is what counts.
func TestS7_AnErrorBodyThatBreaksOff(t *testing.T) {
	srv := ssetest.NewServer(ssetest.Script{ssetest.Status(500), ssetest.Send("half of"), ssetest.Break()})
	_, err := sse.Do(inMemory(srv), request(t, http.MethodGet, "http://example.test", ""), nil)
	e, ok := errors.AsType[*sse.StatusError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "half of", string(e.Body))
	assert.True(t, e.Truncated)
}

// A body that does not end is not waited for without end: five seconds, or
// until the request's context ends.
func TestS7_ErrorBodiesAreReadForALimitedTime(t *testing.T) {
	for name, script := range map[string]ssetest.Script{
		"an error that stalls": {ssetest.Status(503), ssetest.Send("busy"), ssetest.Hold()},
		"a stream of another type": {
			ssetest.Header("Content-Type", "text/plain"), ssetest.Send("busy"), ssetest.Hold(),
		},
	} {
		for _, timeout := range []time.Duration{0, time.Second} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv := ssetest.NewServer(script)
					req := request(t, http.MethodGet, "http://example.test", "")
					want := 5 * time.Second
					if timeout > 0 {
						ctx, cancel := context.WithTimeout(req.Context(), timeout)
						defer cancel()
						req, want = req.WithContext(ctx), timeout
					}
					start := time.Now()
					_, err := sse.Do(inMemory(srv), req, nil)
					assert.Equal(t, want, time.Since(start))
					status, isStatus := errors.AsType[*sse.StatusError](err)
					kind, isType := errors.AsType[*sse.ContentTypeError](err)
					switch {
					case isStatus:
						assert.Equal(t, "busy", string(status.Body))
						assert.True(t, status.Truncated)
					case isType:
						assert.Equal(t, "busy", string(kind.Body))
						assert.True(t, kind.Truncated)
					default:
						assert.Fail(t, "another error", "%v", err)
					}
					assert.Zero(t, srv.Open())
				})
			})
		}
	}
}

// Octets that nobody has undone the encoding of are not taken for a stream.
func TestS7_AnEncodedStreamIsRefused(t *testing.T) {
	for _, c := range []struct {
		values []string
		name   string // "": it is taken
	}{
		{[]string{"br"}, "br"},
		{[]string{"gzip"}, "gzip"},
		{[]string{"gzip", "br"}, "gzip, br"},
		{[]string{"identity"}, ""},
		{[]string{"Identity"}, ""},
		{[]string{""}, ""},
	} {
		h := http.Header{"Content-Type": {"text/event-stream"}, "Content-Encoding": c.values}
		client, body := answer(http.StatusOK, h, strings.NewReader(anEvent))
		resp, err := sse.Do(client, request(t, http.MethodGet, "http://example.test", ""), nil)
		if c.name == "" {
			require.NoError(t, err)
			require.NoError(t, resp.Close())
			continue
		}
		e, ok := errors.AsType[*sse.ContentEncodingError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, c.name, e.ContentEncoding)
		assert.EqualError(t, err, `sse: the event stream is encoded as "`+c.name+
			`", which is not undone; leave Accept-Encoding to the transport`)
		assert.Zero(t, body.octets)
		assert.Equal(t, 1, body.closed)
	}
}

// What a server wrote is cut down to what a log line bears, and of its body
// there is nothing.
func TestClientErrorTexts(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for want, err := range map[string]error{
		"sse: the answer is 404 Not Found, not an event stream":             &sse.StatusError{StatusCode: 404, Body: []byte("secret")},
		"sse: the answer is 599, not an event stream":                       &sse.StatusError{StatusCode: 599, Status: "599 secret"},
		"sse: the answer has no Content-Type, so it is no event stream":     &sse.ContentTypeError{Body: []byte("secret")},
		`sse: the answer is "text/html\n", not text/event-stream`:           &sse.ContentTypeError{ContentType: "text/html\n"},
		`sse: data of event 3, type "t": bad`:                               &sse.DecodeError{Index: 3, Event: sse.Event{Type: "t", Data: "secret"}, Err: errors.New("bad")},
		`sse: the answer is "` + long[:128] + `...", not text/event-stream`: &sse.ContentTypeError{ContentType: long},
		`sse: data of event 0, type "` + long[:128] + `...": bad`:           &sse.DecodeError{Event: sse.Event{Type: long}, Err: errors.New("bad")},
	} {
		assert.EqualError(t, err, want)
	}
}
