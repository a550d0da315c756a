package ws_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
)

// visit is a request as one of the hosts of a web got it.
type visit struct {
	addr string // what was dialled
	req  *handshake.Head
}

func (v visit) get(name string) string { return strings.Join(v.req.Values(name), "|") }

// web answers requests for each dialled address: with a redirect to what its
// map has for "address target", or with 101. TLS addresses are those with
// port 443 or 8443.
type web struct {
	visits  []visit
	answers map[string]string
	status  int
}

func (w *web) options(t *testing.T) *ws.DialOptions {
	t.Helper()
	serverTLS, clientTLS := tlsOf(t)
	return &ws.DialOptions{
		TLS: asExampleCom(clientTLS),
		NetDial: func(ctx context.Context, _, addr string) (net.Conn, error) {
			plain := dialTo(t, func(s *server) {
				w.visits = append(w.visits, visit{addr, &s.req})
				location, ok := w.answers[addr+" "+s.req.Target]
				if !ok {
					s.accept("\r\n")
					return
				}
				status := w.status
				if status == 0 {
					status = http.StatusFound
				}
				s.write(fmt.Sprintf("HTTP/1.1 %d Moved\r\nContent-Length: 0\r\nSet-Cookie: from=%s\r\n%s\r\n",
					status, strings.ReplaceAll(addr, ":", "-"), location))
			})
			if strings.HasSuffix(addr, "443") {
				return overTLS(ctx, t, plain, serverTLS)
			}
			return plain(ctx, "tcp", addr)
		},
	}
}

func to(location string) string { return "Location: " + location + "\r\n" }

func TestDialFollowsRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		w := &web{status: status, answers: map[string]string{
			"a.example:80 /1":     to("2?x=1"),
			"a.example:80 /2?x=1": to("/3#fragment"),
			"a.example:80 /3":     to("//b.example:81/4"),
			"b.example:81 /4":     to("http://b.example/5"),
			"b.example:80 /5":     to("wss://c.example:443/6"),
			"c.example:443 /6":    to("https://d.example:8443"),
		}}
		c, resp, err := ws.Dial(t.Context(), "ws://a.example/1", w.options(t))
		require.NoError(t, err)
		assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
		assert.Equal(t, "wss://d.example:8443/", resp.Request.URL.String())
		assert.Equal(t, "d.example:8443", c.Info().Host)
		require.NoError(t, c.CloseNow())
		require.Len(t, w.visits, 7)
		keys := map[string]bool{}
		for _, v := range w.visits {
			keys[v.get("Sec-WebSocket-Key")] = true
			assert.Equal(t, "GET", v.req.Method)
		}
		assert.Len(t, keys, 7, "a fresh key for each request")
	}
}

func TestW11_RedirectsThatAreNotFollowed(t *testing.T) {
	loop := map[string]string{}
	for i := range 30 {
		loop[fmt.Sprintf("a.example:80 /%d", i)] = to(fmt.Sprintf("/%d", i+1))
	}
	for name, c := range map[string]struct {
		url     string
		answers map[string]string
		max     int
		status  int
		step    ws.DialStep
		visits  int
		text    string
	}{
		"wss to ws":       {"wss://a.example/", map[string]string{"a.example:443 /": to("ws://a.example/")}, 0, 302, ws.StepRedirect, 1, "from wss to ws"},
		"wss to http":     {"wss://a.example/", map[string]string{"a.example:443 /": to("http://a.example:443/")}, 0, 302, ws.StepRedirect, 1, "from wss to ws"},
		"wss to ws later": {"ws://a.example/", map[string]string{"a.example:80 /": to("wss://b.example/"), "b.example:443 /": to("http://c.example/")}, 0, 302, ws.StepRedirect, 2, "from wss to ws"},
		"loop":            {"ws://a.example/", map[string]string{"a.example:80 /": to("/")}, 0, 302, ws.StepRedirect, 11, "more than 10 redirects"},
		"too many":        {"ws://a.example/0", loop, 3, 302, ws.StepRedirect, 4, "more than 3 redirects"},
		"switched off":    {"ws://a.example/0", loop, -1, 302, ws.StepVerify, 1, "did not switch protocols"},
		"other status":    {"ws://a.example/0", loop, 0, 300, ws.StepVerify, 1, "did not switch protocols"},
		"304":             {"ws://a.example/0", loop, 0, 304, ws.StepVerify, 1, "did not switch protocols"},
		"no location":     {"ws://a.example/", map[string]string{"a.example:80 /": ""}, 0, 302, ws.StepRedirect, 1, "exactly one Location"},
		"two locations":   {"ws://a.example/", map[string]string{"a.example:80 /": to("/1") + to("/2")}, 0, 302, ws.StepRedirect, 1, "exactly one Location"},
		"no URL":          {"ws://a.example/", map[string]string{"a.example:80 /": to("http://a b/")}, 0, 302, ws.StepRedirect, 1, "no URL"},
		"file":            {"ws://a.example/", map[string]string{"a.example:80 /": to("file:///etc/passwd")}, 0, 302, ws.StepRedirect, 1, "scheme"},
		"javascript":      {"ws://a.example/", map[string]string{"a.example:80 /": to("javascript:alert(1)")}, 0, 302, ws.StepRedirect, 1, "Location"},
		"no host":         {"ws://a.example/", map[string]string{"a.example:80 /": to("http:///x")}, 0, 302, ws.StepRedirect, 1, "Location"},
		"backslash":       {"ws://a.example/", map[string]string{"a.example:80 /": to("\\\\b.example")}, 0, 302, "", 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := &web{status: c.status, answers: c.answers}
			o := w.options(t)
			o.MaxRedirects = c.max
			conn, resp, err := ws.Dial(t.Context(), c.url, o)
			assert.Len(t, w.visits, c.visits)
			if c.step == "" { // it is only a strange relative path
				require.NoError(t, err)
				assert.Equal(t, "a.example:80", w.visits[1].addr)
				require.NoError(t, conn.CloseNow())
				return
			}
			assert.Nil(t, conn)
			checkStep(t, c.step, err)
			require.ErrorContains(t, err, c.text)
			require.ErrorIs(t, err, handshake.ErrStatus)
			require.NotNil(t, resp)
			assert.Equal(t, c.status, resp.StatusCode)
		})
	}
}

