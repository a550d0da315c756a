package handshake

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//req:test RFC6455-3-01 RFC6455-3-04 RFC6455-3-05 RFC6455-4.1-03 RFC6455-4.1-22 RFC6455-4.1-23
func TestParseURI(t *testing.T) {
	for s, want := range map[string]URI{
		"ws://example.com":                              {false, "example.com", 80, "/", ""},
		"wss://example.com":                             {true, "example.com", 443, "/", ""},
		"WSS://Example.COM/Path":                        {true, "example.com", 443, "/Path", ""},
		"wS://example.com:80/":                          {false, "example.com", 80, "/", ""},
		"ws://example.com:443/":                         {false, "example.com", 443, "/", ""},
		"wss://example.com:80":                          {true, "example.com", 80, "/", ""},
		"ws://example.com:":                             {false, "example.com", 80, "/", ""},
		"ws://example.com?":                             {false, "example.com", 80, "/", ""},
		"ws://example.com?a=b":                          {false, "example.com", 80, "/?a=b", ""},
		"ws://example.com/?":                            {false, "example.com", 80, "/", ""},
		"ws://example.com/a/../b//c;d?e?f/g":            {false, "example.com", 80, "/a/../b//c;d?e?f/g", ""},
		"ws://example.com/%23%2f%00":                    {false, "example.com", 80, "/%23%2f%00", ""},
		"ws://example.com/a:b@c":                        {false, "example.com", 80, "/a:b@c", ""},
		"ws://example.com.":                             {false, "example.com.", 80, "/", ""},
		"ws://under_score.example":                      {false, "under_score.example", 80, "/", ""},
		"ws://127.0.0.1:8080/x":                         {false, "127.0.0.1", 8080, "/x", ""},
		"ws://[::1]":                                    {false, "::1", 80, "/", ""},
		"wss://[2001:DB8:0:0::1]:65535/":                {true, "2001:db8::1", 65535, "/", ""},
		"ws://[fe80::1%25eth0]:81/":                     {false, "fe80::1%eth0", 81, "/", ""},
		"ws://user@example.com/":                        {false, "example.com", 80, "/", "user"},
		"ws://us%40er:p%3Aw:d@example.com/":             {false, "example.com", 80, "/", "us%40er:p%3Aw:d"},
		"ws://@example.com/":                            {false, "example.com", 80, "/", ""},
		"ws://b%c3%bccher.example/":                     {false, "xn--bcher-kva.example", 80, "/", ""},
		"ws://example.com/a[b]?{c}|\"<d>^`":             {false, "example.com", 80, "/a%5Bb%5D?%7Bc%7D%7C%22%3Cd%3E%5E%60", ""},
		"ws://example.com/" + strings.Repeat("a", 9000): {false, "example.com", 80, "/" + strings.Repeat("a", 9000), ""},
	} {
		u, err := ParseURI(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, u, s)
		_, err = AppendRequest(nil, &Request{URI: u, Key: sampleKey})
		require.NoError(t, err, "it can be asked for: %s", s)
		// What is written reads as the same, without the userinfo.
		if !strings.Contains(u.Host, "%") {
			again, err := ParseURI(u.String())
			require.NoError(t, err)
			u.Userinfo = ""
			assert.Equal(t, u, again)
		}
	}
}

//req:test RFC6455-3-02 RFC6455-3-03 RFC6455-4.1-03 RFC6455-4.1-04
func TestParseURIRefusals(t *testing.T) {
	for _, s := range []string{
		"", "ws", "ws:", "ws:/", "ws://", "ws:///", "ws://?a", "ws://:80/", "://example.com", "//example.com", "/path", "example.com",
		"ws:example.com", "ws:/example.com", "http://example.com", "https://example.com", "wsss://example.com", "ws+unix://a", "w\u017f://example.com",
		"ws://example.com#", "ws://example.com/#a", "ws://example.com/?a#b", "ws://exa#mple.com", "ws://example.com/a#b?c",
		"ws://example.com/a b", " ws://example.com", "ws://example.com ", "ws://exam ple.com", "ws://example.com/\t", "ws://example.com/\r\nA: b",
		"ws://example.com/\x00", "ws://example.com/\x7f", "ws://example.com\r\n", "ws://example.com\\", "ws://example.com/\\x", "ws://a\\@example.com",
		"ws://example.com/%", "ws://example.com/%4", "ws://example.com/%zz", "ws://example.com/?%g0", "ws://example.com/\xff", "ws://ex\xffample.com",
		"ws://example.com:0", "ws://example.com:65536", "ws://example.com:655360", "ws://example.com:-1", "ws://example.com:+80", "ws://example.com:http", "ws://example.com:8 0", "ws://example.com:80:80",
		"ws://[::1", "ws://::1", "ws://[]", "ws://[::1]a", "ws://[::1]:", "ws://[1.2.3.4]", "ws://[v1.a]", "ws://[::1%eth0]", "ws://[::1%25]", "ws://[::1%25a/b]", "ws://[fe80::1%25a%0d]", "ws://[[::1]]", "ws://[::g]",
		"ws://ex%61mple.com", "ws://exam%20ple.com", "ws://a%", "ws://example%2ecom%00", "ws://example.com%2f@evil.test%2f", "ws://exa%zzmple.com", "ws://example%00.com", "ws://a%c3.example",
		"ws://..", "ws://a..b", "ws://.a", "ws://" + strings.Repeat("a", 64) + ".b", "ws://" + strings.Repeat("a.", 127) + "b",
		"ws://a@b@example.com", "ws://a[b@example.com", "ws://a%4@example.com", "ws://a,b;c=\"@example.com", "ws://user@", "ws://us|er@example.com",
		"ws://a*b.example", "ws://a,b", "ws://a;b", "ws://a&b", "ws://-\u00e4-\u00e4\u3002\u3002",
		"ws://exam\u2100ple.com", "ws://a\uff0fb.example", "ws://a\uff1fb", "ws://a\uff03b", "ws://a\uff20b", "ws://a\uff1a80", "ws://a\uff3cb", // would become / ? # @ : and \
		"ws://" + strings.Repeat("\u00ad", 1000) + "a.example", "ws://" + strings.Repeat("\u00e4", 100000), "ws://xn--\u00e4.example", "ws://\u00ad", "ws://\u200d.example",
	} {
		_, err := ParseURI(s)
		if s == "ws://[::1]:" { // an empty port is the default one
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ErrURI, "%q", s)
		assert.True(t, only(err.Error(), classValue), "%q", err.Error())
	}
	_, err := ParseURI("ws://user:secret@exa mple.com/")
	require.ErrorIs(t, err, ErrURI)
	assert.NotContains(t, err.Error(), "secret")
	_, err = ParseURI("ws://user:secret@example.com:x/")
	require.ErrorIs(t, err, ErrURI)
	assert.NotContains(t, err.Error(), "secret")
}

