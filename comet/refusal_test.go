package comet_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
	"longwire.example/sse"
)

// What is wrong with a request is answered with a status that says so, and with
// nothing of the request that a browser could take for more than text.
func TestRefusals(t *testing.T) {
	h := allow()
	h.JSONP = true
	h.MaxBody = 8
	refuses := h.Receive
	h.Receive = func(r *http.Request, data []byte) (string, error) {
		if string(data) == "teapot" {
			return "", &sse.HTTPError{Status: http.StatusTeapot}
		}
		if string(data) == "bad" {
			return "", errors.New("a secret of this server")
		}
		return refuses(r, data)
	}
	inBubble(t, h, func(s *site) {
		long := strings.Repeat("x", sse.MaxLastEventID+1)
		for _, c := range []struct {
			method, target, body string
			status               int
		}{
			{"GET", "", "", 404},
			{"GET", "nothing", "", 404},
			{"GET", "poll/", "", 404},
			{"GET", "POLL", "", 404},
			{"POST", "poll", "", 405},
			{"HEAD", "longpoll", "", 405},
			{"DELETE", "stream", "", 405},
			{"GET", "send", "", 405},
			{"PUT", "send", "x", 405},
			{"POST", "client.js", "", 405},
			{"GET", "poll?cursor=%00", "", 400},
			{"GET", "longpoll?cursor=a%0Ab", "", 400},
			{"GET", "stream?cursor=%0d", "", 400},
			{"GET", "multipart?cursor=%ff", "", 400},
			{"GET", "sse?cursor=" + long, "", 400},
			{"GET", "ws?cursor=a&cursor=b", "", 400},
			{"GET", "poll?cursor=%", "", 400},
			{"GET", "iframe?a;b", "", 400},
			{"GET", "iframe", "", 400},
			{"GET", "poll?callback=", "", 400},
			{"GET", "poll?callback=a(", "", 400},
			{"GET", "poll?callback=1", "", 400},
			{"GET", "poll?callback=a..b", "", 400},
			{"GET", "poll?callback=.a", "", 400},
			{"GET", "poll?callback=a.", "", 400},
			{"GET", "poll?callback=%C3%A9", "", 400},
			{"GET", "poll?callback=" + long[:129], "", 400},
			{"GET", "poll?callback=a&callback=a", "", 400},
			{"GET", "longpoll?hold=x", "", 400},
			{"GET", "longpoll?hold=-1", "", 400},
			{"GET", "longpoll?hold=99999", "", 400},
			{"GET", "longpoll?hold=1&hold=1", "", 400},
			{"GET", "poll", "x", 400},
			{"GET", "stream", "x", 400},
			{"GET", "ws", "", 426},
			{"GET", "sse", "", 200},
			{"POST", "send", "123456789", 413},
			{"POST", "send", "bad", 400},
			{"POST", "send", "teapot", 418},
			{"POST", "send", "12345678", 200},
			{"HEAD", "poll", "", 200},
			{"GET", "longpoll?hold=0", "", 200},
			{"GET", "poll?callback=" + long[:128], "", 200},
			{"GET", "poll?cursor=", "", 200},
		} {
			resp, err := s.client.Do(s.request(c.method, c.target, strings.NewReader(c.body), "Accept", "*/*"))
			require.NoError(t, err)
			text := make([]byte, 4096)
			n := 0
			if c.status != http.StatusOK {
				n, _ = resp.Body.Read(text)
			}
			resp.Body.Close()
			assert.Equal(t, c.status, resp.StatusCode, "%s %.40s: %s", c.method, c.target, text[:n])
			if c.status == 405 {
				assert.NotEmpty(t, resp.Header.Get("Allow"))
			}
			if c.status >= 400 && c.status != 426 {
				assert.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"), c.target)
				assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"), c.target)
				assert.NotContains(t, string(text[:n]), "secret")
				assert.NotContains(t, string(text[:n]), "<")
			}
		}
	})
}

// What Topics refuses is refused on each transport, before anything is read.
func TestTopicsDecide(t *testing.T) {
	var err error
	topics := []string{}
	h := allow()
	h.Topics = func(*http.Request) ([]string, error) { return topics, err }
	var record bytes.Buffer
	h.Logger = slog.New(slog.NewTextHandler(&record, nil))
	inBubble(t, h, func(s *site) {
		for _, c := range []struct {
			err    error
			status int
		}{{nil, 403}, {errors.New("a secret"), 403}, {&sse.HTTPError{Status: 401}, 401}, {&sse.HTTPError{Status: 200}, 403}, {&sse.HTTPError{Status: 499}, 499}} {
			err = c.err
			for _, target := range []string{"poll", "longpoll", "stream", "multipart", "iframe?origin=" + own, "sse", "ws"} {
				a := s.do(http.MethodGet, target, "")
				assert.Equal(t, c.status, a.StatusCode, target)
				assert.NotContains(t, a.text, "secret")
				assert.NotEmpty(t, strings.TrimSpace(a.text))
			}
		}
		topics, err = []string{"a", ""}, nil
		assert.Equal(t, http.StatusInternalServerError, s.do(http.MethodGet, "poll", "").StatusCode)
		assert.Contains(t, record.String(), "a secret")
		assert.Contains(t, record.String(), "level=ERROR")
	})
}

