package sse_test

import (
	"errors"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// asking are the two ways to ask for a stream, with the error that there was.
var asking = map[string]func(c *http.Client, r *http.Request) error{
	"Do": func(c *http.Client, r *http.Request) error {
		resp, err := sse.Do(c, r, &sse.ReadOptions{LastEventID: r.Header.Get("Last-Event-ID")})
		if err != nil {
			return err
		}
		return resp.Close()
	},
	"Stream": func(c *http.Client, r *http.Request) error {
		for _, err := range (&sse.Client{HTTP: c, Policy: sse.Strict}).Stream(r).Events(r.Context()) {
			return err
		}
		return nil
	},
}

// redirecting gives a server that redirects along a chain of URLs and answers
// the last one with an event.
func redirecting(code int, chain ...string) *ssetest.Server {
	return ssetest.NewServerFunc(func(r *ssetest.Request) ssetest.Script {
		if r.Number <= len(chain) {
			return ssetest.Script{ssetest.Status(code), ssetest.Header("Location", chain[r.Number-1])}
		}
		return send("data: x\n\n")
	})
}

// loaded gives a request with everything that must not get into other hands.
func loaded(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	r := request(t, method, target, body)
	for _, name := range []string{
		"Authorization", "Cookie", "X-Api-Key", "X-Anything", "Last-Event-ID", "User-Agent", "Content-Type", "Referer", "Proxy-Authorization",
	} {
		r.Header.Set(name, "secret")
	}
	r.Header.Set("Accept", "text/event-stream;secret=1")
	return r
}

// Beyond its origin nothing of the caller's is sent, for each part of an
// origin, and not on the way back either. Within it everything is.
//
//req:test SSE-9.2.1-01
func TestS8_RedirectsToAnotherOriginForwardNoHeader(t *testing.T) {
	for _, c := range []struct {
		chain []string
		away  int // requests from which on it is another origin
	}{
		{[]string{"https://evil.example/"}, 1},
		{[]string{"https://evil.example/", "https://api.example.com/back"}, 1},
		{[]string{"https://api.example.com/b", "//evil.example/", "/c"}, 2},
		{[]string{"https://evil.api.example.com/"}, 1}, // net/http trusts subdomains
		{[]string{"https://example.com/"}, 1},
		{[]string{"https://api.example.com:8443/"}, 1},
		{[]string{"https://api.example.com.evil.example/"}, 1},
		{[]string{"https://api.example.com@evil.example/"}, 1},
		{[]string{"https://user:word@evil.example/"}, 1},
		{[]string{"https://API.example.com:443/same", "/same", "same"}, 4},
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			for name, ask := range asking {
				server := redirecting(code, c.chain...)
				r := loaded(t, http.MethodGet, "https://api.example.com/events?token=secret", "")
				r.Host = "secret.example"
				require.NoError(t, ask(inMemory(server), r))
				requests := server.Requests()
				require.Len(t, requests, len(c.chain)+1)
				for i, got := range requests {
					if i < c.away {
						assert.Equal(t, "secret", got.Header.Get("X-Api-Key"), "%s %s", name, got.URL)
						assert.Equal(t, "secret", got.Header.Get("Last-Event-ID"))
						continue
					}
					assert.Equal(t, http.Header{
						"Accept":        {"text/event-stream"},
						"Cache-Control": {"no-cache"},
					}, got.Header, "%s %s %d", name, got.URL, code)
					assert.Nil(t, got.URL.User)
				}
			}
		}
	}
}

// From http to https is another origin as well, though no downgrade.
func TestS8_RedirectsNeverLeaveTLS(t *testing.T) {
	for name, ask := range asking {
		server := redirecting(307, "https://example.com/b")
		require.NoError(t, ask(inMemory(server), loaded(t, http.MethodGet, "http://example.com/a", "")))
		require.Len(t, server.Requests(), 2)
		assert.Empty(t, server.Requests()[1].Header.Get("X-Api-Key"))

		for _, to := range []string{"http://example.com/b", "HTTP://example.com:443/", "//example.com/c", "ftp://example.com/", "file:///etc/passwd"} {
			server := redirecting(308, "https://example.com/b", to)
			err := ask(inMemory(server), loaded(t, http.MethodGet, "http://example.com/a?token=secret", ""))
			if to == "//example.com/c" {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, sse.ErrRedirect, "%s %s", name, to)
			assert.Len(t, server.Requests(), 2, to)
			assert.NotContains(t, err.Error(), "secret")
		}
	}
}

