package comet_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
	"longwire.example/sse"
	"longwire.example/ws/wstest"
)

// site is a Handler on a real server of net/http and a client of it. In a bubble,
// where the connections are in memory, time passes only when everybody waits, and a
// goroutine that is left at its end fails the test.
type site struct {
	t      *testing.T
	h      *comet.Handler
	url    string // with a slash at its end
	client *http.Client
	l      *wstest.Listener
}

// allow is a Handler of one topic, which takes what is sent and publishes it.
func allow() *comet.Handler {
	h := &comet.Handler{
		Hub:    &sse.Hub{Spread: -1},
		Topics: func(*http.Request) ([]string, error) { return []string{"news"}, nil },
	}
	h.Receive = func(r *http.Request, data []byte) (string, error) {
		return h.Hub.Publish(r.Context(), "news", sse.Message{Data: string(data)})
	}
	return h
}

// bubble sets how a site in a bubble is made.
type bubble struct {
	version string // of HTTP: 1 by default
	pipe    wstest.PipeOptions
	server  func(*http.Server)              // changes the server
	listen  func(net.Listener) net.Listener // puts something in between
}

// The versions of HTTP besides 1.
const (
	overHTTP2 = "HTTP/2"
	overH2C   = "HTTP/2 without TLS"
)

// inBubble runs f with a site in memory. The server has timeouts that no held
// request would survive.
func inBubble(t *testing.T, h *comet.Handler, f func(s *site)) {
	t.Helper()
	inBubbleWith(t, h, bubble{}, f)
}

func inBubbleWith(t *testing.T, h *comet.Handler, o bubble, f func(s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &site{t: t, h: h, url: "http://example.com/comet/", l: wstest.NewListener(o.pipe)}
		srv := &httptest.Server{Listener: s.l, EnableHTTP2: o.version == overHTTP2, Config: &http.Server{
			Handler:           http.StripPrefix("/comet", h),
			ReadHeaderTimeout: 50 * time.Millisecond,
			ReadTimeout:       50 * time.Millisecond,
			WriteTimeout:      50 * time.Millisecond,
			ErrorLog:          log.New(io.Discard, "", 0),
		}}
		if o.server != nil {
			o.server(srv.Config)
		}
		if o.listen != nil {
			srv.Listener = o.listen(s.l)
		}
		tr := &http.Transport{DisableCompression: true}
		switch o.version {
		case overHTTP2:
			srv.StartTLS()
			tr.TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig
			tr.ForceAttemptHTTP2 = true
			s.url = "https://example.com/comet/"
		case overH2C:
			srv.Config.Protocols = new(http.Protocols)
			srv.Config.Protocols.SetUnencryptedHTTP2(true)
			tr.Protocols = srv.Config.Protocols
			srv.Start()
		default:
			srv.Start()
		}
		tr.DialContext = s.l.Dial
		s.client = &http.Client{Transport: tr}
		defer srv.Close()
		defer tr.CloseIdleConnections()
		f(s)
		if h.Check() == nil {
			assert.NoError(t, h.Shutdown(t.Context())) // no request is held any more
		}
	})
}

// overTCP gives a site on 127.0.0.1.
func overTCP(t *testing.T, h *comet.Handler) *site {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/comet/", h)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	t.Cleanup(func() { assert.NoError(t, h.Shutdown(context.Background())) }) // t.Context has ended
	return &site{t: t, h: h, url: srv.URL + "/comet/", client: srv.Client()}
}

// upgrade has the fields of a handshake.
var upgrade = http.Header{
	"Connection":            {"Upgrade"},
	"Upgrade":               {"websocket"},
	"Sec-Websocket-Version": {"13"},
	"Sec-Websocket-Key":     {"dGhlIHNhbXBsZSBub25jZQ=="},
}

// publish publishes numbers, each as the data of an event.
func (s *site) publish(from, to int) (last string) {
	s.t.Helper()
	for i := from; i < to; i++ {
		last = s.say("news", sse.Message{Data: strconv.Itoa(i)})
	}
	return last
}

func (s *site) say(topic string, m sse.Message) string {
	s.t.Helper()
	id, err := s.h.Hub.Publish(s.t.Context(), topic, m)
	require.NoError(s.t, err)
	return id
}

// request makes a request whose context ends with the test. fields are names and
// values in turn.
func (s *site) request(method, target string, body io.Reader, fields ...string) *http.Request {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+target, body)
	require.NoError(s.t, err)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

// answer is a response with its body.
type answer struct {
	*http.Response
	text string
}

func (s *site) do(method, target, body string, fields ...string) answer {
	s.t.Helper()
	var from io.Reader
	if body != "" {
		from = strings.NewReader(body)
	}
	resp, err := s.client.Do(s.request(method, target, from, fields...))
	require.NoError(s.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return answer{resp, string(text)}
}

// item and list are what clients get. An event has a type, and what is none has none.
type item struct{ ID, Type, Data string }

func (e *item) UnmarshalJSON(text []byte) error {
	var on struct {
		ID, Type string
		Data     *string
	}
	err := json.Unmarshal(text, &on)
	*e = item{ID: on.ID, Type: on.Type}
	if on.Data != nil {
		e.Type, e.Data = cmp.Or(on.Type, "message"), *on.Data
	}
	return err
}

type list struct {
	Cursor string
	Events []item
	More   bool
}

// poll asks once.
func (s *site) poll(path, cursor string) (b list) {
	s.t.Helper()
	a := s.do(http.MethodGet, path+"?cursor="+url.QueryEscape(cursor), "")
	require.Equal(s.t, http.StatusOK, a.StatusCode, a.text)
	assert.Equal(s.t, "application/json", a.Header.Get("Content-Type"))
	require.NoError(s.t, json.Unmarshal([]byte(a.text), &b))
	return b
}

// data gives the data of events.
func data(events []item) []string {
	all := []string{}
	for _, e := range events {
		all = append(all, e.Data)
	}
	return all
}

// numbers is what publish publishes.
func numbers(from, to int) []string {
	all := []string{}
	for i := from; i < to; i++ {
		all = append(all, strconv.Itoa(i))
	}
	return all
}

// open sends a GET for a response without end.
func (s *site) open(target string, fields ...string) (*http.Response, *bufio.Reader) {
	s.t.Helper()
	resp, err := s.client.Do(s.request(http.MethodGet, target, nil, fields...))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { resp.Body.Close() })
	require.Equal(s.t, http.StatusOK, resp.StatusCode)
	return resp, bufio.NewReader(resp.Body)
}