// MaxHeld bounds what is held, and what has ended makes room. After Shutdown nobody
// gets anything.
func TestMaxHeld(t *testing.T) {
	h := allow()
	h.MaxHeld = 2
	inBubble(t, h, func(s *site) {
		a, b := openStream(s, ""), openWebSocket(s, "")
		for _, target := range []string{"longpoll", "stream", "multipart", "iframe?origin=" + own, "sse", "ws"} {
			refused := s.do(http.MethodGet, target, "")
			assert.Equal(t, http.StatusServiceUnavailable, refused.StatusCode, target)
			assert.NotEmpty(t, refused.Header.Get("Retry-After"))
		}
		assert.Equal(t, http.StatusOK, s.do(http.MethodGet, "poll", "").StatusCode, "it is not held")
		for _, end := range []func(){a.close, b.close} {
			end()
			synctest.Wait()
			assert.Equal(t, http.StatusOK, s.do(http.MethodGet, "longpoll?hold=0", "").StatusCode, "there is room again")
			again := openStream(s, "")
			defer again.close()
		}
		require.NoError(t, h.Shutdown(s.t.Context()))
		for _, target := range []string{"poll", "longpoll", "stream", "multipart", "iframe?origin=" + own, "sse", "ws"} {
			refused := s.do(http.MethodGet, target, "")
			assert.Equal(t, http.StatusServiceUnavailable, refused.StatusCode, target)
			assert.NotEmpty(t, refused.Header.Get("Retry-After"))
		}
	})
}

// A hub that others have shut down is as one that Shutdown of the Handler has.
func TestHubIsShutDownByOthers(t *testing.T) {
	h := allow()
	inBubble(t, h, func(s *site) {
		require.NoError(t, h.Hub.Shutdown(s.t.Context()))
		for _, target := range []string{"poll", "longpoll", "stream", "multipart", "iframe?origin=" + own, "sse", "ws"} {
			assert.Equal(t, http.StatusServiceUnavailable, s.do(http.MethodGet, target, "").StatusCode, target)
		}
	})
}

// A ResponseWriter that can't flush would make a stream that says nothing.
func TestStreamsNeedFlush(t *testing.T) {
	for _, target := range []string{"stream", "multipart", "iframe?origin=" + own} {
		h := allow()
		rec := httptest.NewRecorder()
		h.ServeHTTP(struct{ http.ResponseWriter }{rec}, httptest.NewRequest(http.MethodGet, own+"/"+target, nil))
		assert.Equal(t, http.StatusInternalServerError, rec.Code, target)
		assert.Equal(t, 0, h.Hub.Len())
	}
}

// Check finds what is wrong, and so does the first request.
func TestCheck(t *testing.T) {
	for text, change := range map[string]func(*comet.Handler){
		"Handler.Hub is nil":           func(h *comet.Handler) { h.Hub = nil },
		"Handler.Topics is nil":        func(h *comet.Handler) { h.Topics = nil },
		"Handler.Hub: sse: the hub's":  func(h *comet.Handler) { h.Hub.Overflow = 17 },
		"Handler.Origins":              func(h *comet.Handler) { h.Origins = []string{"*"} },
		"a sandboxed page":             func(h *comet.Handler) { h.Origins = []string{"null"} },
		"which origins may":            func(h *comet.Handler) { h.WebSocket.Origins = []string{listed} },
		"Handler.Origins does":         func(h *comet.Handler) { h.WebSocket.InsecureSkipOriginCheck = true },
		"Handler.WebSocket: websocket": func(h *comet.Handler) { h.WebSocket.Subprotocols = []string{"a b"} },
	} {
		h := allow()
		change(h)
		err := h.Check()
		if text == "a sandboxed page" {
			text = "null is the origin"
		}
		require.ErrorContains(t, err, text)
		require.ErrorContains(t, h.Shutdown(t.Context()), text)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/poll", nil))
		assert.Equal(t, http.StatusInternalServerError, rec.Code)
		assert.NotContains(t, rec.Body.String(), text)
	}
	assert.NoError(t, allow().Check())
}

// The modules of the client are kept by browsers until they change.
func TestClient(t *testing.T) {
	inBubble(t, allow(), func(s *site) {
		for name, has := range map[string]string{"client.js": "export function connect(", "transports.js": "export const transports"} {
			a := s.do(http.MethodGet, name, "")
			assert.Equal(t, "text/javascript; charset=utf-8", a.Header.Get("Content-Type"))
			assert.Contains(t, a.text, has)
			b := s.do(http.MethodGet, name, "", "If-None-Match", a.Header.Get("ETag"))
			assert.Equal(t, http.StatusNotModified, b.StatusCode)
		}
	})
}

// At the end of its context Shutdown cuts off WebSockets whose peers say nothing.
func TestShutdownCutsOff(t *testing.T) {
	h := allow()
	inBubble(t, h, func(s *site) {
		openWebSocket(s, "") // and never reads the Close frame
		start := time.Now()
		ctx, cancel := context.WithCancel(s.t.Context())
		done := make(chan error)
		go func() { done <- h.Shutdown(ctx) }()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		assert.NoError(t, h.Shutdown(s.t.Context()), "nothing is held any more")
		assert.Zero(t, time.Since(start), "the closing handshake would have taken its time")
	})
}
