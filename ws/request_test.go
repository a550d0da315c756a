package ws_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

//req:test RFC6455-4.2.2-07
func TestOnRequest(t *testing.T) {
	type seen struct {
		*ws.Request
		header http.Header
	}
	calls := make(chan seen, 1)
	o := &ws.Options{OnRequest: func(r *ws.Request) error {
		calls <- seen{r, r.Header.Clone()}
		r.Response.Set("X-Added", "yes")
		r.Response.Add("Set-Cookie", "a=b")
		switch r.Target {
		case "/none":
			return handshake.ErrNotFound
		case "/login":
			return &handshake.Error{
				Status: http.StatusUnauthorized, Token: "login", Text: "log in first",
				Fields: []handshake.Field{{Name: "WWW-Authenticate", Value: "Basic"}},
			}
		case "/elsewhere":
			return &handshake.Error{Status: 307, Token: "moved", Text: "moved", Fields: []handshake.Field{{Name: "Location", Value: "/"}}}
		case "/secret":
			return errors.New("database password is 1234")
		case "/broken":
			r.Response.Set("X-Bad", "a\r\nSet-Cookie: evil=1")
		case "/reserved":
			r.Response.Set("Sec-WebSocket-Extensions", "x")
		}
		return nil
	}}
	each(t, allDrivers, o, func(t *testing.T, s *service) {
		resp, _, _ := exchange(t, s.addr, requestText("/a?b", "X-Mine: 1"))
		assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
		assert.Equal(t, "yes", resp.Header.Get("X-Added"))
		r := <-calls
		assert.Equal(t, "GET", r.Method)
		assert.Equal(t, "/a?b", r.Target)
		assert.Equal(t, "example.com", r.Host)
		assert.False(t, r.Secure)
		assert.Nil(t, r.TLS)
		assert.Equal(t, "1", r.header.Get("X-Mine"))
		assert.NotEmpty(t, r.RemoteAddr)

		for target, status := range map[string]int{
			"/none": 404, "/login": 401, "/elsewhere": 307, "/secret": 403, "/broken": 500, "/reserved": 500,
		} {
			resp, body, rest := exchange(t, s.addr, requestText(target))
			<-calls
			checkRefusal(t, status, resp, body, rest)
			assert.NotContains(t, body, "1234")
			assert.NotContains(t, resp.Header.Get("Set-Cookie"), "evil")
			switch target {
			case "/login":
				assert.Equal(t, "Basic", resp.Header.Get("WWW-Authenticate"))
				assert.Equal(t, "yes", resp.Header.Get("X-Added"))
			case "/elsewhere":
				assert.Equal(t, "/", resp.Header.Get("Location"))
			}
		}
		// A request that is no handshake does not get as far.
		resp, body, rest := exchange(t, s.addr, requestText("/", "Upgrade:"))
		checkRefusal(t, http.StatusUpgradeRequired, resp, body, rest)
		assert.Empty(t, calls)
	})
}

func TestUpgradePanicInOnRequest(t *testing.T) {
	a, b := wstest.Pipe()
	_, err := io.WriteString(b, requestText("/"))
	require.NoError(t, err)
	assert.PanicsWithValue(t, "oops", func() {
		_, _ = ws.Upgrade(t.Context(), a, &ws.Options{OnRequest: func(*ws.Request) error { panic("oops") }})
	})
	_, err = b.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

// No line of a field can be smuggled into an answer, and a refusal's own
// fields are held to the same.
func TestW10_NoLineBreaksInAnswers(t *testing.T) {
	var bad string
	o := &ws.Options{OnRequest: func(r *ws.Request) error {
		if r.Target == "/refuse" {
			return &handshake.Error{Status: 403, Token: "x", Text: "no", Fields: []handshake.Field{{Name: "X-Bad", Value: bad}, {Name: bad, Value: "x"}}}
		}
		r.Response["X-Bad"] = []string{bad}
		return nil
	}}
	for _, bad = range []string{"a\r\nEvil: 1", "a\nEvil: 1", "a\rEvil: 1", "a\x00b"} {
		each(t, allDrivers, o, func(t *testing.T, s *service) {
			for target, status := range map[string]int{"/": 500, "/refuse": 403} {
				resp, body, rest := exchange(t, s.addr, requestText(target))
				checkRefusal(t, status, resp, body, rest)
				assert.Empty(t, resp.Header.Get("Evil"))
				assert.Empty(t, resp.Header.Get("X-Bad"))
			}
		})
	}
}

// Origins as they come over the wire; package handshake has the whole table.
func TestW7_Origins(t *testing.T) {
	o := &ws.Options{Origins: []string{"https://app.example", "https://*.wild.example:8443"}}
	each(t, allDrivers, o, func(t *testing.T, s *service) {
		for origin, ok := range map[string]bool{
			"http://example.com":               true,
			"https://example.com":              true, // TLS may end at a proxy
			"http://EXAMPLE.com:80":            true,
			"https://app.example":              true,
			"https://a.b.wild.example:8443":    true,
			"http://app.example":               false,
			"https://app.example:444":          false,
			"https://wild.example:8443":        false,
			"https://evilapp.example":          false,
			"https://app.example.evil.example": false,
			"http://example.com.evil.example":  false,
			"http://evil-example.com":          false,
			"http://sub.example.com":           false,
			"http://example.com:8080":          false,
			"http://example.com.":              false,
			"http://example.com/":              false,
			"http://example.com@evil.example":  false,
			"http://user@example.com":          false,
			"http://ex\xc3\xa4mple.com":        false,
			"null":                             false,
			"file://":                          false,
			"http://":                          false,
			"example.com":                      false,
			"http://example.com http://a.b":    false,
		} {
			resp, body, rest := exchange(t, s.addr, requestText("/", "Origin: "+origin))
			if ok {
				assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode, origin)
				continue
			}
			checkRefusal(t, http.StatusForbidden, resp, body, rest)
			assert.Contains(t, body, "expected \"http://example.com\"", origin)
		}
		resp, body, rest := exchange(t, s.addr, requestText("/", "Origin: http://example.com", "Origin: http://example.com"))
		checkRefusal(t, http.StatusForbidden, resp, body, rest)
		assert.Contains(t, body, "2 Origin fields")
	})
	each(t, allDrivers, &ws.Options{InsecureSkipOriginCheck: true}, func(t *testing.T, s *service) {
		resp, _, _ := exchange(t, s.addr, requestText("/", "Origin: null"))
		assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	})
}

func TestRefusalsAreLogged(t *testing.T) {
	var log lockedBuffer
	o := &ws.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	each(t, allDrivers, o, func(t *testing.T, s *service) {
		log.Reset()
		resp, _, _ := exchange(t, s.addr, requestText("/", "Origin: https://evil.example"))
		assert.Equal(t, http.StatusForbidden, resp.StatusCode)
		require.ErrorIs(t, soon(t, s.refused), handshake.ErrOrigin)
		for _, want := range []string{"status=403", "violation=origin", "requirement=RFC6455-4.2.2-05", "https://evil.example", "http://example.com", "remote=127.0.0.1:"} {
			assert.Contains(t, log.String(), want)
		}
	})
}