// What was meant for one origin stays there: scheme, host and port.
func TestW11_SecretsStayInTheirOrigin(t *testing.T) {
	secrets := []string{"Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key", "Www-Authenticate"}
	header := http.Header{"User-Agent": {"test"}}
	for _, name := range secrets {
		header.Set(name, "secret")
	}
	for location, same := range map[string]bool{
		"/next":                         true,
		"ws://a.example/next":           true,
		"http://a.example:80/next":      true,
		"http://A.EXAMPLE/next":         true,
		"ws://b.example/next":           false,
		"ws://sub.a.example/next":       false,
		"ws://a.example.b/next":         false,
		"ws://a.example:81/next":        false,
		"wss://a.example/next":          false,
		"ws://user:p@b.example/next":    false,
		"ws://b.example@c.example/next": false,
	} {
		for _, userinfo := range []string{"", "me:secret@"} {
			w := &web{answers: map[string]string{"a.example:80 /first": to(location)}}
			o := w.options(t)
			o.Header = header.Clone()
			if userinfo != "" {
				o.Header.Del("Authorization")
			}
			o.Host, o.Origin = "virtual.example", "https://page.example"
			c, _, err := ws.Dial(t.Context(), "ws://"+userinfo+"a.example/first", o)
			require.NoError(t, err, location)
			require.NoError(t, c.CloseNow())
			require.Len(t, w.visits, 2)
			first, next := w.visits[0], w.visits[1]
			assert.Equal(t, "/next", next.req.Target)
			for _, name := range secrets {
				switch {
				case name == "Proxy-Authorization":
					assert.Empty(t, first.get(name))
					assert.Empty(t, next.get(name))
				case same:
					assert.NotEmpty(t, first.get(name))
					assert.Equal(t, first.get(name), next.get(name), "%s to %s", name, location)
				default:
					assert.NotEmpty(t, first.get(name))
					assert.Empty(t, next.get(name), "%s to %s", name, location)
				}
			}
			assert.Equal(t, "test", next.get("User-Agent"))
			assert.Equal(t, "https://page.example", next.get("Origin"))
			assert.Equal(t, "virtual.example", first.get("Host"))
			assert.Equal(t, same, next.get("Host") == "virtual.example", next.get("Host"))
		}
	}
	t.Run("also on the way back", func(t *testing.T) {
		w := &web{answers: map[string]string{"a.example:80 /1": to("ws://b.example/2"), "b.example:80 /2": to("ws://a.example/3")}}
		o := w.options(t)
		o.Header = header
		c, _, err := ws.Dial(t.Context(), "ws://a.example/1", o)
		require.NoError(t, err)
		require.NoError(t, c.CloseNow())
		assert.Empty(t, w.visits[2].get("Authorization"))
	})
	assert.Len(t, header, 6, "the application's header is not changed")
}

// A jar decides by itself what belongs where, for each step anew.
func TestDialRedirectCookies(t *testing.T) {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	jar.SetCookies(&url.URL{Scheme: "http", Host: "b.example"}, []*http.Cookie{{Name: "b", Value: "1"}})
	w := &web{answers: map[string]string{"a.example:80 /1": to("/2"), "a.example:80 /2": to("ws://b.example/3")}}
	o := w.options(t)
	o.Jar = jar
	o.Header = http.Header{"Cookie": {"own=1"}}
	c, _, err := ws.Dial(t.Context(), "ws://a.example/1", o)
	require.NoError(t, err)
	require.NoError(t, c.CloseNow())
	assert.Equal(t, "own=1", w.visits[0].get("Cookie"))
	assert.Equal(t, "own=1; from=a.example-80", w.visits[1].get("Cookie"))
	assert.Equal(t, "b=1", w.visits[2].get("Cookie"))
}
