package handshake

import (
	"bufio"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// http.Header and *Head are what the package reads from.
var (
	_ Fields = http.Header(nil)
	_ Fields = (*Head)(nil)
)

// The sample of section 1.3.
const (
	sampleKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// sampleRequest is the request of section 1.2, line by line.
var sampleRequest = []string{
	"GET /chat HTTP/1.1",
	"Host: server.example.com",
	"Upgrade: websocket",
	"Connection: Upgrade",
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	"Origin: http://server.example.com",
	"Sec-WebSocket-Protocol: chat, superchat",
	"Sec-WebSocket-Version: 13",
}

// head joins lines into a head.
func head(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }

// change returns lines with the line that begins with prefix replaced by
// others: none removes it.
func change(lines []string, prefix string, others ...string) []string {
	var out []string
	found := false
	for _, l := range lines {
		if strings.HasPrefix(l, prefix) {
			found = true
			out = append(out, others...)
			continue
		}
		out = append(out, l)
	}
	if !found {
		panic("no line " + prefix)
	}
	return out
}

// readRaw takes a request through our own head parser.
func readRaw(text string) (Offer, error) {
	var h Head
	n, err := ParseRequest([]byte(text), &h)
	if err != nil {
		return Offer{}, err
	}
	if n != len(text) {
		return Offer{}, errors.New("head not complete")
	}
	in := h.Incoming(false)
	return ReadOffer(&in)
}

// readHTTP takes it through net/http.
func readHTTP(text string) (Offer, error) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return Offer{}, err
	}
	in := incomingHTTP(r)
	return ReadOffer(&in)
}

func incomingHTTP(r *http.Request) Incoming {
	return Incoming{
		Method: r.Method, Major: r.ProtoMajor, Minor: r.ProtoMinor,
		Host: r.Host, Target: r.RequestURI, Secure: r.TLS != nil,
		Body: r.ContentLength != 0, Fields: r.Header,
	}
}

// asError asks for an *Error.
func asError(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}

// headers is a Fields out of name, value, name, value ...
func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}
