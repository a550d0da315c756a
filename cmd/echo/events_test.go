package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// reading is a stream that is being read. The octets of its greeting have been
// taken.
type reading struct {
	resp   *http.Response
	body   *bufio.Reader
	events chan sse.Event // closed at its end
	err    error          // once events is closed
}

// httpClient is a client that speaks HTTP/2 if protocol says so, else HTTP/1.1.
func httpClient(t *testing.T, protocol string) *http.Client {
	t.Helper()
	tr := &http.Transport{TLSClientConfig: insecure(), DisableCompression: true}
	if protocol == "HTTP/2.0" {
		tr.ForceAttemptHTTP2 = true
	} else {
		tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func (p *program) request(t *testing.T, method, target, body string, header http.Header) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.url.Scheme+"://"+p.url.Host+target, strings.NewReader(body))
	require.NoError(t, err)
	maps.Copy(req.Header, header)
	return req
}

// send gives the whole answer to a request with these fields.
func (p *program) send(t *testing.T, method, target, body string, header http.Header) reply {
	t.Helper()
	resp, err := client().Do(p.request(t, method, target, body, header))
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return reply{resp.StatusCode, resp.Header, string(b)}
}

// listen opens a stream and takes its greeting, the first octets that come.
func (p *program) listen(t *testing.T, c *http.Client, target string, header http.Header) *reading {
	t.Helper()
	resp, err := c.Do(p.request(t, http.MethodGet, target, "", header))
	require.NoError(t, err)
	return follow(t, resp)
}

// follow reads the stream of a response until it ends.
func follow(t *testing.T, resp *http.Response) *reading {
	t.Helper()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	r := &reading{resp: resp, body: bufio.NewReader(resp.Body), events: make(chan sse.Event, 1000)}
	first := make([]byte, len(": hello\n"))
	_, err := io.ReadFull(r.body, first)
	require.NoError(t, err)
	require.Equal(t, ": hello\n", string(first))
	t.Cleanup(func() { _ = resp.Body.Close() })
	go func() {
		defer close(r.events)
		for ev, err := range sse.Read(r.body, nil) {
			if err != nil {
				r.err = err
				return
			}
			r.events <- ev
		}
	}()
	return r
}

func (r *reading) next(t *testing.T) sse.Event {
	t.Helper()
	select {
	case ev, ok := <-r.events:
		require.True(t, ok, "the stream has ended: %v", r.err)
		return ev
	case <-t.Context().Done():
	case <-time.After(patience):
	}
	t.Fatal("no event")
	return sse.Event{}
}

// ends waits for the end of the stream, which is in order, and gives what came
// before it.
func (r *reading) ends(t *testing.T) (left []sse.Event) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case ev, ok := <-r.events:
			if !ok {
				require.NoError(t, r.err)
				return left
			}
			left = append(left, ev)
		case <-late:
			t.Fatal("the stream does not end")
		}
	}
}

// post publishes an event and gives its id.
func (p *program) post(t *testing.T, query, data string) string {
	t.Helper()
	r := p.do(t, http.MethodPost, "/events"+query, data)
	require.Equal(t, http.StatusOK, r.status, r.body)
	assert.Equal(t, "text/plain; charset=utf-8", r.header.Get("Content-Type"))
	assert.NotEmpty(t, r.body)
	assert.Equal(t, strings.TrimSpace(r.body), r.body)
	return r.body
}

// What is posted comes out of every stream, with its lines and the id that the
// post was answered with.
func TestEventStream(t *testing.T) {
	p := start(t)
	one := p.listen(t, httpClient(t, ""), "/events", nil)
	two := p.listen(t, httpClient(t, ""), "/events", http.Header{"Accept": {"text/event-stream"}})
	for name, want := range map[string]string{
		"Content-Type":           "text/event-stream",
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
	} {
		assert.Contains(t, one.resp.Header.Get(name), want, name)
	}
	for _, c := range []struct{ query, data, kind, want string }{
		{"", "Hello", "message", "Hello"},
		{"?type=tick", "κόσμε", "tick", "κόσμε"},
		{"?type=message&retry=1500", "", "message", ""},
		{"?type=", "one\n two\n\nfour\n", "message", "one\n two\n\nfour\n"},
		{"", "CR\rLF\nCRLF\r\nend", "message", "CR\nLF\nCRLF\nend"},
		{"?other=1", "data: x\nid: 7\n\nevent: y", "message", "data: x\nid: 7\n\nevent: y"},
	} {
		id := p.post(t, c.query, c.data)
		want := sse.Event{Type: c.kind, Data: c.want, LastEventID: id}
		assert.Equal(t, want, one.next(t))
		assert.Equal(t, want, two.next(t))
	}
	assert.Equal(t, exitOK, p.stop(t))
	assert.Empty(t, one.ends(t))
	assert.Empty(t, two.ends(t))
}

// A stream goes on after the id that its client had last, wherever that is
// said; the header counts more, since a browser adds it when it reconnects.
func TestEventStreamResumes(t *testing.T) {
	p := start(t)
	var ids []string
	for _, data := range []string{"one", "two", "three"} {
		ids = append(ids, p.post(t, "", data))
	}
	var open []*reading
	for _, c := range []struct {
		target string
		header http.Header
		want   []string
	}{
		{"/events", nil, nil},
		{"/events", http.Header{"Last-Event-Id": {ids[0]}}, []string{"two", "three"}},
		{"/events?lastEventId=" + ids[0], nil, []string{"two", "three"}},
		{"/events?lastEventId=" + ids[0], http.Header{"Last-Event-Id": {ids[1]}}, []string{"three"}},
		{"/events?lastEventId=" + ids[2], nil, nil},
	} {
		r := p.listen(t, httpClient(t, ""), c.target, c.header)
		for i, data := range c.want {
			id := ids[len(ids)-len(c.want)+i]
			assert.Equal(t, sse.Event{Type: "message", Data: data, LastEventID: id}, r.next(t), c.target)
		}
		open = append(open, r)
	}
	p.post(t, "", "four")
	for _, r := range open {
		assert.Equal(t, "four", r.next(t).Data, "then what is new, and nothing between")
	}
	assert.Equal(t, exitOK, p.stop(t))
	for _, r := range open {
		assert.Empty(t, r.ends(t))
	}
}

