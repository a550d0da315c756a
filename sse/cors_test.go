package sse_test

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// ask serves a request with a stream of nothing and gives what was answered.
func ask(t *testing.T, o *sse.Options, req *http.Request) *ssetest.Recorder {
	t.Helper()
	rec := &ssetest.Recorder{}
	rec.Header().Set("Access-Control-Allow-Origin", "*") // some middleware's, which knows no better
	rec.Serve(streamOfNothing(o), req)
	return rec
}

// from makes a request of a page.
func from(origin string) *http.Request {
	req := httptest.NewRequest(http.MethodGet, "http://stream.example/", nil)
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	return req
}

// corsFields are all of a response that CORS is about.
func corsFields(rec *ssetest.Recorder) map[string]string {
	fields := map[string]string{}
	for name, v := range rec.Sent() {
		if name == "Vary" || len(name) > 15 && name[:15] == "Access-Control-" {
			fields[name] = v[0]
		}
	}
	return fields
}

func TestS14_AListedOriginMayRead(t *testing.T) {
	for _, credentials := range []bool{false, true} {
		o := &sse.Options{Origins: []string{"https://a.example", "http://b.example:8080"}, AllowCredentials: credentials}
		for _, origin := range o.Origins {
			want := map[string]string{"Vary": "Origin", "Access-Control-Allow-Origin": origin}
			if credentials {
				want["Access-Control-Allow-Credentials"] = "true"
			}
			rec := ask(t, o, from(origin))
			assert.Equal(t, http.StatusOK, rec.Status())
			assert.Equal(t, want, corsFields(rec))
		}
	}
}

func TestS14_AnotherOriginIsRefused(t *testing.T) {
	o := &sse.Options{Origins: []string{"https://a.example"}, AllowCredentials: true}
	for _, origin := range []string{
		"https://a.example.evil.example", "https://evil-a.example", "https://sub.a.example", "http://a.example",
		"https://a.example:8443", "https://a.example:443", "https://A.example", "https://a.example.", "https://a.example/",
		"https://user@a.example", "null", "*", "a.example", "", "https://", "ftp://stream.example", "http://stream.example:81",
		"http://stream.example.evil.example", "http://",
	} {
		t.Run(origin, func(t *testing.T) {
			req := from(origin)
			req.Header["Origin"] = []string{origin}
			rec := ask(t, o, req)
			assert.Equal(t, http.StatusForbidden, rec.Status())
			assert.Equal(t, map[string]string{"Vary": "Origin"}, corsFields(rec))
		})
	}
	req := from("https://a.example")
	req.Header.Add("Origin", "https://a.example")
	assert.Equal(t, http.StatusForbidden, ask(t, o, req).Status(), "two lines")
}

func TestS14_RequestsOfNoOtherSitePass(t *testing.T) {
	o := &sse.Options{Origins: []string{"https://a.example"}, AllowCredentials: true}
	for _, origin := range []string{"", "http://stream.example", "https://stream.example"} {
		rec := ask(t, o, from(origin))
		assert.Equal(t, http.StatusOK, rec.Status(), origin)
		assert.Equal(t, map[string]string{"Vary": "Origin"}, corsFields(rec), origin)
	}
	// TLS on this hop: a page without it is another site's.
	req := from("http://stream.example")
	req.TLS = &tls.ConnectionState{}
	assert.Equal(t, http.StatusForbidden, ask(t, o, req).Status())
	// A Host with the usual port.
	req = from("https://stream.example")
	req.Host = "Stream.example:443"
	assert.Equal(t, http.StatusOK, ask(t, o, req).Status())
}

func TestS14_WithoutOriginsItIsLeftToMiddleware(t *testing.T) {
	rec := ask(t, nil, from("https://anybody.example"))
	assert.Equal(t, http.StatusOK, rec.Status())
	assert.Equal(t, map[string]string{"Access-Control-Allow-Origin": "*"}, corsFields(rec))
	req := from("https://anybody.example")
	req.Method = http.MethodOptions
	req.Header.Set("Access-Control-Request-Method", "GET")
	assert.Equal(t, http.StatusMethodNotAllowed, ask(t, nil, req).Status())
}

