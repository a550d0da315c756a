package handshake

import (
	"bufio"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRequestSample(t *testing.T) {
	text := head(sampleRequest...)
	var h Head
	n, err := ParseRequest([]byte(text+"\x81\x85frames"), &h)
	require.NoError(t, err)
	assert.Equal(t, len(text), n)
	assert.Equal(t, "GET", h.Method)
	assert.Equal(t, "/chat", h.Target)
	assert.Equal(t, []int{1, 1}, []int{h.Major, h.Minor})
	assert.Equal(t, 7, h.Len())
	var lines []string
	for name, value := range h.All() {
		lines = append(lines, name+": "+value)
	}
	assert.Equal(t, sampleRequest[1:], lines)
	for range h.All() {
		break
	}
	assert.Equal(t, []string{"websocket"}, h.Values("upgrade"))
	assert.Equal(t, []string{"13"}, h.Values("SEC-WEBSOCKET-VERSION"))
	assert.Nil(t, h.Values("Cookie"))
}

func TestValuesOfSeveralLines(t *testing.T) {
	var h Head
	_, err := ParseRequest([]byte(head("GET / HTTP/1.1", "host: a", "A: 1", "b: x", "a: 2", "A:", "B: y")), &h)
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2", ""}, h.Values("A"))
	assert.Equal(t, []string{"x", "y"}, h.Values("b"))
	// Appending to a value that is a piece of the Head leaves the Head alone.
	_ = append(h.Values("Host"), "other")
	assert.Equal(t, []string{"1", "2", ""}, h.Values("A"))
}

// Each rule of the grammar broken alone.
//
//req:test RFC6455-4.2.1-01 RFC6455-4.2.1-02 RFC6455-4.2.1-03 RFC6455-10.7-04
func TestParseRequestRefusals(t *testing.T) {
	line := func(l string) string { return head(l, "Host: a") }
	field := func(f string) string { return head("GET / HTTP/1.1", "Host: a", f) }
	for name, c := range map[string]struct {
		text string
		want *Error
	}{
		"empty line first":         {"\r\n" + line("GET / HTTP/1.1"), ErrHead},
		"no target":                {line("GET HTTP/1.1"), ErrHead},
		"no version":               {line("GET /"), ErrHead},
		"two spaces":               {line("GET  / HTTP/1.1"), ErrHead},
		"two spaces behind":        {line("GET /  HTTP/1.1"), ErrHead},
		"space behind the version": {line("GET / HTTP/1.1 "), ErrHead},
		"space first":              {line(" GET / HTTP/1.1"), ErrHead},
		"tab":                      {line("GET\t/ HTTP/1.1"), ErrHead},
		"tab in the target":        {line("GET /\t HTTP/1.1"), ErrTarget},
		"method no token":          {line("G(T / HTTP/1.1"), ErrHead},
		"no method":                {line(" / HTTP/1.1"), ErrHead},
		"version in lower case":    {line("GET / http/1.1"), ErrHead},
		"version with two digits":  {line("GET / HTTP/1.10"), ErrHead},
		"version without a dot":    {line("GET / HTTP/11"), ErrHead},
		"version of letters":       {line("GET / HTTP/x.y"), ErrHead},
		"HTTP/2.0":                 {line("GET / HTTP/2.0"), ErrHTTP},
		"HTTP/2 preface":           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ErrHTTP},
		"HTTP/0.9":                 {line("GET / HTTP/0.9"), ErrHTTP},
		"bare LF":                  {"GET / HTTP/1.1\nHost: a\n\n", ErrHead},
		"bare CR":                  {line("GET /\r HTTP/1.1"), ErrHead},
		"bare CR in a field":       {field("A: b\rc"), ErrHead},
		"bare LF behind a field":   {field("A: b\nB: c"), ErrHead},
		"CR CR LF":                 {field("A: b\r"), ErrHead},
		"NUL":                      {field("A: b\x00c"), ErrHead},
		"NUL in a name":            {field("A\x00: b"), ErrHead},
		"DEL":                      {field("A: b\x7f"), ErrHead},
		"escape":                   {field("A: \x1b[31m"), ErrHead},
		"TLS":                      {"\x16\x03\x01\x02\x00", ErrHead},
		"folding with a space":     {field(" folded"), ErrHead},
		"folding with a tab":       {field("\tfolded"), ErrHead},
		"folding first":            {head("GET / HTTP/1.1", " x: y", "Host: a"), ErrHead},
		"no colon":                 {field("A"), ErrHead},
		"no name":                  {field(": a"), ErrHead},
		"space before the colon":   {field("A : b"), ErrHead},
		"tab before the colon":     {field("A\t: b"), ErrHead},
		"name no token":            {field("A(b): c"), ErrHead},
		"name not ASCII":           {field("Ä: c"), ErrHead},
		"no Host":                  {head("GET / HTTP/1.1", "A: b"), ErrHost},
		"empty Host":               {head("GET / HTTP/1.1", "Host:"), ErrHost},
		"two Hosts":                {field("Host: a"), ErrHost},
		"two Hosts in one":         {head("GET / HTTP/1.1", "Host: a, b"), ErrHost},
		"Host with userinfo":       {head("GET / HTTP/1.1", "Host: u@a"), ErrHost},
		"Host with a path":         {head("GET / HTTP/1.1", "Host: a/b"), ErrHost},
		"Host with a bad port":     {head("GET / HTTP/1.1", "Host: a:http"), ErrHost},
		"Host with port 0":         {head("GET / HTTP/1.1", "Host: a:0"), ErrHost},
		"Host with port 65536":     {head("GET / HTTP/1.1", "Host: a:65536"), ErrHost},
		"Host with two ports":      {head("GET / HTTP/1.1", "Host: a:1:2"), ErrHost},
		"Host not ASCII":           {head("GET / HTTP/1.1", "Host: ä"), ErrHost},
		"Host with an empty label": {head("GET / HTTP/1.1", "Host: a..b"), ErrHost},
		"Host with a long label":   {head("GET / HTTP/1.1", "Host: "+strings.Repeat("a", 64)), ErrHost},
		"Host too long":            {head("GET / HTTP/1.1", "Host: "+strings.Repeat("a.", 127)+"b"), ErrHost},
		"Host without brackets":    {head("GET / HTTP/1.1", "Host: ::1"), ErrHost},
		"Host half in brackets":    {head("GET / HTTP/1.1", "Host: [::1"), ErrHost},
		"Host behind brackets":     {head("GET / HTTP/1.1", "Host: [::1]a"), ErrHost},
		"Host empty in brackets":   {head("GET / HTTP/1.1", "Host: []"), ErrHost},
		"Host IPv4 in brackets":    {head("GET / HTTP/1.1", "Host: [1.2.3.4]"), ErrHost},
		"Host with a zone":         {head("GET / HTTP/1.1", "Host: [fe80::1%25eth0]"), ErrHost},
		"Transfer-Encoding":        {field("Transfer-Encoding: chunked"), ErrBody},
		"Content-Length of words":  {field("Content-Length: x"), ErrHead},
		"Content-Length +5":        {field("Content-Length: +5"), ErrHead},
		"Content-Length -5":        {field("Content-Length: -5"), ErrHead},
		"Content-Length empty":     {field("Content-Length:"), ErrHead},
		"Content-Length 2^63":      {field("Content-Length: 9223372036854775808"), ErrHead},
		"two Content-Lengths":      {head("GET / HTTP/1.1", "Host: a", "Content-Length: 0", "content-length: 0"), ErrHead},
	} {
		t.Run(name, func(t *testing.T) {
			var h Head
			n, err := ParseRequest([]byte(c.text), &h)
			require.ErrorIs(t, err, c.want, "%q", c.text)
			assert.Zero(t, n)
			e := asError(t, err)
			assert.Equal(t, c.want.Status, e.Status)
			assert.True(t, only(e.Error(), classValue), "printable: %q", e.Error())
			// It stays failed, and is ready again after Reset.
			_, again := ParseRequest([]byte(c.text), &h)
			assert.Same(t, e, again)
			h.Reset()
			n, err = ParseRequest([]byte(head(sampleRequest...)), &h)
			require.NoError(t, err)
			assert.NotZero(t, n)
			assert.Equal(t, 7, h.Len())
		})
	}
}