// Neither goes a Host of the caller's, which net/http keeps for a Location
// without a scheme.
func TestS8_RedirectsToAnotherOriginForwardNoHost(t *testing.T) {
	for name, ask := range asking {
		for to, want := range map[string]string{"//other.example/": "", "https://other.example/": "", "/b": "own.example"} {
			server, hosts := redirecting(307, to), []string{}
			r := request(t, http.MethodGet, "https://example.com/", "")
			r.Host = "own.example"
			require.NoError(t, ask(inMemory(roundTrip(func(r *http.Request) (*http.Response, error) {
				hosts = append(hosts, r.Host)
				return server.RoundTrip(r)
			})), r))
			assert.Equal(t, []string{"own.example", want}, hosts, "%s %s", name, to)
		}
	}
}

// A Location that is no URL is not repeated in the error, and not tried again.
func TestS8_RedirectsToNowhere(t *testing.T) {
	for name, ask := range asking {
		for _, to := range []string{"https://[secret", "%zz?secret", "https://user:secret@example.com:port/"} {
			server := redirecting(302, to)
			err := ask(inMemory(server), request(t, http.MethodGet, "https://example.com/?secret", ""))
			require.ErrorIs(t, err, sse.ErrRedirect, "%s %s", name, to)
			assert.NotContains(t, err.Error(), "secret")
			assert.Len(t, server.Requests(), 1)
		}
	}
}

func TestS8_AtMostTenRedirects(t *testing.T) {
	for name, ask := range asking {
		chain := make([]string, sse.MaxRedirects)
		for i := range chain {
			chain[i] = "/" + strconv.Itoa(i)
		}
		server := redirecting(302, chain...)
		require.NoError(t, ask(inMemory(server), request(t, http.MethodGet, "http://example.com/", "")), name)
		assert.Len(t, server.Requests(), 11)

		server = redirecting(302, append(chain, "/more")...)
		err := ask(inMemory(server), request(t, http.MethodGet, "http://example.com/", ""))
		require.ErrorIs(t, err, sse.ErrRedirect, name)
		assert.ErrorContains(t, err, "more than 10")
		assert.Len(t, server.Requests(), 11)
	}
}

// 301, 302 and 303 make a GET without a body of a POST, as net/http does; 307
// and 308 keep both, and to another origin the body goes without its headers.
func TestS8_RedirectsOfAPost(t *testing.T) {
	for code, want := range map[int]string{301: "GET ", 302: "GET ", 303: "GET ", 307: "POST ask", 308: "POST ask"} {
		for name, ask := range asking {
			for _, to := range []string{"/b", "https://other.example/"} {
				server := redirecting(code, to)
				r := request(t, http.MethodPost, "https://example.com/", "ask")
				r.Header.Set("X-Api-Key", "secret")
				require.NoError(t, ask(inMemory(server), r))
				got := server.Requests()[1]
				assert.Equal(t, want, got.Method+" "+string(got.Body), "%s %d %s", name, code, to)
				assert.Equal(t, to == "/b", got.Header.Get("X-Api-Key") == "secret")
			}
		}
	}
}