func TestS14_Preflight(t *testing.T) {
	o := &sse.Options{Origins: []string{"https://a.example"}, AllowCredentials: true}
	preflight := func(origin string) *ssetest.Recorder {
		req := from(origin)
		req.Method = http.MethodOptions
		req.Header.Set("Access-Control-Request-Method", "POST")
		req.Header.Set("Access-Control-Request-Headers", "last-event-id")
		return ask(t, o, req)
	}
	rec := preflight("https://a.example")
	assert.Equal(t, http.StatusNoContent, rec.Status())
	assert.Equal(t, map[string]string{
		"Vary":                             "Origin",
		"Access-Control-Allow-Origin":      "https://a.example",
		"Access-Control-Allow-Credentials": "true",
		"Access-Control-Allow-Methods":     "GET, HEAD, POST",
		"Access-Control-Allow-Headers":     "Last-Event-ID, Authorization, Cache-Control, Content-Type",
		"Access-Control-Max-Age":           "600",
	}, corsFields(rec))
	assert.Empty(t, rec.Body())
	for origin, status := range map[string]int{"https://b.example": 403, "null": 403, "": 204, "http://stream.example": 204} {
		rec := preflight(origin)
		assert.Equal(t, status, rec.Status(), origin)
		assert.Equal(t, map[string]string{"Vary": "Origin"}, corsFields(rec), origin)
	}
}

// A script can tell a refusal from a network error only if it may read it.
func TestS14_AListedOriginMayReadARefusal(t *testing.T) {
	o := &sse.Options{Origins: []string{"https://a.example"}}
	req := from("https://a.example")
	req.Header.Set("Accept", "application/json")
	rec := ask(t, o, req)
	assert.Equal(t, http.StatusNotAcceptable, rec.Status())
	assert.Equal(t, map[string]string{"Vary": "Origin", "Access-Control-Allow-Origin": "https://a.example"}, corsFields(rec))
}

func TestS14_VaryIsAddedOnce(t *testing.T) {
	for vary, want := range map[string][]string{
		"Cookie":         {"Cookie", "Origin", "Accept-Encoding"},
		"cookie, ORIGIN": {"cookie, ORIGIN", "Accept-Encoding"},
		"*":              {"*"},
	} {
		rec := &ssetest.Recorder{}
		rec.Header().Set("Vary", vary)
		rec.Serve(streamOfNothing(&sse.Options{Origins: []string{"https://a.example"}, Gzip: true}), from(""))
		assert.Equal(t, want, rec.Sent()["Vary"])
	}
}

func TestS14_OriginsThatNoBrowserSends(t *testing.T) {
	for _, origin := range []string{
		"https://a.example", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:3000",
		"https://xn--bcher-kva.example", "chrome-extension://abcdef", "https://a_b.example", "https://a.example:80",
	} {
		require.NoError(t, (&sse.Options{Origins: []string{origin}}).Check(), origin)
	}
	for origin, why := range map[string]string{
		"*":                       "one by one",
		"null":                    "sandboxed",
		"":                        "no scheme",
		"a.example":               "no scheme",
		"://a.example":            "no scheme",
		"1a://a.example":          "scheme is none",
		"ht tp://a.example":       "scheme is none",
		"https://":                "no host",
		"https://:8080":           "no host",
		"https://A.example":       "lower case",
		"HTTPS://a.example":       "lower case",
		"https://a.example/":      "more than",
		"https://a.example/path":  "more than",
		"https://*.example":       "more than",
		"https://u@a.example":     "more than",
		"https://bücher.example":  "more than",
		"https://::1":             "more than",
		"https://a.example:443":   "usual port",
		"http://a.example:80":     "usual port",
		"https://a.example:":      "port is none",
		"https://a.example:0":     "port is none",
		"https://a.example:080":   "port is none",
		"https://a.example:+80":   "port is none",
		"https://a.example:x":     "port is none",
		"https://a.example:70000": "port is none",
		"https://[::1":            "IPv6",
		"https://[0::1]":          "IPv6",
		"https://[1.2.3.4]":       "IPv6",
		"https://[fe80::1%25e]":   "IPv6",
	} {
		o := &sse.Options{Origins: []string{"https://good.example", origin}, Logger: slog.New(slog.DiscardHandler)}
		require.ErrorContains(t, o.Check(), why, origin)
		require.ErrorContains(t, o.Check(), "Options.Origins", origin)
		assert.Equal(t, http.StatusInternalServerError, ask(t, o, from("")).Status())
	}
	require.ErrorContains(t, (&sse.Options{AllowCredentials: true}).Check(), "AllowCredentials")
}
