package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Posts of other sites are refused, whichever of the two fields says so, and
// the answer names what was received.
func TestPostsOfOtherSites(t *testing.T) {
	p := start(t, "-origin", "https://*.example.com")
	own := "http://" + p.url.Host
	_, port, _ := strings.Cut(p.url.Host, ":")
	for _, c := range []struct {
		site, origin string
		want         int
		names        string
	}{
		{"", "", http.StatusOK, ""},
		{"same-origin", "", http.StatusOK, ""},
		{"none", "", http.StatusOK, ""},
		{"", own, http.StatusOK, ""},
		{"", "https://" + p.url.Host, http.StatusOK, ""}, // TLS may end at a proxy
		{"same-origin", own, http.StatusOK, ""},
		{"same-site", "", http.StatusForbidden, `"same-site"`},
		{"cross-site", "", http.StatusForbidden, `"cross-site"`},
		{"Same-Origin", "", http.StatusForbidden, `"Same-Origin"`},
		{"cross-site", own, http.StatusForbidden, `"cross-site"`},
		{"same-origin", "https://evil.example", http.StatusForbidden, `"https://evil.example"`},
		{"none", "null", http.StatusForbidden, `"null"`},
		{"", "null", http.StatusForbidden, `"null"`},
		{"", "http://localhost:" + port, http.StatusForbidden, "localhost"},
		{"", own + ".evil.example", http.StatusForbidden, "evil.example"},
		{"", "http://127.0.0.1:1", http.StatusForbidden, "127.0.0.1:1"},
		{"", "https://www.example.com", http.StatusForbidden, "www.example.com"}, // -origin is for WebSockets
	} {
		header := http.Header{}
		if c.site != "" {
			header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		r := p.send(t, http.MethodPost, "/events", "x", header)
		assert.Equal(t, c.want, r.status, "%q %q: %s", c.site, c.origin, r.body)
		if c.want == http.StatusForbidden {
			assert.Contains(t, r.body, c.names)
		}
	}
	// Twice is not once.
	for _, header := range []http.Header{
		{"Origin": {own, "https://evil.example"}},
		{"Sec-Fetch-Site": {"same-origin", "cross-site"}},
	} {
		assert.Equal(t, http.StatusForbidden, p.send(t, http.MethodPost, "/events", "x", header).status)
	}
	// Over TLS a page without it is of another origin.
	secure := start(t, "-tls")
	r := secure.send(t, http.MethodPost, "/events", "x", http.Header{"Origin": {"http://" + secure.url.Host}})
	assert.Equal(t, http.StatusForbidden, r.status)
}

// The body is what it is, whatever its type is said to be.
func TestPostOfAnyContentType(t *testing.T) {
	p := start(t)
	r := p.listen(t, httpClient(t, ""), "/events", nil)
	for _, contentType := range []string{"", "text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"} {
		header := http.Header{}
		if contentType != "" {
			header.Set("Content-Type", contentType)
		}
		const data = `a=1&b=%20+{"c":2}`
		assert.Equal(t, http.StatusOK, p.send(t, http.MethodPost, "/events", data, header).status)
		assert.Equal(t, data, r.next(t).Data, contentType)
	}
}

// A type or reconnection time that can't be sent is named, and nothing is
// published.
func TestPostThatIsWrong(t *testing.T) {
	p := start(t)
	r := p.listen(t, httpClient(t, ""), "/events", nil)
	for query, want := range map[string]string{
		"type=a%0Ab":              "LF",
		"type=a%0Db":              "CR",
		"type=%00":                "NUL",
		"type=a&type=b":           "type is given 2 times",
		"retry=":                  `retry ""`,
		"retry=0":                 `retry "0"`,
		"retry=-1":                `retry "-1"`,
		"retry=%2B5":              `retry "+5"`,
		"retry=1.5":               `retry "1.5"`,
		"retry=1_000":             `retry "1_000"`,
		"retry=5s":                `retry "5s"`,
		"retry=86400001":          "from 1 to 86400000",
		"retry=99999999999999999": "from 1 to 86400000",
		"retry=1&retry=1":         "retry is given 2 times",
		"type=%zz":                "the query is malformed",
		"type=a;b":                "the query is malformed",
	} {
		got := p.do(t, http.MethodPost, "/events?"+query, "x")
		assert.Equal(t, http.StatusBadRequest, got.status, query)
		assert.Contains(t, got.body, want, query)
	}
	id := p.post(t, "?retry=86400000&type="+strings.Repeat("t", 1000), "right")
	assert.Equal(t, id, r.next(t).LastEventID, "the first that comes")
}

// An event of a mebibyte is the largest, whatever -max-message is.
func TestLargestEvent(t *testing.T) {
	p := start(t)
	p.post(t, "", strings.Repeat("\n", 1<<20))
	assert.Equal(t, http.StatusRequestEntityTooLarge, p.do(t, http.MethodPost, "/events", strings.Repeat("\n", 1<<20+1)).status)
}

// -max-message bounds what is posted, whether or not its length is declared.
func TestPostThatIsTooLarge(t *testing.T) {
	p := start(t, "-max-message", "10")
	p.post(t, "", strings.Repeat("x", 10))
	for _, body := range []string{strings.Repeat("x", 11), strings.Repeat("x", 100_000)} {
		r := p.do(t, http.MethodPost, "/events", body)
		assert.Equal(t, http.StatusRequestEntityTooLarge, r.status)
		assert.Contains(t, r.body, "at most 10 octets")
	}
	req := p.request(t, http.MethodPost, "/events", "", nil)
	req.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", 11)))
	req.ContentLength = -1
	resp, err := client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
}