//req:test RFC6455-11.1.1-01 RFC6455-11.1.1-02 RFC6455-11.1.2-01 RFC6455-11.1.2-02
func TestInternationalURIs(t *testing.T) {
	for s, want := range map[string]string{
		"ws://bücher.example/straße?größe=ß": "ws://xn--bcher-kva.example/stra%C3%9Fe?gr%C3%B6%C3%9Fe=%C3%9F",
		"wss://BÜCHER.example":               "wss://xn--bcher-kva.example/",
		"wss://b%C3%BCcher.example/":         "wss://xn--bcher-kva.example/",
		"wss://例え.テスト/":                      "wss://xn--r8jz45g.xn--zckzah/",
		"wss://例え。テスト/":                      "wss://xn--r8jz45g.xn--zckzah/",
		"wss://faß.example/":                 "wss://xn--fa-hia.example/",
		"wss://\u212aite.example/":           "wss://kite.example/",
		"ws://１２７.0.0.1/😀":                   "ws://127.0.0.1/%F0%9F%98%80",
		"ws://xn--bcher-kva.example/":        "ws://xn--bcher-kva.example/",
	} {
		u, err := ParseURI(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, u.String())
	}
}

//req:test RFC6455-3-01 RFC6455-4.1-23
func TestURIParts(t *testing.T) {
	for s, want := range map[string][2]string{ // Host field, address to dial
		"ws://a.example":             {"a.example", "a.example:80"},
		"wss://a.example":            {"a.example", "a.example:443"},
		"ws://a.example:443":         {"a.example:443", "a.example:443"},
		"wss://a.example:80":         {"a.example:80", "a.example:80"},
		"ws://[::1]":                 {"[::1]", "[::1]:80"},
		"ws://[fe80::1%25eth0]:8080": {"[fe80::1]:8080", "[fe80::1%eth0]:8080"},
	} {
		u, err := ParseURI(s)
		require.NoError(t, err)
		assert.Equal(t, want, [2]string{u.Authority(), u.Address()}, s)
	}
	u, err := ParseURI("wss://us%40er:p%3Aw:d@a.example/x")
	require.NoError(t, err)
	user, password, ok := u.Credentials()
	assert.True(t, ok)
	assert.Equal(t, "us@er", user)
	assert.Equal(t, "p:w:d", password)
	assert.Equal(t, "wss://a.example/x", u.String(), "no userinfo where it is logged")
	out, err := AppendRequest(nil, &Request{URI: u, Key: sampleKey})
	require.NoError(t, err)
	assert.NotContains(t, string(out), "us%40er")
	assert.NotContains(t, string(out), "Authorization")
	u.Userinfo = ""
	_, _, ok = u.Credentials()
	assert.False(t, ok)
	u.Userinfo = "%zz"
	_, _, ok = u.Credentials()
	assert.False(t, ok)
}

// net/url finds the same parts in what we accept.
func TestURIAgainstNetURL(t *testing.T) {
	for _, s := range []string{
		"ws://example.com", "wss://u:p@Example.com:81/a/b?c=d", "ws://[::1]:80/", "ws://[fe80::1%25eth0]/", "ws://a?b", "ws://a/%41?%42",
	} {
		u, err := ParseURI(s)
		require.NoError(t, err)
		v, err := url.Parse(s)
		require.NoError(t, err)
		assert.Equal(t, strings.ToLower(v.Hostname()), u.Host)
		assert.Equal(t, v.RequestURI(), u.Resource)
	}
}
