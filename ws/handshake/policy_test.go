package handshake

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//req:test RFC6455-4.2.2-08 RFC6455-4.2.2-09
func TestSubprotocolChoice(t *testing.T) {
	for _, c := range []struct {
		client, server []string
		want           string
	}{
		{nil, nil, ""},
		{nil, []string{"a"}, ""},
		{[]string{"a"}, nil, ""},
		{[]string{"a", "b"}, []string{"b", "a"}, "a"}, // the client's preference
		{[]string{"x", "b", "a"}, []string{"a", "b"}, "b"},
		{[]string{"A"}, []string{"a"}, ""}, // case counts
		{[]string{"a"}, []string{"ab"}, ""},
	} {
		o := Offer{Host: "h", Protocols: c.client, Key: sampleKey}
		a, err := (&Policy{Subprotocols: c.server}).Decide(&o)
		require.NoError(t, err)
		assert.Equal(t, c.want, a.Subprotocol, "%v of %v", c.client, c.server)
		out, err := AppendResponse(nil, &o, &a, nil)
		require.NoError(t, err)
		assert.Equal(t, c.want != "", bytes.Contains(out, []byte("Sec-WebSocket-Protocol: "+c.want+"\r\n")))
	}
	require.NoError(t, (&Policy{Subprotocols: []string{"a", "b"}}).Check())
	for _, list := range [][]string{{""}, {"a b"}, {"a", "b", "a"}, {"a\r\n"}} {
		assert.Error(t, (&Policy{Subprotocols: list}).Check(), list)
	}
}

//req:test RFC6455-4.2.2-11 RFC6455-4.2.2-12 RFC6455-9-02 RFC7692-5-11
func TestExtensionsAreDeclined(t *testing.T) {
	o := Offer{Host: "h", Key: sampleKey, Extensions: []Extension{{Name: "permessage-deflate"}, {Name: "x"}}}
	a, err := (&Policy{}).Decide(&o)
	require.NoError(t, err)
	assert.Empty(t, a.Extensions)
	out, err := AppendResponse(nil, &o, &a, nil)
	require.NoError(t, err)
	assert.NotContains(t, string(out), "Sec-WebSocket-Extensions")
}

//req:test RFC6455-4.2.2-01 RFC6455-4.2.2-13 RFC6455-4.2.2-14 RFC6455-4.2.2-15 RFC6455-4.2.2-16
func TestResponseSample(t *testing.T) {
	o, err := readRaw(head(sampleRequest...))
	require.NoError(t, err)
	a, err := (&Policy{Subprotocols: []string{"chat"}}).Decide(&o)
	require.NoError(t, err)
	out, err := AppendResponse([]byte("before"), &o, &a, []Field{{"Set-Cookie", " a=b "}})
	require.NoError(t, err)
	assert.Equal(t, "before"+head(
		"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Accept: "+sampleAccept, "Sec-WebSocket-Protocol: chat", "Set-Cookie: a=b"), string(out))
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(out[len("before"):])), nil)
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	assert.Equal(t, 101, r.StatusCode)
}

//req:test RFC6455-4.2.2-08 RFC6455-4.2.2-10 RFC6455-4.2.2-11 RFC6455-4.2.2-12 RFC6455-9-02
//req:test RFC6455-9.1-07 RFC6455-11.3.2-02 RFC6455-11.3.4-02 RFC7692-5-05
func TestResponseHoldsToTheOffer(t *testing.T) {
	o := Offer{Key: sampleKey, Protocols: []string{"a"}, Extensions: []Extension{{Name: "x"}, {Name: "y"}}}
	out, err := AppendResponse(nil, &o, &Agreement{
		Subprotocol: "a",
		Extensions:  []Extension{{"y", []Param{{"p", "q"}, {"r", ""}}}, {Name: "x"}},
	}, nil)
	require.NoError(t, err)
	assert.Contains(t, string(out), "\r\nSec-WebSocket-Extensions: y; p=q; r, x\r\n", "in the order of processing, in one field")
	for _, a := range []Agreement{
		{Subprotocol: "b"},
		{Subprotocol: "A"},
		{Subprotocol: "a\r\nX: y"},
		{Extensions: []Extension{{Name: "z"}}},
		{Extensions: []Extension{{Name: ""}}},
		{Extensions: []Extension{{Name: "x\r\nX: y"}}},
		{Extensions: []Extension{{"x", []Param{{"p", "a b"}}}}},
		{Extensions: []Extension{{"x", []Param{{"", "a"}}}}},
	} {
		out, err := AppendResponse([]byte("before"), &o, &a, nil)
		require.Error(t, err, "%+v", a)
		assert.Equal(t, "before", string(out))
	}
}

