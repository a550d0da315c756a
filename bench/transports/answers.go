//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// head is the status line and the header fields of an answer, as they came.
type head string

func (h head) status() int {
	_, rest, _ := strings.Cut(string(h), " ")
	code, _, _ := strings.Cut(rest, " ")
	n, _ := strconv.Atoi(code)
	return n
}

// field gives the value of a header field, or "".
func (h head) field(name string) string {
	for line := range strings.SplitSeq(string(h), "\r\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// format makes events of the bodies of answers.
type format interface {
	// take takes what is whole at the beginning of body, and gives how many octets
	// that were. After end no more of the body comes.
	take(h head, body []byte, end bool, out *output) (int, error)
}

// answers reads the answers of HTTP/1.1 that come on a connection (RFC 9112), and
// what follows a 101.
type answers struct {
	format format

	in      []byte // what has come and is not taken apart
	head    head   // of the answer in progress, or ""
	body    []byte // of it, without what the format has taken
	framing framing
	left    int // octets that are to come of the body, or of the chunk with its CRLF
	ended   int // answers
}

// framing is what tells where a body ends (RFC 9112 section 6.3).
type framing int

const (
	byLength framing = iota
	byChunks
	byClose
)

// crlf is what lines end with.
var crlf = []byte("\r\n")

// read takes octets, cut anywhere.
func (a *answers) read(b []byte, out *output) error {
	a.in = append(a.in, b...)
	rest := a.in
	for {
		n, err := a.step(rest, out)
		if err != nil {
			return err
		}
		if n == 0 {
			a.in = a.in[:copy(a.in, rest)]
			return nil
		}
		rest = rest[n:]
	}
}

// step takes the next piece, and gives how many octets it has; 0 asks for more.
func (a *answers) step(b []byte, out *output) (int, error) {
	switch {
	case len(b) == 0:
		return 0, nil
	case a.head == "":
		return a.begin(b, out)
	case a.framing == byClose:
		a.body = append(a.body, b...)
		return len(b), a.give(false, out)
	case a.framing == byChunks && a.left == 0:
		return a.chunk(b, out)
	case a.framing == byChunks && a.left <= len(crlf):
		n := min(a.left, len(b)) // the end of the line behind a chunk
		a.left -= n
		return n, nil
	case a.framing == byChunks:
		n := min(a.left-len(crlf), len(b))
		a.left -= n
		a.body = append(a.body, b[:n]...)
		return n, a.give(false, out)
	}
	n := min(a.left, len(b))
	a.left -= n
	a.body = append(a.body, b[:n]...)
	if a.left > 0 {
		return n, nil // polling wants all of it
	}
	return n, a.give(true, out)
}

// begin takes the head of an answer.
func (a *answers) begin(b []byte, out *output) (int, error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return 0, nil
	}
	a.head = head(b[:end])
	n, length := end+4, a.head.field("Content-Length")
	switch code := a.head.status(); {
	case code == 101:
		a.framing = byClose // what follows is no HTTP
		return n, nil
	case code != 200 && code != 201 && code != 202 && code != 204 && code != 304:
		return 0, fmt.Errorf("the server answers %.300q", a.head)
	case code == 204 || code == 304:
		return n, a.give(true, out)
	case strings.EqualFold(a.head.field("Transfer-Encoding"), "chunked"):
		a.framing, a.left = byChunks, 0
	case length == "":
		a.framing = byClose
	default:
		left, err := strconv.ParseUint(length, 10, 31)
		if err != nil {
			return 0, err
		}
		a.framing, a.left = byLength, int(left)
		if left == 0 {
			return n, a.give(true, out)
		}
	}
	return n, nil
}

// chunk takes the line before a chunk, and the last one (RFC 9112 section 7.1).
// No server here has extensions or trailers.
func (a *answers) chunk(b []byte, out *output) (int, error) {
	line, _, ok := bytes.Cut(b, crlf)
	if !ok {
		return 0, nil
	}
	size, err := strconv.ParseUint(string(line), 16, 31)
	if err != nil {
		return 0, err
	}
	n := len(line) + len(crlf)
	if size > 0 {
		a.left = int(size) + len(crlf)
		return n, nil
	}
	if len(b) < n+len(crlf) {
		return 0, nil
	}
	return n + len(crlf), a.give(true, out)
}

// give offers the body to the format. At its end another answer may begin.
func (a *answers) give(end bool, out *output) error {
	n, err := a.format.take(a.head, a.body, end, out)
	if err != nil {
		return err
	}
	a.body = a.body[:copy(a.body, a.body[n:])]
	if end {
		a.head, a.body = "", a.body[:0]
		a.ended++
	}
	return nil
}
