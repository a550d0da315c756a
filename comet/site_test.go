package comet_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
)

const (
	own    = "http://example.com"
	listed = "https://app.example"
	other  = "https://evil.example"
)

// Who may: what browsers say of where a request comes from, and what is asked for.
func TestWhoMay(t *testing.T) {
	everywhere := []string{"poll", "longpoll?hold=0", "send", "ws", "iframe?origin=" + own, "stream?x=y;z"}
	for _, c := range []struct {
		what    string
		fields  []string
		targets []string
		refused bool
		allowed string // Access-Control-Allow-Origin
	}{
		{what: "no browser", targets: everywhere},
		{what: "this site", fields: []string{"Origin", own, "Sec-Fetch-Site", "same-origin"}, targets: everywhere},
		{what: "this site by an element", fields: []string{"Sec-Fetch-Site", "same-origin"}, targets: everywhere},
		{what: "this site behind TLS", fields: []string{"Origin", "https://example.com"}, targets: everywhere},
		{what: "the address bar", fields: []string{"Sec-Fetch-Site", "none"}, targets: everywhere},
		{what: "this host without TLS in front of it", fields: []string{"Origin", own, "Sec-Fetch-Site", "cross-site"}, targets: []string{"poll", "send", "stream", "iframe?origin=" + own}, refused: true},
		{what: "a handshake, by its Origin alone", fields: []string{"Origin", own, "Sec-Fetch-Site", "cross-site"}, targets: []string{"ws"}},
		{what: "a listed site", fields: []string{"Origin", listed, "Sec-Fetch-Site", "cross-site"}, targets: everywhere, allowed: listed},
		{what: "a listed site by an element", fields: []string{"Sec-Fetch-Site", "cross-site"}, targets: everywhere, refused: true},
		{what: "another site", fields: []string{"Origin", other, "Sec-Fetch-Site", "cross-site"}, targets: everywhere, refused: true},
		{what: "another site without metadata", fields: []string{"Origin", other}, targets: everywhere, refused: true},
		{what: "another site by an element", fields: []string{"Sec-Fetch-Site", "cross-site"}, targets: everywhere, refused: true},
		{what: "another host of this site", fields: []string{"Sec-Fetch-Site", "same-site"}, targets: everywhere, refused: true},
		{what: "another port", fields: []string{"Origin", own + ":8080"}, targets: everywhere, refused: true},
		{what: "a sandboxed page", fields: []string{"Origin", "null"}, targets: everywhere, refused: true},
		{what: "a listed one in upper case", fields: []string{"Origin", "HTTPS://APP.EXAMPLE"}, targets: everywhere, refused: true},
		{what: "two origins", fields: []string{"Origin", own, "Origin", own}, targets: everywhere, refused: true},
		{what: "the iframe for a listed page", fields: []string{"Sec-Fetch-Site", "cross-site"}, targets: []string{"iframe?x=y;z&origin=" + listed, "iframe?origin=" + listed}},
		{what: "the iframe for another page", fields: []string{"Sec-Fetch-Site", "cross-site"}, targets: []string{"iframe?origin=" + other, "iframe"}, refused: true},
		{what: "the client", fields: []string{"Sec-Fetch-Site", "cross-site"}, targets: []string{"client.js", "transports.js"}},
		{what: "the client, by import", fields: []string{"Origin", other, "Sec-Fetch-Site", "cross-site"}, targets: []string{"client.js", "transports.js"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := allow()
			h.Origins = []string{listed}
			h.AllowCredentials = true
			inBubble(t, h, func(s *site) {
				for _, target := range c.targets {
					method, body := http.MethodGet, ""
					if target == "send" {
						method, body = http.MethodPost, "x"
					}
					resp, err := s.client.Do(s.request(method, target, strings.NewReader(body), c.fields...))
					require.NoError(t, err)
					resp.Body.Close()
					assert.Equal(t, c.refused, resp.StatusCode == http.StatusForbidden, "%s: %s", target, resp.Status)
					want := c.allowed
					if target == "ws" {
						want = "" // CORS has no say there
					} else {
						assert.Contains(t, resp.Header.Values("Vary"), "Origin")
					}
					assert.Equal(t, want, resp.Header.Get("Access-Control-Allow-Origin"), target)
					assert.Equal(t, want != "", resp.Header.Get("Access-Control-Allow-Credentials") == "true", target)
				}
			})
		})
	}
}

// JSONP is off unless it is turned on; then pages of any site may read what they
// name a callback for, and nothing else.
func TestWhoMayUseJSONP(t *testing.T) {
	for _, on := range []bool{false, true} {
		h := allow()
		h.JSONP = on
		inBubble(t, h, func(s *site) {
			want := http.StatusForbidden
			if on {
				want = http.StatusOK
			}
			for _, from := range []string{"cross-site", "same-site", "same-origin", "none"} {
				for _, path := range []string{"poll?callback=f", "longpoll?hold=0&callback=f"} {
					a := s.do(http.MethodGet, path, "", "Sec-Fetch-Site", from)
					assert.Equal(t, want, a.StatusCode, "%s %s", from, path)
					assert.Equal(t, on, strings.HasPrefix(a.text, "/**/f({"), a.text)
				}
			}
			// A browser does not tell a server without TLS where a script element is, and
			// runs nothing of another site's that is for the same origin.
			a := s.do(http.MethodGet, "poll?callback=f", "")
			assert.Equal(t, on, a.Header.Get("Cross-Origin-Resource-Policy") == "cross-origin")
			a = s.do(http.MethodGet, "poll", "")
			assert.Equal(t, "same-origin", a.Header.Get("Cross-Origin-Resource-Policy"))
			for _, path := range []string{"poll", "longpoll?hold=0", "stream?callback=f", "sse?callback=f", "multipart?callback=f", "ws?callback=f"} {
				a := s.do(http.MethodGet, path, "", "Sec-Fetch-Site", "cross-site")
				assert.Equal(t, http.StatusForbidden, a.StatusCode, path)
			}
			a = s.do(http.MethodGet, "poll?callback=f", "", "Origin", other)
			assert.Equal(t, http.StatusForbidden, a.StatusCode, "a script with CORS says where it comes from")
		})
	}
}

