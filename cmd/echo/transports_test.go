package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// figures reads what the page of viewer n reads.
func (p *program) figures(t *testing.T, n int) figures {
	t.Helper()
	r := p.do(t, http.MethodGet, "/transports/figures/"+token(n), "")
	require.Equal(t, http.StatusOK, r.status, r.body)
	var f figures
	require.NoError(t, json.Unmarshal([]byte(r.body), &f))
	return f
}

// quiet stops the publisher, so that every octet is one of the test's.
func (p *program) quiet(t *testing.T) {
	t.Helper()
	require.Equal(t, http.StatusOK, p.do(t, http.MethodPost, "/transports/publisher", `{"rate":0,"size":64,"burst":1}`).status)
}

// until waits for figures that are as they should be.
func (p *program) until(t *testing.T, n int, transport string, want wireFigures) {
	t.Helper()
	var got wireFigures
	if !assert.Eventually(t, func() bool {
		got = p.figures(t, n).Transports[transport]
		got.Origin = ""
		return got == want
	}, patience, 5*time.Millisecond) {
		assert.Equal(t, want, got)
	}
}

// wire connects to the listener of a transport.
func (p *program) wire(t *testing.T, transport string) (net.Conn, *bufio.Reader) {
	t.Helper()
	u, err := url.Parse(p.figures(t, 0).Transports[transport].Origin)
	require.NoError(t, err)
	c, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", u.Host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	return c, bufio.NewReader(c)
}

// ask sends text and reads an answer of known length. It gives how many octets
// that was.
func ask(t *testing.T, c net.Conn, r *bufio.Reader, text string) (status int, down int64) {
	t.Helper()
	_, err := io.WriteString(c, text)
	require.NoError(t, err)
	length := int64(0)
	for first := true; ; first = false {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		down += int64(len(line))
		if first {
			require.Regexp(t, `^HTTP/1\.1 \d{3} `, line)
			require.NoError(t, json.Unmarshal([]byte(line[9:12]), &status))
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			require.NoError(t, json.Unmarshal([]byte(strings.TrimSpace(v)), &length))
		}
		if line == "\r\n" {
			break
		}
	}
	_, err = io.CopyN(io.Discard, r, length)
	require.NoError(t, err)
	return status, down + length
}

func TestComet(t *testing.T) {
	p := start(t)
	r := p.do(t, http.MethodPost, "/comet/send", "hello")
	require.Equal(t, http.StatusOK, r.status, r.body)
	id := r.body
	want := `{"cursor":"` + id + `","events":[{"id":"` + id + `","data":"hello"}]}`
	assert.Equal(t, want, p.do(t, http.MethodGet, "/comet/poll", "").body)
	assert.Equal(t, "/**/f("+want+");\n", p.do(t, http.MethodGet, "/comet/poll?callback=f", "").body)
	assert.Equal(t, http.StatusNotFound, p.do(t, http.MethodGet, "/comet/flash", "").status)
	assert.Equal(t, http.StatusMethodNotAllowed, p.do(t, http.MethodPost, "/comet/poll", "").status)
	assert.Contains(t, p.do(t, http.MethodGet, "/comet/client.js", "").body, "export function connect")
}

// A WebSocket at /comet/ws is one of package comet, and is no echo.
func TestCometWebSocket(t *testing.T) {
	p := start(t)
	c, resp, err := ws.Dial(t.Context(), "ws://"+p.url.Host+"/comet/ws", nil)
	require.NoError(t, err)
	_ = resp.Body.Close()
	read := func() string {
		_, data, err := c.Read(t.Context())
		require.NoError(t, err)
		return string(data)
	}
	assert.Regexp(t, `^\{"id":"[^"]+-0"\}$`, read(), "the cursor")
	require.NoError(t, c.Write(t.Context(), ws.Text, []byte("hello")))
	assert.Contains(t, read(), `"data":"hello"`)
	p.cancel()
	_, _, err = c.Read(t.Context())
	assert.Equal(t, ws.StatusGoingAway, ws.CloseStatus(err))
}

// Pages of other sites read nothing, send nothing, change nothing, and are not
// counted for.
func TestTransportsOfOtherSites(t *testing.T) {
	p := start(t)
	f := p.figures(t, 0)
	for _, field := range []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://example.com"} {
		for _, line := range []string{"GET /comet/poll", "GET /comet/stream", "POST /comet/send", "GET /transports/figures/" + token(1), "POST /transports/publisher"} {
			_, r := p.raw(t, line+" HTTP/1.1\r\nHost: HOST\r\n"+field+"\r\nContent-Length: 0\r\n\r\n")
			resp, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			assert.Equal(t, http.StatusForbidden, resp.StatusCode, "%s %s", line, field)
			_ = resp.Body.Close()
		}
	}
	assert.Equal(t, http.StatusNotFound, get(t, f.Transports["poll"].Origin+"/comet/"+token(1)+"/poll").status, "it is no viewer")
	here := "Origin: " + p.url.Scheme + "://" + p.url.Host
	for field, want := range map[string]int{
		here:                          http.StatusOK,
		"Origin: https://example.com": http.StatusForbidden,
		strings.ReplaceAll(here, "127.0.0.1", "example.com"): http.StatusForbidden,
		"Sec-Fetch-Site: cross-site":                         http.StatusForbidden,
	} {
		c, r := p.wire(t, "poll")
		status, _ := ask(t, c, r, "GET /comet/"+token(0)+"/poll HTTP/1.1\r\nHost: x\r\n"+field+"\r\n\r\n")
		assert.Equal(t, want, status, field)
	}
}

// get sends a request to another address than the program's own.
func get(t *testing.T, target string) reply {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	return (&program{url: u}).do(t, http.MethodGet, u.RequestURI(), "")
}

// What is held when the program ends is given its end.
func TestTransportsShutdown(t *testing.T) {
	p := start(t)
	p.figures(t, 0)
	p.quiet(t)
	long, longAnswer := p.wire(t, "longpoll")
	_, err := io.WriteString(long, "GET /comet/"+token(0)+"/longpoll HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	stream, streamAnswer := p.wire(t, "stream")
	_, err = io.WriteString(stream, "GET /comet/"+token(0)+"/stream HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	for _, transport := range []string{"longpoll", "stream"} {
		require.Eventually(t, func() bool { return p.figures(t, 0).Transports[transport].Requests == 1 }, patience, 5*time.Millisecond)
	}
	p.stop(t)
	for _, r := range []*bufio.Reader{longAnswer, streamAnswer} {
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		assert.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, resp.StatusCode)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err, "a whole answer")
		_ = resp.Body.Close()
	}
}

func TestPageOrigins(t *testing.T) {
	at := func(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }
	assert.Equal(t, []string{"http://127.0.0.1:8080", "http://localhost:8080"},
		pageOrigins(config{addr: "0.0.0.0:0"}, at(8080)))
	assert.Equal(t, []string{"https://127.0.0.1", "https://localhost", "https://192.0.2.1"},
		pageOrigins(config{addr: "192.0.2.1:443", tls: true}, at(443)))
	assert.Empty(t, pageOrigins(config{}, &net.UnixAddr{Name: "socket"}))
}