// The caller's CheckRedirect is asked last: it sees what is to be sent, may
// refuse, may take the redirect for the answer, and may not allow what is
// refused here.
func TestS8_CheckRedirectOfTheCaller(t *testing.T) {
	errNo := errors.New("no")
	for name, ask := range asking {
		var seen []http.Header
		answer := error(nil)
		check := func(r *http.Request, via []*http.Request) error {
			assert.Len(t, via, 1)
			seen = append(seen, r.Header.Clone())
			r.Header.Set("X-Chosen", "yes")
			return answer
		}
		try := func(to string) (*ssetest.Server, error) {
			server := redirecting(302, to)
			c := inMemory(server)
			c.CheckRedirect = check
			return server, ask(c, loaded(t, http.MethodGet, "https://example.com/", ""))
		}

		server, err := try("https://other.example/")
		require.NoError(t, err, name)
		assert.Equal(t, []http.Header{{"Accept": {"text/event-stream"}, "Cache-Control": {"no-cache"}}}, seen)
		assert.Equal(t, "yes", server.Requests()[1].Header.Get("X-Chosen"))

		answer = errNo
		_, err = try("/b")
		require.ErrorIs(t, err, errNo, name)
		require.ErrorIs(t, err, sse.ErrRedirect, name)

		answer = http.ErrUseLastResponse
		_, err = try("/b")
		e, ok := errors.AsType[*sse.StatusError](err)
		require.True(t, ok, "%s %v", name, err)
		assert.Equal(t, 302, e.StatusCode)

		answer, seen = nil, nil
		_, err = try("http://example.com/")
		require.ErrorIs(t, err, sse.ErrRedirect, name)
		assert.Empty(t, seen)
	}
}

// A CheckRedirect that copies the headers of the requests before, as many do,
// or the URL, widens nothing.
func TestS8_CheckRedirectOfTheCallerWidensNothing(t *testing.T) {
	chain := []string{"/b", "https://other.example/", "/c"}
	for name, ask := range asking {
		for what, copied := range map[string]func(r *http.Request, via []*http.Request){
			"first":  func(r *http.Request, via []*http.Request) { maps.Copy(r.Header, via[0].Header) },
			"last":   func(r *http.Request, via []*http.Request) { r.Header = via[len(via)-1].Header.Clone() }, //nolint:gosec // that is it
			"shared": func(r *http.Request, via []*http.Request) { r.Header = via[0].Header },                  //nolint:gosec // that is it
			"none":   func(r *http.Request, _ []*http.Request) { r.Header = nil },                              //nolint:gosec // that is it
		} {
			server := redirecting(302, chain...)
			c := inMemory(server)
			c.CheckRedirect = func(r *http.Request, via []*http.Request) error { copied(r, via); return nil }
			require.NoError(t, ask(c, loaded(t, http.MethodGet, "https://example.com/?token=secret", "")))
			require.Len(t, server.Requests(), 4)
			for _, got := range server.Requests()[2:] {
				assert.Equal(t, http.Header{"Accept": {"text/event-stream"}, "Cache-Control": {"no-cache"}}, got.Header, "%s %s %s", name, what, got.URL)
			}
		}

		server := redirecting(302, "/b")
		c := inMemory(server)
		c.CheckRedirect = func(r *http.Request, _ []*http.Request) error { r.URL.Scheme = "http"; return nil }
		require.ErrorIs(t, ask(c, loaded(t, http.MethodGet, "https://example.com/", "")), sse.ErrRedirect, name)
		assert.Len(t, server.Requests(), 1)
	}
}

// Neither the caller's http.Client nor the default one is changed, and what it
// has besides is used.
func TestS8_NoClientIsChanged(t *testing.T) {
	before := *http.DefaultClient
	for name, ask := range asking {
		server := redirecting(302, "https://other.example/")
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		other, err := url.Parse("https://other.example/")
		require.NoError(t, err)
		jar.SetCookies(other, []*http.Cookie{{Name: "own", Value: "cookie"}})
		c := inMemory(server)
		c.Jar = jar
		require.NoError(t, ask(c, loaded(t, http.MethodGet, "https://example.com/", "")), name)
		assert.Nil(t, c.CheckRedirect)
		assert.Equal(t, "own=cookie", server.Requests()[1].Header.Get("Cookie"), "the jar's own for that host")

		plain := ssetest.NewServer(send("data: x\n\n"))
		target, err := plain.Listen()
		require.NoError(t, err)
		require.NoError(t, ask(nil, request(t, http.MethodGet, target, "")), name)
		require.NoError(t, plain.Close())
		assert.Nil(t, http.DefaultClient.CheckRedirect)
		assert.Nil(t, http.DefaultClient.Transport)
	}
	assert.Equal(t, before.Timeout, http.DefaultClient.Timeout)
}
