package handshake

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func patterns(t *testing.T, list ...string) []OriginPattern {
	t.Helper()
	var out []OriginPattern
	for _, s := range list {
		p, err := ParseOriginPattern(s)
		require.NoError(t, err)
		out = append(out, p)
	}
	return out
}

// The whole tuple is compared, on both kinds of hop.
//
//req:test RFC6455-4.2.1-08 RFC6455-4.2.2-04 RFC6455-4.2.2-05 RFC6455-10.2-01 RFC6455-10.2-02
func TestW7_SameOrigin(t *testing.T) {
	const http, https = 1, 2 // accepted without TLS, with TLS
	for _, c := range []struct {
		host, origin string
		accepted     int
	}{
		// The same.
		{"example.com", "http://example.com", http},
		{"example.com", "https://example.com", http | https}, // TLS may end at a proxy
		{"example.com:8443", "https://example.com:8443", http | https},
		{"example.com:8080", "http://example.com:8080", http},
		{"[2001:db8::1]:8080", "http://[2001:db8::1]:8080", http},
		{"localhost:8080", "http://localhost:8080", http},
		{"127.0.0.1", "http://127.0.0.1", http},
		// Default ports, written or not.
		{"example.com:80", "http://example.com", http},
		{"example.com", "http://example.com:80", http},
		{"example.com:443", "https://example.com", http | https},
		{"example.com", "https://example.com:443", http | https},
		{"example.com:80", "https://example.com", http},
		{"example.com", "https://example.com:80", http},
		{"example.com:443", "https://example.com:443", http | https},
		{"example.com:80", "https://example.com:80", http | https},
		{"example.com:", "https://example.com", http | https},
		// Case and forms of addresses.
		{"Example.COM", "https://example.com", http | https},
		{"example.com", "HTTPS://EXAMPLE.com", http | https},
		{"[2001:DB8:0::1]", "https://[2001:db8::1]", http | https},
		{"xn--bcher-kva.example", "https://xn--bcher-kva.example", http | https},
		{"under_score.example", "https://under_score.example", http | https},
		// Another scheme.
		{"example.com", "ws://example.com", 0},
		{"example.com", "wss://example.com", 0},
		{"example.com", "ftp://example.com", 0},
		{"example.com", "app://example.com", 0},
		{"example.com:443", "http://example.com", 0},
		{"example.com:443", "http://example.com:443", http},
		// Another port.
		{"example.com", "https://example.com:8443", 0},
		{"example.com:8443", "https://example.com", 0},
		{"example.com:8080", "https://example.com", 0},
		{"example.com:8080", "http://example.com:8081", 0},
		// Suffixes, subdomains and parents.
		{"example.com", "https://example.com.evil.test", 0},
		{"example.com", "https://evilexample.com", 0},
		{"example.com", "https://a.example.com", 0},
		{"a.example.com", "https://example.com", 0},
		{"example.com", "https://example.co", 0},
		{"example.com", "https://example.comm", 0},
		{"example.com", "https://example.com-evil.test", 0},
		{"example.com", "https://evil.test/example.com", 0},
		{"example.com", "https://evil.test?example.com", 0},
		{"example.com", "https://evil.test#example.com", 0},
		// No origin at all.
		{"example.com", "", 0},
		{"example.com", "null", 0},
		{"null", "null", 0},
		{"example.com", "example.com", 0},
		{"example.com", "//example.com", 0},
		{"example.com", "https:example.com", 0},
		{"example.com", "https:/example.com", 0},
		{"example.com", "https:///example.com", 0},
		{"example.com", "https://", 0},
		{"example.com", "://example.com", 0},
		{"example.com", "1https://example.com", 0},
		{"example.com", "file://", 0},
		// Userinfo, paths and other company.
		{"example.com", "https://example.com@evil.test", 0},
		{"example.com", "https://evil.test@example.com", 0},
		{"example.com", "https://:@example.com", 0},
		{"example.com", "https://@example.com", 0},
		{"example.com", "https://example.com/", 0},
		{"example.com", "https://example.com/a", 0},
		{"example.com", "https://example.com?", 0},
		{"example.com", "https://example.com#", 0},
		{"example.com", "https://example.com\\.evil.test", 0},
		{"example.com", "https://evil.test\\@example.com", 0},
		{"example.com", "https:\\\\example.com", 0},
		{"example.com", "https://example.com https://evil.test", 0},
		{"example.com", "https://evil.test, https://example.com", 0},
		{"example.com", " https://example.com", 0},
		{"example.com", "https://example.com\x00.evil.test", 0},
		{"example.com", "https://example.com%00", 0},
		{"example.com", "https://example%2ecom", 0},
		// Ports that no browser sends.
		{"example.com", "https://example.com:", 0},
		{"example.com", "https://example.com:0443", 0},
		{"example.com", "https://example.com:0", 0},
		{"example.com", "https://example.com:+443", 0},
		{"example.com", "https://example.com:443:443", 0},
		{"example.com", "https://example.com:65979", 0}, // 443 modulo 65536
		{"example.com", "https://example.com:4294967739", 0},
		{"example.com", "https://example.com:443a", 0},
		// Dots and names that are not ASCII.
		{"example.com", "https://example.com.", 0},
		{"example.com.", "https://example.com.", 0},
		{"example.com.", "https://example.com", 0},
		{"example.com", "https://.example.com", 0},
		{"example.com", "https://example..com", 0},
		{"xn--bcher-kva.example", "https://bücher.example", 0},
		{"bücher.example", "https://bücher.example", 0},
		{"kite.example", "https://\u212aite.example", 0}, // the Kelvin sign
		{"example.com", "https://example。com", 0},
		// A Host that is none never matches.
		{"", "https://example.com", 0},
		{"", "https://", 0},
		{"a b", "https://a b", 0},
		{"[::1", "https://[::1", 0},
		{"[fe80::1%25a]", "https://[fe80::1%25a]", 0},
	} {
		assert.Equal(t, c.accepted&http != 0, CheckOrigin([]string{c.origin}, c.host, false, nil) == nil, "%q at http://%s", c.origin, c.host)
		assert.Equal(t, c.accepted&https != 0, CheckOrigin([]string{c.origin}, c.host, true, nil) == nil, "%q at https://%s", c.origin, c.host)
	}
}