// A client whose id means nothing here is told so, and gets what is new.
func TestEventStreamAfterGap(t *testing.T) {
	p := start(t)
	last := p.post(t, "", "one")
	for _, target := range []string{"/events?lastEventId=forged", "/events?lastEventId=0123456789ab-1"} {
		r := p.listen(t, httpClient(t, ""), target, nil)
		gap := r.next(t)
		assert.Equal(t, "gap", gap.Type)
		assert.Equal(t, last, gap.LastEventID)
		last = p.post(t, "", target)
		assert.Equal(t, sse.Event{Type: "message", Data: target, LastEventID: last}, r.next(t))
	}
}

// The answer to HEAD has the same head, and ends.
func TestEventStreamHead(t *testing.T) {
	p := start(t)
	r := p.do(t, http.MethodHead, "/events", "")
	assert.Equal(t, http.StatusOK, r.status)
	assert.Contains(t, r.header.Get("Content-Type"), "text/event-stream")
	assert.Empty(t, r.body)
}

func TestEventsMethods(t *testing.T) {
	p := start(t)
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, "SEARCH"} {
		r := p.do(t, method, "/events", "x")
		assert.Equal(t, http.StatusMethodNotAllowed, r.status, method)
		assert.Equal(t, "GET, HEAD, OPTIONS, POST", r.header.Get("Allow"))
		assert.Contains(t, r.body, method)
	}
	r := p.send(t, http.MethodOptions, "/events", "", http.Header{
		"Origin": {"https://example.com"}, "Access-Control-Request-Method": {"GET"}, "Access-Control-Request-Headers": {"last-event-id"},
	})
	assert.Equal(t, http.StatusNoContent, r.status)
	assert.Equal(t, "GET, HEAD, OPTIONS, POST", r.header.Get("Allow"))
	assert.Empty(t, r.header.Get("Access-Control-Allow-Origin"), "no other origin reads the stream")
	assert.Equal(t, http.StatusUpgradeRequired, p.do(t, http.MethodGet, "/events/", "").status, "another path")
}

// A client that takes no event streams is told so, without a greeting.
func TestEventStreamRefused(t *testing.T) {
	p := start(t)
	for target, header := range map[string]http.Header{
		"/events":             {"Accept": {"text/html"}},
		"/events?token=short": nil,
	} {
		r := p.send(t, http.MethodGet, target, "", header)
		assert.GreaterOrEqual(t, r.status, 400, target)
		assert.NotContains(t, r.body, "hello", target)
		assert.NotEmpty(t, r.body, target)
	}
}

func TestEventStreamOverTLS(t *testing.T) {
	for _, protocol := range []string{"HTTP/2.0", "HTTP/1.1"} {
		t.Run(protocol, func(t *testing.T) {
			p := start(t, "-tls")
			r := p.listen(t, httpClient(t, protocol), "/events?token="+token(0), nil)
			assert.Equal(t, protocol, r.resp.Proto)
			id := p.post(t, "", "Hello")
			assert.Equal(t, sse.Event{Type: "message", Data: "Hello", LastEventID: id}, r.next(t))
			assert.Equal(t, http.StatusNoContent, p.do(t, http.MethodPost, "/events/cut/"+token(0), "").status)
			assert.Empty(t, r.ends(t))

			again := p.listen(t, httpClient(t, protocol), "/events", nil)
			assert.Equal(t, exitOK, p.stop(t))
			assert.Empty(t, again.ends(t))
		})
	}
}

// What bounds requests does not bound an event stream.
func TestEventStreamLivesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := inMemory(t)
		c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: l.Dial}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://example.com/events", nil)
		require.NoError(t, err)
		resp, err := c.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		r := follow(t, resp)
		<-time.After(10 * answerTimeout)
		synctest.Wait()
		req, err = http.NewRequestWithContext(t.Context(), http.MethodPost, "http://example.com/events", strings.NewReader("still here"))
		require.NoError(t, err)
		posted, err := c.Do(req)
		require.NoError(t, err)
		defer posted.Body.Close()
		assert.Equal(t, http.StatusOK, posted.StatusCode)
		assert.Equal(t, "still here", r.next(t).Data)
	})
}

// The end of the program ends the streams, also those whose clients take
// nothing, and takes no more events.
func TestEventStreamShutdown(t *testing.T) {
	p := startWith(t, func(ctx context.Context, p *program) int {
		cfg := config{addr: "127.0.0.1:0", driver: driverHTTP, maxMessage: defaultMaxMessage, closeTimeout: 500 * time.Millisecond}
		assert.NoError(t, listenAndServe(ctx, cfg, p.stdout, p.stderr))
		return exitOK
	})
	r := p.listen(t, httpClient(t, ""), "/events", nil)
	_, silent := p.raw(t, "GET /events HTTP/1.1\r\nHost: HOST\r\n\r\n")
	_, err := silent.ReadString('\n')
	require.NoError(t, err)
	large := strings.Repeat("\n", 1<<20) // 7 MiB on the wire, more than the socket's buffers hold
	p.post(t, "", large)
	assert.Equal(t, large, r.next(t).Data)
	assert.Equal(t, exitOK, p.stop(t))
	assert.Empty(t, r.ends(t))
}