// No field that is written can hold a line end, and none replaces the
// handshake's own: in the answer and in the request.
func TestW10_FieldsCannotBreakOut(t *testing.T) {
	r := Request{URI: URI{Host: "a", Port: 80, Resource: "/"}, Key: sampleKey}
	o := Offer{Key: sampleKey}
	for _, c := range []struct {
		f    Field
		want error
	}{
		{Field{"X", "a\r\nY: b"}, ErrFieldValue},
		{Field{"X", "a\nb"}, ErrFieldValue},
		{Field{"X", "a\rb"}, ErrFieldValue},
		{Field{"X", "a\x00b"}, ErrFieldValue},
		{Field{"X", "\r\n"}, ErrFieldValue},
		{Field{"X", "a\x7f"}, ErrFieldValue},
		{Field{"X\r\nY", "a"}, ErrFieldName},
		{Field{"X: a\r\nY", "a"}, ErrFieldName},
		{Field{"X\x00", "a"}, ErrFieldName},
		{Field{"X ", "a"}, ErrFieldName},
		{Field{"", "a"}, ErrFieldName},
		{Field{"Ä", "a"}, ErrFieldName},
		{Field{"Upgrade", "h2c"}, ErrReservedField},
		{Field{"upgrade", "websocket"}, ErrReservedField},
		{Field{"Connection", "close"}, ErrReservedField},
		{Field{"HTTP2-Settings", "x"}, ErrReservedField},
		{Field{"Host", "b"}, ErrReservedField},
		{Field{"Content-Length", "5"}, ErrReservedField},
		{Field{"Transfer-Encoding", "chunked"}, ErrReservedField},
		{Field{"sec-websocket-KEY", "x"}, ErrReservedField},
		{Field{"Sec-WebSocket-Accept", "x"}, ErrReservedField},
		{Field{"Sec-WebSocket-Whatever", "x"}, ErrReservedField},
		{Field{"Expect", "100-continue"}, ErrReservedField},
	} {
		r.Extra = []Field{{"Ok", "a"}, c.f}
		out, err := AppendRequest(nil, &r)
		require.ErrorIs(t, err, c.want, "%q", c.f)
		assert.Empty(t, out)
		out, err = AppendResponse(nil, &o, &Agreement{}, r.Extra)
		require.ErrorIs(t, err, c.want, "%q", c.f)
		assert.Empty(t, out)
	}
	for _, f := range []Field{{"X", ""}, {"Cookie", "a=b; c=\"d\""}, {"X", "tab\tand \xe9"}, {"Authorization", "Basic eA=="}, {"Sec-Fetch-Mode", "websocket"}} {
		r.Extra = []Field{f}
		out, err := AppendRequest(nil, &r)
		require.NoError(t, err)
		assert.Contains(t, string(out), "\r\n"+f.Name+": "+f.Value+"\r\n")
		_, err = AppendResponse(nil, &o, &Agreement{}, r.Extra)
		require.NoError(t, err)
	}
}

