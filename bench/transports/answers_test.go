//go:build linux

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pieceSizes are how much comes at a time, the last being all at once.
var pieceSizes = []int{1, 2, 7, 1 << 20}

// readAll has an answers read text in pieces.
func readAll(f format, text string, size int) (*answers, *output, error) {
	a, out := &answers{format: f}, &output{}
	for rest := []byte(text); len(rest) > 0; {
		n := min(size, len(rest))
		if err := a.read(rest[:n], out); err != nil {
			return a, out, err
		}
		rest = rest[n:]
	}
	return a, out, nil
}

// bodies is a format that keeps every body as an event, with its status.
type bodies struct{}

func (bodies) take(h head, body []byte, end bool, out *output) (int, error) {
	if end {
		out.events = append(out.events, event{id: string(h[:12]), data: string(body)})
		return len(body), nil
	}
	return 0, nil
}

// The framings of RFC 9112 section 6.3, one answer after the other.
func TestAnswers(t *testing.T) {
	const text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello" +
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n" +
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab\n\r\n00B\r\n0123456789a\r\n0\r\n\r\n" +
		"HTTP/1.1 204 No Content\r\n\r\n" +
		"HTTP/1.1 201 Created\r\nContent-Length:0\r\n\r\n" +
		"HTTP/1.1 202 Accepted\r\nContent-Length: 2 \r\n\r\n\r\n"
	for _, size := range pieceSizes {
		a, out, err := readAll(bodies{}, text, size)
		require.NoError(t, err)
		assert.Equal(t, 6, a.ended)
		assert.Empty(t, a.in)
		assert.Equal(t, []event{
			{"HTTP/1.1 200", "hello"},
			{"HTTP/1.1 304", ""},
			{"HTTP/1.1 200", "ab\n0123456789a"},
			{"HTTP/1.1 204", ""},
			{"HTTP/1.1 201", ""},
			{"HTTP/1.1 202", "\r\n"},
		}, out.events)
	}
}

// An answer that says no more of its body ends with the connection, and all of it
// is the format's.
func TestAnswersByClose(t *testing.T) {
	for _, size := range pieceSizes {
		a, out, err := readAll(&pieces{cut: line, read: text}, "HTTP/1.1 200 OK\r\n\r\na\nHTTP/1.1 200 OK\r\n\r\nb", size)
		require.NoError(t, err)
		assert.Zero(t, a.ended)
		assert.Equal(t, []event{{data: "a"}, {data: "HTTP/1.1 200 OK\r"}, {data: "\r"}}, out.events)
		assert.Equal(t, "b", string(a.body))
	}
}

func TestAnswersWrong(t *testing.T) {
	for name, text := range map[string]string{
		"a refusal":            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
		"no HTTP":              "SSH-2.0\r\n\r\n",
		"no length":            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"no size of a chunk":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
		"a huge chunk":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
		"a stream that ends":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n0\r\n\r\n",
		"a stream of a length": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na\n",
	} {
		for _, size := range pieceSizes {
			_, _, err := readAll(&pieces{cut: line, read: func([]byte, *output) error { return nil }}, text, size)
			require.Error(t, err, name)
		}
	}
}

func TestHead(t *testing.T) {
	h := head("HTTP/1.1 200 OK\r\nEtag: 0\r\nLast-Modified:  Fri, 27 Nov 2026 06:13:26 GMT \r\nnonsense")
	assert.Equal(t, 200, h.status())
	assert.Equal(t, "0", h.field("ETag"))
	assert.Equal(t, "Fri, 27 Nov 2026 06:13:26 GMT", h.field("last-modified"))
	assert.Empty(t, h.field("Content-Length"))
	assert.Zero(t, head(strings.Repeat("x", 3)).status())
}