// A request without Origin passes; several never do, even when they agree.
//
//req:test RFC6455-4.2.1-08 RFC6455-4.2.2-05
func TestW7_NumberOfOrigins(t *testing.T) {
	for _, secure := range []bool{false, true} {
		require.NoError(t, CheckOrigin(nil, "a.example", secure, nil))
		require.NoError(t, CheckOrigin(nil, "", secure, nil))
		for _, values := range [][]string{
			{"https://a.example", "https://a.example"},
			{"https://a.example", "https://evil.test"},
			{"https://evil.test", "https://a.example"},
			{"https://a.example", ""},
		} {
			require.ErrorIs(t, CheckOrigin(values, "a.example", secure, patterns(t, "https://a.example")), ErrOrigin)
		}
	}
}

func TestW7_OriginPatterns(t *testing.T) {
	const http, https = 1, 2 // matches on a connection without TLS, with TLS
	for _, c := range []struct {
		pattern, origin string
		matches         int
	}{
		{"https://example.com", "https://example.com", http | https},
		{"https://example.com", "https://example.com:443", http | https},
		{"https://example.com:443", "https://example.com", http | https},
		{"https://example.com", "http://example.com", 0},
		{"https://example.com", "https://example.com:8443", 0},
		{"https://example.com", "https://a.example.com", 0},
		{"https://example.com", "https://notexample.com", 0},
		{"https://example.com:8443", "https://example.com:8443", http | https},
		{"https://example.com:8443", "https://example.com", 0},
		{"HTTPS://Example.COM", "https://example.com", http | https},
		// http has to be spelled out to be let in over TLS.
		{"http://example.com", "http://example.com", http | https},
		{"http://example.com", "https://example.com", 0},
		{"example.com", "https://example.com", http | https},
		{"example.com", "http://example.com", http},
		{"example.com", "http://example.com:443", 0},
		{"example.com", "https://example.com:80", 0},
		{"example.com", "app://example.com", 0},
		{"example.com", "wss://example.com", 0},
		{"example.com:8080", "https://example.com:8080", http | https},
		{"example.com:8080", "http://example.com:8080", http},
		{"example.com:8080", "http://example.com", 0},
		// Subdomains at any depth, at a dot, and not the domain itself.
		{"https://*.example.com", "https://a.example.com", http | https},
		{"https://*.example.com", "https://a.b.example.com", http | https},
		{"https://*.example.com", "https://example.com", 0},
		{"https://*.example.com", "https://notexample.com", 0},
		{"https://*.example.com", "https://a.notexample.com", 0},
		{"https://*.example.com", "https://a.example.com.evil.test", 0},
		{"https://*.example.com", "https://a.example.com:8443", 0},
		{"https://*.example.com", "http://a.example.com", 0},
		{"https://*.example.com:*", "https://a.example.com:8443", http | https},
		{"*.example.com", "http://a.example.com", http},
		{"*.example.com", "https://a.example.com", http | https},
		{"http://*.localhost:8080", "http://app.localhost:8080", http | https},
		// Any port.
		{"http://localhost:*", "http://localhost", http | https},
		{"http://localhost:*", "http://localhost:5173", http | https},
		{"http://localhost:*", "http://localhost.evil.test", 0},
		{"http://[::1]:*", "http://[0::1]:1", http | https},
		{"localhost:*", "http://localhost:1", http},
		// Applications.
		{"app://bundle", "app://bundle", http | https},
		{"app://bundle", "app://bundle:1", 0},
		{"chrome-extension://abcdef", "chrome-extension://abcdef", http | https},
		{"chrome-extension://abcdef", "chrome-extension://abcdeg", 0},
	} {
		p, err := ParseOriginPattern(c.pattern)
		require.NoError(t, err, c.pattern)
		o, ok := ParseOrigin(c.origin)
		require.True(t, ok, c.origin)
		assert.Equal(t, c.matches&http != 0, p.Match(o, false), "%s on http: %s", c.pattern, c.origin)
		assert.Equal(t, c.matches&https != 0, p.Match(o, true), "%s on https: %s", c.pattern, c.origin)
		again, err := ParseOriginPattern(p.String())
		require.NoError(t, err)
		assert.Equal(t, p, again, "%s", p)
		// Through the policy: elsewhere than at home only the pattern lets in.
		assert.Equal(t, p.Match(o, true), CheckOrigin([]string{c.origin}, "home.test", true, []OriginPattern{{}, p}) == nil)
	}
	assert.False(t, patterns(t, "https://*.a.test")[0].Match(Origin{"https", ".a.test", 443}, true), "an empty label is no subdomain")
	assert.False(t, OriginPattern{}.Match(Origin{}, false), "the zero value matches nothing")
	assert.False(t, OriginPattern{}.Match(Origin{"https", "a", 443}, true))
}