// Every refusal is a whole response that closes the connection, readable by
// net/http, with nothing behind it.
//
//req:test RFC6455-4.2.1-01 RFC6455-4.2.2-05 RFC6455-4.2.2-06 RFC6455-4.2.2-07 RFC6455-4.4-01 RFC6455-10.7-04
func TestW9_RefusalsAreWholeResponses(t *testing.T) {
	for _, e := range Failures() {
		out := AppendRefusal([]byte("before"), e.because("details"))
		out, ok := bytes.CutPrefix(out, []byte("before"))
		require.True(t, ok)
		in := bufio.NewReader(bytes.NewReader(out))
		r, err := http.ReadResponse(in, nil)
		require.NoError(t, err, e.Token)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		assert.Equal(t, e.Text+": details\n", string(body))
		assert.Zero(t, in.Buffered(), "octets behind the response")
		assert.True(t, r.Close, "Connection: close")
		assert.Equal(t, "text/plain; charset=utf-8", r.Header.Get("Content-Type"))
		assert.Equal(t, int64(len(body)), r.ContentLength)
		want := e.Status
		if want == 0 {
			want = 500
		}
		assert.Equal(t, want, r.StatusCode)
		assert.Equal(t, fmt.Sprintf("%d %s", want, http.StatusText(want)), strings.Replace(r.Status, "URI Too Long", "Request URI Too Long", 1))
		var h Head // net/http removes Connection
		_, err = ParseResponse(out, &h)
		require.NoError(t, err)
		if want == 426 {
			assert.Equal(t, "websocket", r.Header.Get("Upgrade"))
			assert.Equal(t, []string{"close, Upgrade"}, h.Values("Connection"))
		} else {
			assert.Equal(t, []string{"close"}, h.Values("Connection"))
		}
		if e == ErrVersion {
			assert.Equal(t, []string{"13"}, r.Header.Values("Sec-WebSocket-Version"))
		}
		if want == 405 {
			assert.Equal(t, "GET", r.Header.Get("Allow"))
		}
	}
}

//req:test RFC6455-4.2.2-03
func TestRefusalsByTheApplication(t *testing.T) {
	out := string(AppendRefusal(nil, &Error{Status: 307, Text: "moved", Fields: []Field{
		{"Location", "wss://other.example/"},
		{"Connection", "keep-alive"},
		{"Content-Length", "0"},
		{"Transfer-Encoding", "chunked"},
		{"X", "a\r\nY: b"},
		{"X Y", "a"},
	}}))
	assert.Equal(t, head(
		"HTTP/1.1 307 Temporary Redirect", "Connection: close", "Location: wss://other.example/",
		"Content-Type: text/plain; charset=utf-8", "X-Content-Type-Options: nosniff", "Content-Length: 6")+"moved\n", out)
	for status, line := range map[int]string{
		0: "500 Internal Server Error", 101: "500 Internal Server Error", 200: "500 Internal Server Error", 600: "500 Internal Server Error",
		300: "300 Redirection", 418: "418 Client Error", 599: "599 Server Error", 401: "401 Unauthorized",
	} {
		assert.Contains(t, string(AppendRefusal(nil, &Error{Status: status})), "HTTP/1.1 "+line+"\r\n")
	}
}

func TestFailures(t *testing.T) {
	tokens := map[string]bool{}
	for _, e := range Failures() {
		assert.False(t, tokens[e.Token], "%s twice", e.Token)
		tokens[e.Token] = true
		assert.NotEmpty(t, e.Text)
		assert.True(t, isToken(e.Token))
		require.ErrorIs(t, e.because("more").withStatus(7), e)
		assert.NotErrorIs(t, e, &Error{Token: "other"})
		assert.NotErrorIs(t, e, io.EOF)
	}
	assert.Equal(t, "origin not allowed (RFC 6455 section 4.2.2)", ErrOrigin.Error())
	assert.Equal(t, "head too big", ErrHeadTooBig.Error())
	assert.Equal(t, "permessage-deflate parameters (RFC 7692 section 7)", ErrDeflate.Error())
}
