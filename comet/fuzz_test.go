package comet_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// Whatever a client says is its cursor, it is refused or answered, and what it gets
// is either all that follows the cursor or a gap that goes on from a good one.
func FuzzCursor(f *testing.F) {
	h := allow()
	first, err := h.Hub.Publish(f.Context(), "news", sse.Message{Data: "first"})
	require.NoError(f, err)
	last, err := h.Hub.Publish(f.Context(), "news", sse.Message{Data: "last"})
	require.NoError(f, err)
	for _, seed := range []string{"", first, last, "x", "a\x00b", "\r\n", "\xff", first + "0", " " + first, "<script>", "000000000000-0"} {
		f.Add(seed)
	}
	ask := func(t *testing.T, path, cursor string) *httptest.ResponseRecorder {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+path+"?hold=0&cursor="+url.QueryEscape(cursor), nil))
		return w
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		w := ask(t, "longpoll", cursor)
		if w.Code != http.StatusOK {
			assert.Equal(t, http.StatusBadRequest, w.Code)
			assert.Equal(t, w.Code, ask(t, "poll", cursor).Code, "every transport says the same")
			return
		}
		var b list
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &b))
		assert.Equal(t, last, b.Cursor)
		assert.True(t, utf8.Valid(w.Body.Bytes()))
		assert.NotContains(t, w.Body.String(), "<")
		switch {
		case cursor == first:
			assert.Equal(t, []string{"last"}, data(b.Events))
		case cursor == last || cursor == "":
			assert.Empty(t, b.Events)
		case len(b.Events) == 1: // a gap
			assert.Equal(t, sse.GapType, b.Events[0].Type)
			assert.Less(t, len(b.Events[0].Data), 1024)
			again := ask(t, "longpoll", b.Events[0].ID)
			assert.JSONEq(t, `{"cursor":"`+last+`","events":[]}`, again.Body.String())
		default: // the moment before the first
			assert.Equal(t, []string{"first", "last"}, data(b.Events))
		}
	})
}

// name is what a callback may be, said in another way.
var name = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*)*$`)

// Whatever a client says is its callback, the answer is a call of a function of that
// name, or a refusal that is no script.
func FuzzCallback(f *testing.F) {
	for _, seed := range []string{"", "f", "a.b.c", "$", "_1", "a..b", "a.", ".a", "1a", "alert(1)//", "a\n", "a\u2028b", "é", "\xff", "a[0]", "f;g", "x=1"} {
		f.Add(seed)
	}
	h := allow()
	h.JSONP = true
	f.Fuzz(func(t *testing.T, callback string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/poll?callback="+url.QueryEscape(callback), nil))
		if len(callback) <= 128 && name.MatchString(callback) {
			assert.Equal(t, http.StatusOK, w.Code)
			assert.Equal(t, "text/javascript; charset=utf-8", w.Header().Get("Content-Type"))
			assert.Regexp(t, `^/\*\*/`+regexp.QuoteMeta(callback)+`\(\{.*\}\);\n$`, w.Body.String())
			return
		}
		assert.Equal(t, http.StatusBadRequest, w.Code)
		assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	})
}

// Whatever a browser says of where a request comes from, and whatever is asked for:
// who is neither this site nor a listed one gets nothing but a refusal, the client's
// modules, or what is meant for everybody.
func FuzzWhoMay(f *testing.F) {
	for _, seed := range []string{
		own, listed, other, "null", "", "HTTP://EXAMPLE.COM", own + ":80", own + ":81", own + ".", own + "/", "http://user@example.com",
		"http://example.com.evil.example", "https://example.com", "https://app.example:443", "https://app.example.", "http://example.com http://evil.example", "ws://example.com", "\x00", "http://ex\u212aample.com",
	} {
		f.Add(seed, "", "poll")
		f.Add(seed, "cross-site", "longpoll?hold=0&callback=f")
	}
	for _, site := range []string{"same-origin", "none", "same-site", "cross-site", "Same-Origin", "same-origin, cross-site", " none"} {
		f.Add("\x00none", site, "iframe?origin="+other)
	}
	h := allow()
	h.Origins = []string{listed}
	h.JSONP = true
	// It ends before it has begun: whoever would get a stream gets nothing.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	mine := regexp.MustCompile(`(?i)^(http://example\.com(:80)?|https://example\.com(:80|:443)?)$`)
	f.Fuzz(func(t *testing.T, origin, site, target string) {
		u, err := url.ParseRequestURI("/" + target)
		if err != nil {
			return
		}
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, own+"/", nil)
		r.URL.Path, r.URL.RawQuery = u.Path, u.RawQuery
		said := origin != "\x00none"
		if said {
			r.Header["Origin"] = []string{origin}
		}
		if site != "" {
			r.Header["Sec-Fetch-Site"] = []string{site}
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.NotEmpty(t, w.Code)
		cors := w.Header().Get("Access-Control-Allow-Origin")
		assert.Equal(t, said && origin == listed && w.Code != http.StatusNotFound, cors == listed)
		path := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
		elsewhere := site != "" && site != "same-origin" && site != "none"
		switch {
		case w.Code == http.StatusNotFound, said && origin == listed:
		case said && !mine.MatchString(origin):
			assert.Equal(t, http.StatusForbidden, w.Code)
		case said && elsewhere && path != "ws":
			assert.Equal(t, http.StatusForbidden, w.Code)
		case said || !elsewhere:
		case path == "client.js" || path == "transports.js":
		case path == "poll" || path == "longpoll":
			if w.Code != http.StatusForbidden && w.Code != http.StatusBadRequest {
				assert.Regexp(t, `^/\*\*/`, w.Body.String())
			}
		case path == "iframe":
			if w.Code == http.StatusOK {
				assert.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors 'self' "+listed)
				assert.Contains(t, w.Body.String(), `parent.postMessage({comet:v},"`+listed+`")`)
			}
		default:
			assert.Equal(t, http.StatusForbidden, w.Code)
		}
	})
}