func TestParseRequestTargets(t *testing.T) {
	for _, c := range []struct {
		method, target string
		ok             bool
	}{
		{"GET", "/", true},
		{"GET", "/a/b?c=d&e=%zz", true}, // a query is the application's
		{"GET", "//a//b", true},
		{"GET", "/a|b[c]{d}\"<>\\^`", true}, // sent by browsers as they are
		{"GET", "/%41?", true},
		{"GET", "http://a", true},
		{"GET", "HTTPS://a.b:8443/x?y", true},
		{"GET", "http://a?x", true},
		{"GET", "http://[::1]:80/", true},
		{"OPTIONS", "*", true},
		{"GET", "*", false},
		{"GET", "a", false},
		{"GET", "?a", false},
		{"GET", "/a#b", false},
		{"GET", "/%4", false},
		{"GET", "/%zz", false},
		{"GET", "/ä", false},
		{"GET", "ws://a/", false},
		{"GET", "ftp://a/", false},
		{"GET", "http:///", false},
		{"GET", "http://", false},
		{"GET", "http://u@a/", false},
		{"GET", "http:/a", false},
		{"CONNECT", "a:80", false},
	} {
		var h Head
		_, err := ParseRequest([]byte(head(c.method+" "+c.target+" HTTP/1.1", "Host: a")), &h)
		if !c.ok {
			assert.ErrorIs(t, err, ErrTarget, c.target)
			continue
		}
		require.NoError(t, err, c.target)
		assert.Equal(t, c.target, h.Target)
		assert.Equal(t, c.method, h.Method)
		_, err = http.ReadRequest(bufio.NewReader(strings.NewReader(head(c.method+" "+c.target+" HTTP/1.1", "Host: a"))))
		assert.NoError(t, err, c.target)
	}
}