func TestW7_PatternsThatAreRefused(t *testing.T) {
	for _, s := range []string{
		"", "*", "*:*", "*:443", "https://*", "http*://a.test", "*://a.test", "https://*:443", "null", "NULL",
		"https://", "https://:443", "://a.test", "https:a.test", "https:/a.test", "1http://a.test",
		"https://a.test/", "https://a.test/x", "a.test/", "https://a.test?x", "https://a.test#x", "https://u@a.test", "https://a.test\\",
		"https://a.*.test", "https://a*.test", "https://*a.test", "https://**.a.test", "https://*.*.test", "https://a.test.*", "a.*",
		"https://*.", "https://*.test", "*.com", "https://*.1.2.3.4", "https://*.[::1]", "https://*.a.1",
		"https://a.test:", "https://a.test:0", "https://a.test:080", "https://a.test:65536", "https://a.test:x", "https://a.test:8*",
		"https://a.test.", "https://a..test", "https://.a.test", "https://bücher.test", "https://[::1", "https://::1",
		"https://a.test, https://b.test", "https://a.test https://b.test", " https://a.test", "https://a\x00.test", "https://a%2etest",
	} {
		_, err := ParseOriginPattern(s)
		require.Error(t, err, s)
		assert.Contains(t, err.Error(), quote(s))
	}
	_, err := ParseOriginPattern("*")
	assert.Contains(t, err.Error(), "InsecureSkipOriginCheck")
	_, err = ParseOriginPattern("https://*")
	assert.Contains(t, err.Error(), "InsecureSkipOriginCheck")
}