// Preflights (the Fetch standard, section 3.3.2) see neither Topics nor Receive.
func TestPreflight(t *testing.T) {
	h := allow()
	h.Origins = []string{listed}
	h.Topics = func(*http.Request) ([]string, error) { panic("asked for topics") }
	inBubble(t, h, func(s *site) {
		for path, methods := range map[string]string{"send": "POST, OPTIONS", "stream": "GET, OPTIONS", "sse": "GET, HEAD, OPTIONS", "poll": "GET, HEAD, OPTIONS"} {
			a := s.do(http.MethodOptions, path, "", "Origin", listed, "Access-Control-Request-Method", "POST")
			assert.Equal(t, http.StatusNoContent, a.StatusCode)
			assert.Equal(t, listed, a.Header.Get("Access-Control-Allow-Origin"))
			assert.Equal(t, methods, a.Header.Get("Access-Control-Allow-Methods"))
			assert.Contains(t, a.Header.Get("Access-Control-Allow-Headers"), "Content-Type")
			assert.Equal(t, "600", a.Header.Get("Access-Control-Max-Age"))
			assert.Empty(t, a.Header.Get("Access-Control-Allow-Credentials"))

			a = s.do(http.MethodOptions, path, "")
			assert.Equal(t, methods, a.Header.Get("Allow"))
			assert.Empty(t, a.Header.Get("Access-Control-Allow-Methods"))

			a = s.do(http.MethodOptions, path, "", "Origin", other, "Access-Control-Request-Method", "POST")
			assert.Equal(t, http.StatusForbidden, a.StatusCode)
			assert.Empty(t, a.Header.Get("Access-Control-Allow-Methods"))
		}
	})
}

// No request waits for its body longer than WriteTimeout, though the server itself
// would wait for ever: that of a preflight as little as that of a refusal.
func TestABodyThatNeverComes(t *testing.T) {
	for _, line := range []string{"OPTIONS /comet/send", "OPTIONS /comet/poll", "GET /comet/stream", "POST /comet/nothing", "DELETE /comet/send", "POST /comet/send"} {
		for _, length := range []string{"Content-Length: 10", "Transfer-Encoding: chunked"} {
			inBubbleWith(t, allow(), bubble{server: func(srv *http.Server) {
				srv.ReadTimeout, srv.WriteTimeout, srv.IdleTimeout = 0, 0, time.Hour
			}}, func(s *site) {
				c, err := s.l.Dial(s.t.Context(), "", "")
				require.NoError(t, err)
				defer c.Close()
				start := time.Now()
				_, err = io.WriteString(c, line+" HTTP/1.1\r\nHost: example.com\r\n"+length+"\r\n\r\n")
				require.NoError(t, err)
				all, err := io.ReadAll(c)
				require.NoError(t, err)
				assert.Regexp(t, "^HTTP/1.1 (204|400|404|405) ", string(all), line)
				assert.LessOrEqual(t, time.Since(start), 2*comet.DefaultWriteTimeout, line)
			})
		}
	}
}

// The page around the iframe is named, and no other may show it.
func TestIframeIsForOneOrigin(t *testing.T) {
	h := allow()
	h.Origins = []string{listed}
	inBubble(t, h, func(s *site) {
		resp, _ := s.open("iframe?origin="+listed, "Sec-Fetch-Site", "cross-site")
		assert.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'none';")
		assert.Contains(t, resp.Header.Get("Content-Security-Policy"), "frame-ancestors 'self' "+listed)
		assert.Equal(t, "cross-origin", resp.Header.Get("Cross-Origin-Resource-Policy"))
		resp.Body.Close()
		a := s.do(http.MethodGet, "iframe?origin="+other, "")
		assert.Equal(t, http.StatusForbidden, a.StatusCode)
	})
}

// An origin that no Content-Security-Policy can name is left out of it, and nobody
// gets in by that.
func TestIframeOfAnOriginWithoutAWord(t *testing.T) {
	const six, underscore = "http://[::1]:8080", "https://my_app.example"
	for _, c := range []struct {
		origins []string
		policy  string
	}{
		{nil, "frame-ancestors 'self'"},
		{[]string{six}, "frame-ancestors 'self'"},
		{[]string{underscore, listed, six}, "frame-ancestors 'self' " + listed},
	} {
		h := allow()
		h.Origins = c.origins
		inBubble(t, h, func(s *site) {
			s.url = "http://[::1]/comet/" // its own pages are 'self', whatever their address
			resp, _ := s.open("iframe?origin=http://[::1]", "Sec-Fetch-Site", "same-origin")
			policy := resp.Header.Get("Content-Security-Policy")
			assert.True(t, strings.HasSuffix(policy, "; "+c.policy), policy)
			resp.Body.Close()
			assert.Equal(t, http.StatusForbidden, s.do(http.MethodGet, "iframe?origin="+other, "").StatusCode)
		})
	}
}