func TestParseResponse(t *testing.T) {
	for _, c := range []struct {
		line   string
		status int
		reason string
		minor  int
	}{
		{"HTTP/1.1 101 Switching Protocols", 101, "Switching Protocols", 1},
		{"HTTP/1.0 404 Not Found", 404, "Not Found", 0},
		{"HTTP/1.1 200 ", 200, "", 1},
		{"HTTP/1.1 200", 200, "", 1},
		{"HTTP/1.1 999 \xe9 \t!", 999, "\xe9 \t!", 1},
	} {
		var h Head
		text := head(c.line, "A: b")
		n, err := ParseResponse([]byte(text), &h)
		require.NoError(t, err, c.line)
		assert.Equal(t, len(text), n)
		assert.Equal(t, c.status, h.Status)
		assert.Equal(t, c.reason, h.Reason)
		assert.Equal(t, c.minor, h.Minor)
		assert.Equal(t, []string{"b"}, h.Values("a"))
	}
	for _, line := range []string{
		"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 20x OK", "HTTP/1.1 +20 OK",
		"HTTP/1.1  200 OK", "HTTP/1.1 099 X", "HTTP/2.0 200 OK", "HTTP/2 200 OK", "http/1.1 200 OK",
		"ICY 200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "200 OK", "GET / HTTP/1.1",
	} {
		var h Head
		_, err := ParseResponse([]byte(head(line, "A: b")), &h)
		require.Error(t, err, line)
		assert.Zero(t, asError(t, err).Status, "%s: nothing to answer with", line)
	}
	// Requests and responses have the same fields, so one of each is enough.
	var h Head
	_, err := ParseResponse([]byte(head("HTTP/1.1 200 OK", "A : b")), &h)
	assert.ErrorIs(t, err, ErrHead)
}

func TestInterimResponses(t *testing.T) {
	text := head("HTTP/1.1 103 Early Hints", "Link: </a>", "X: y") + head("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket")
	var h Head
	h.Limits.Fields = 2
	n, err := ParseResponse([]byte(text), &h)
	require.NoError(t, err)
	assert.True(t, h.Interim())
	m, err := ParseResponse([]byte(text[n:]), &h)
	require.NoError(t, err)
	assert.False(t, h.Interim())
	assert.Len(t, text, n+m)
	assert.Equal(t, 101, h.Status)
	assert.Equal(t, 1, h.Len(), "nothing is left of the head before")
	assert.Equal(t, 2, h.Limits.Fields)
}