// The answer names what came and what was expected, and repeats nothing of
// the peer's that a terminal or a log could stumble over.
//
//req:test RFC6455-10.2-02 RFC6455-4.2.2-05
func TestW7_RefusalNamesBoth(t *testing.T) {
	text := func(origin, host string, secure bool, allowed ...string) string {
		e := asError(t, CheckOrigin([]string{origin}, host, secure, patterns(t, allowed...)))
		assert.Equal(t, 403, e.Status)
		assert.Equal(t, "RFC6455-4.2.2-05", e.Req)
		return e.Text
	}
	assert.Equal(t, `origin not allowed: received "https://evil.test", expected "https://a.example:8443"`,
		text("https://evil.test", "a.example:8443", true))
	assert.Equal(t, `origin not allowed: received "null", expected "http://a.example" or the same with https or the one pattern allowed`,
		text("null", "a.example", false, "https://b.test"))
	assert.Contains(t, text("null", "a.example", true, "https://b.test", "https://c.test"), "one of the 2 patterns")
	e := asError(t, CheckOrigin([]string{"https://a.example", "https://b.test"}, "a.example", true, nil))
	assert.Contains(t, e.Text, `2 Origin fields, the first "https://a.example"`)

	wild := "https://evil.test\x1b[31m\"\x7f\xff\u202e" + strings.Repeat("\xff", 5000)
	got := text(wild, "host\x00"+strings.Repeat("ä", 5000), true)
	assert.Less(t, len(got), 2000)
	for _, c := range got {
		assert.True(t, c >= ' ' && c < 0x7f, "%q", c)
	}
	assert.Contains(t, string(AppendRefusal(nil, e)), "\r\n\r\norigin not allowed: received 2 Origin fields")
}

func TestParseOriginForms(t *testing.T) {
	for s, want := range map[string]string{
		"https://example.com":         "https://example.com",
		"HTTPS://EXAMPLE.COM:443":     "https://example.com",
		"http://example.com:80":       "http://example.com",
		"http://example.com:443":      "http://example.com:443",
		"http://[2001:DB8::0:1]:8080": "http://[2001:db8::1]:8080",
		"app+x.y-z://bundle":          "app+x.y-z://bundle",
	} {
		o, ok := ParseOrigin(s)
		require.True(t, ok, s)
		assert.Equal(t, want, o.String())
	}
}

//req:test RFC6455-10.2-01 RFC6455-4.2.2-04
func TestW7_OnByDefaultAndSpelledOutToBeOff(t *testing.T) {
	o := Offer{Host: "a.example", Origin: []string{"https://evil.test"}}
	_, err := (&Policy{}).Decide(&o)
	require.ErrorIs(t, err, ErrOrigin)
	_, err = (&Policy{Origins: patterns(t, "https://*.evil.test")}).Decide(&o)
	require.ErrorIs(t, err, ErrOrigin)
	_, err = (&Policy{Origins: patterns(t, "https://evil.test")}).Decide(&o)
	require.NoError(t, err)
	_, err = (&Policy{InsecureSkipOriginCheck: true}).Decide(&o)
	require.NoError(t, err)
	o.Origin = []string{"null", "garbage"}
	_, err = (&Policy{InsecureSkipOriginCheck: true}).Decide(&o)
	require.NoError(t, err)
}