// A complete Head does not change with the buffer that it came from.
func TestHeadKeepsNoReference(t *testing.T) {
	b := []byte(head(sampleRequest...))
	var h Head
	_, err := ParseRequest(b, &h)
	require.NoError(t, err)
	for i := range b {
		b[i] = 'x'
	}
	assert.Equal(t, "/chat", h.Target)
	assert.Equal(t, []string{"server.example.com"}, h.Values("Host"))
}

// What follows the head is not touched, whatever it is, and however the head
// was cut.
func TestW13_OctetsBehindTheHead(t *testing.T) {
	text := head(sampleRequest...)
	for cut := range len(text) {
		var h Head
		n, err := ParseRequest([]byte(text[:cut]), &h)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = ParseRequest([]byte(text+"\r\n\r\n\x00GET / HTTP/1.1\r\n\r\n"), &h)
		require.NoError(t, err)
		require.Equal(t, len(text), n)
	}
}

// Every cut, and octet by octet, gives what all at once gives; errors too.
func TestParseIncrementally(t *testing.T) {
	type result struct {
		n     int
		err   string
		first string
		lines string
	}
	run := func(b []byte, request bool, limits Limits, cuts ...int) result {
		h := Head{Limits: limits}
		for _, cut := range append(cuts, len(b)) {
			n, err := h.parse(b[:cut:cut], request)
			if err != nil {
				return result{err: err.Error()}
			}
			if n > 0 {
				var fields []Field
				for name, value := range h.All() {
					fields = append(fields, Field{name, value})
				}
				return result{
					n: n, first: fmt.Sprint(h.Method, h.Target, h.Status, h.Reason, h.Major, h.Minor),
					lines: fmt.Sprint(fields),
				}
			}
		}
		return result{}
	}
	request, response := head(sampleRequest...), head("HTTP/1.1 101 X", "A: b", "C: d")
	small := Limits{Line: 40, Fields: 3, Octets: 100}
	for _, c := range []struct {
		text    string
		request bool
		limits  Limits
	}{
		{request, true, Limits{}},
		{request + "frames", true, Limits{}},
		{response, false, Limits{}},
		{response + response, false, Limits{}},
		{request, true, small},
		{head("GET /" + strings.Repeat("a", 26) + " HTTP/1.1"), true, small},
		{head("GET /" + strings.Repeat("a", 27) + " HTTP/1.1"), true, small},
		{"GET /" + strings.Repeat("a", 60) + "\x00", true, small},
		{head("GET / HTTP/1.1", "A: "+strings.Repeat("a", 100)), true, small},
		{head("GET / HTTP/1.1", "A: "+strings.Repeat("a", 77), "\x00"), true, small},
		{strings.Repeat("a", 99) + "\r\r", false, Limits{Line: 200, Octets: 100}},
		{strings.Repeat("a", 98) + "\r\r", false, Limits{Line: 200, Octets: 100}},
		{head("HTTP/1.1 200 OK", "A: b", "A: b", "A: b", "A: b"), false, small},
		{"GET / HTTP/1.1\r\nHost: a\r\nB:\rc\r\n\r\n", true, Limits{}},
		{"GET / HTTP/1.1\r\nHost: a\r\nB: c\n\r\n\r\n", true, Limits{}},
	} {
		b := []byte(c.text)
		want := run(b, c.request, c.limits)
		each := make([]int, 0, len(b))
		for cut := range len(b) {
			assert.Equal(t, want, run(b, c.request, c.limits, cut), "cut at %d of %q", cut, c.text)
			each = append(each, cut)
		}
		assert.Equal(t, want, run(b, c.request, c.limits, each...), "octet by octet: %q", c.text)
	}
}

// The caps: exactly at each it passes, one more and it is refused with the
// status that names the reason.
func TestW6_HeadIsCapped(t *testing.T) {
	parse := func(text string) *Error {
		var h Head
		n, err := ParseRequest([]byte(text), &h)
		if err == nil {
			require.Equal(t, len(text), n)
			return nil
		}
		return asError(t, err)
	}
	line := func(n int) string {
		return head("GET /"+strings.Repeat("a", n-len("GET / HTTP/1.1"))+" HTTP/1.1", "Host: a")
	}
	assert.Nil(t, parse(line(8192)))
	assert.Equal(t, 414, parse(line(8193)).Status)
	assert.Equal(t, 414, parse("GET /"+strings.Repeat("a", 8192)).Status, "before its end came")

	fields := func(n int) string {
		return head(slices.Concat([]string{"GET / HTTP/1.1", "Host: a"}, slices.Repeat([]string{"A: b"}, n-1))...)
	}
	assert.Nil(t, parse(fields(100)))
	assert.Equal(t, 431, parse(fields(101)).Status)

	size := func(n int) string {
		return head("GET / HTTP/1.1", "Host: a", "A: "+strings.Repeat("a", n-len(head("GET / HTTP/1.1", "Host: a", "A: "))))
	}
	assert.Nil(t, parse(size(16384)))
	assert.Equal(t, 431, parse(size(16385)).Status)
	assert.Equal(t, 431, parse(size(20000)[:16384]).Status, "before its end came")

	// All of them can be set, and none switched off.
	h := Head{Limits: Limits{Line: 20, Fields: 1, Octets: 40}}
	_, err := ParseRequest([]byte("GET /aaaaaaaaaaaa HTTP/1.1"), &h)
	require.ErrorIs(t, err, ErrLineTooLong)
	h.Reset()
	_, err = ParseRequest([]byte(fields(2)), &h)
	require.ErrorIs(t, err, ErrFieldCount)
	h.Reset()
	_, err = ParseRequest([]byte(head("GET / HTTP/1.1", "Host: "+strings.Repeat("a", 15))), &h)
	require.ErrorIs(t, err, ErrHeadTooBig)
	assert.Equal(t, Limits{DefaultLine, DefaultFields, DefaultOctets}, Limits{-1, -1, -1}.orDefault())
	// The time is the driver's to measure; the answer is here.
	assert.Equal(t, 408, ErrTimeout.Status)
}

// However a head is cut, no octet is looked at more than twice, and a CR at
// the end of a piece once more.
func TestW6_HeadTimeIsLinear(t *testing.T) {
	lines := slices.Concat([]string{"GET / HTTP/1.1", "Host: a"}, slices.Repeat([]string{"A: " + strings.Repeat("b", 150)}, 98))
	b := []byte(head(lines...))
	for _, step := range []int{1, 2, 7, 100, len(b)} {
		var h Head
		n, calls := 0, 0
		for end := 0; n == 0; calls++ {
			end = min(end+step, len(b))
			var err error
			n, err = ParseRequest(b[:end], &h)
			require.NoError(t, err)
		}
		assert.Equal(t, len(b), n)
		assert.LessOrEqual(t, h.work, 2*len(b)+len(lines)+1, "%d octets a call", step)
	}
	// Nor does an endless line, or one octet after another that completes
	// nothing.
	var h Head
	text := []byte("GET /" + strings.Repeat("a", 9000))
	for end := range len(text) {
		if _, err := ParseRequest(text[:end], &h); err != nil {
			break
		}
	}
	assert.LessOrEqual(t, h.work, 8193)
}

// net/http reads the same out of what we accept.
func TestHeadAgainstNetHTTP(t *testing.T) {
	for _, text := range []string{
		head(sampleRequest...),
		head("GET http://a:81/b?c HTTP/1.1", "Host: ignored"),
		head("POST / HTTP/1.0"),
		head("GET / HTTP/1.1", "HOST: a", "x: \t y \t", "X:", "x-y: \xe9", "Pragma: no-cache"),
		head("GET / HTTP/1.1", "Host: [::1]:8080", "Content-Length: 0"),
	} {
		var h Head
		_, err := ParseRequest([]byte(text), &h)
		require.NoError(t, err, text)
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		require.NoError(t, err, text)
		assert.Equal(t, r.Method, h.Method)
		assert.Equal(t, r.RequestURI, h.Target)
		in := h.Incoming(false)
		assert.Equal(t, r.Host, in.Host)
		got := http.Header{}
		for name, value := range h.All() {
			if http.CanonicalHeaderKey(name) != "Host" {
				got.Add(name, value)
			}
		}
		if h.Values("Pragma") != nil {
			r.Header.Del("Cache-Control") // net/http adds it
		}
		assert.Equal(t, r.Header, got)
		assert.Equal(t, slices.Sorted(maps.Keys(r.Header)), slices.Sorted(maps.Keys(got)))
	}
}
