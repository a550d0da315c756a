package handshake

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sampleClient() *Request {
	return &Request{
		URI:       URI{Host: "server.example.com", Port: 80, Resource: "/chat"},
		Key:       sampleKey,
		Origin:    "http://server.example.com",
		Protocols: []string{"chat", "superchat"},
	}
}

//req:test RFC6455-4.1-19 RFC6455-4.1-20 RFC6455-4.1-21 RFC6455-4.1-22 RFC6455-4.1-23 RFC6455-4.1-24
//req:test RFC6455-4.1-25 RFC6455-4.1-26 RFC6455-4.1-30 RFC6455-4.1-31 RFC6455-4.1-32 RFC6455-4.1-33
//req:test RFC6455-4.1-36 RFC6455-4.1-37 RFC6455-11.3.1-01 RFC6455-11.3.5-02 RFC6455-9-01
//req:test RFC7692-5-01 RFC7692-5-02
func TestRequestSample(t *testing.T) {
	r := sampleClient()
	r.Extensions = []Extension{{deflateName, []Param{{"server_max_window_bits", "10"}}}, {Name: deflateName}}
	r.Extra = []Field{{"Cookie", "a=b"}, {"Authorization", "Basic eA=="}}
	out, err := AppendRequest([]byte("before"), r)
	require.NoError(t, err)
	assert.Equal(t, "before"+head(
		"GET /chat HTTP/1.1", "Host: server.example.com", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "+sampleKey, "Origin: http://server.example.com",
		"Sec-WebSocket-Protocol: chat, superchat",
		"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10, permessage-deflate",
		"Cookie: a=b", "Authorization: Basic eA=="), string(out))

	// Our own server and net/http read it.
	o, err := readRaw(string(out[len("before"):]))
	require.NoError(t, err)
	assert.Equal(t, r.Extensions, o.Extensions)
	assert.Equal(t, r.Protocols, o.Protocols)
	_, err = readHTTP(string(out[len("before"):]))
	require.NoError(t, err)

	// The least there is.
	out, err = AppendRequest(nil, &Request{URI: URI{Secure: true, Host: "::1", Port: 8443, Resource: "/?a"}, Key: sampleKey})
	require.NoError(t, err)
	assert.Equal(t, head("GET /?a HTTP/1.1", "Host: [::1]:8443", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "+sampleKey), string(out))
}

// Every part of a request that could spoil it is refused, and nothing written.
//
//req:test RFC6455-4.1-03 RFC6455-4.1-04 RFC6455-4.1-19 RFC6455-4.1-34 RFC6455-4.1-35
func TestW10_RequestPartsCannotBreakOut(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Request)
		want   error
	}{
		"no URI":                   {func(r *Request) { r.URI = URI{} }, ErrRequestURI},
		"CR LF in the resource":    {func(r *Request) { r.URI.Resource = "/ HTTP/1.1\r\nA: b\r\n" }, ErrRequestURI},
		"space in the resource":    {func(r *Request) { r.URI.Resource = "/ HTTP/1.1" }, ErrRequestURI},
		"fragment in the resource": {func(r *Request) { r.URI.Resource = "/#a" }, ErrRequestURI},
		"absolute resource":        {func(r *Request) { r.URI.Resource = "http://a/" }, ErrRequestURI},
		"resource without a slash": {func(r *Request) { r.URI.Resource = "a" }, ErrRequestURI},
		"resource not ASCII":       {func(r *Request) { r.URI.Resource = "/ä" }, ErrRequestURI},
		"CR LF in the host":        {func(r *Request) { r.URI.Host = "a\r\nA: b" }, ErrRequestURI},
		"userinfo in the host":     {func(r *Request) { r.URI.Host = "u@a" }, ErrRequestURI},
		"host not ASCII":           {func(r *Request) { r.URI.Host = "ä" }, ErrRequestURI},
		"no host":                  {func(r *Request) { r.URI.Host = "" }, ErrRequestURI},
		"no port":                  {func(r *Request) { r.URI.Port = 0 }, ErrRequestURI},
		"no key":                   {func(r *Request) { r.Key = "" }, ErrRequestKey},
		"CR LF behind the key":     {func(r *Request) { r.Key += "\r\n" }, ErrRequestKey},
		"key of 15 octets":         {func(r *Request) { r.Key = "AAAAAAAAAAAAAAAAAAAA" }, ErrRequestKey},
		"CR LF in the origin":      {func(r *Request) { r.Origin = "http://a\r\nA: b" }, ErrRequestOrigin},
		"two origins":              {func(r *Request) { r.Origin = "http://a http://b" }, ErrRequestOrigin},
		"origin in Extra too":      {func(r *Request) { r.Extra = []Field{{"origin", "http://a"}} }, ErrRequestOrigin},
		"origin twice in Extra":    {func(r *Request) { r.Origin = ""; r.Extra = []Field{{"Origin", "http://a"}, {"Origin", "http://a"}} }, ErrRequestOrigin},
		"empty subprotocol":        {func(r *Request) { r.Protocols = []string{"a", ""} }, ErrRequestProtocols},
		"subprotocol no token":     {func(r *Request) { r.Protocols = []string{"a b"} }, ErrRequestProtocols},
		"subprotocols in one":      {func(r *Request) { r.Protocols = []string{"a, b"} }, ErrRequestProtocols},
		"CR LF in a subprotocol":   {func(r *Request) { r.Protocols = []string{"a\r\nA: b"} }, ErrRequestProtocols},
		"subprotocol twice":        {func(r *Request) { r.Protocols = []string{"a", "b", "a"} }, ErrRequestProtocols},
		"CR LF in an extension":    {func(r *Request) { r.Extensions = []Extension{{Name: "a\r\nA: b"}} }, errExtensionToken},
		"CR LF in a parameter":     {func(r *Request) { r.Extensions = []Extension{{"a", []Param{{"b", "c\r\n"}}}} }, errExtensionToken},
	} {
		r := sampleClient()
		c.change(r)
		out, err := AppendRequest([]byte("before"), r)
		require.ErrorIs(t, err, c.want, name)
		assert.Equal(t, "before", string(out), name)
	}
	r := sampleClient()
	r.Origin, r.Extra = "", []Field{{"Origin", "null"}}
	_, err := AppendRequest(nil, r)
	require.NoError(t, err)
}

func answer(pairs ...string) http.Header {
	h := headers("Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Accept", sampleAccept)
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

//req:test RFC6455-4.1-39 RFC6455-4.1-41 RFC6455-4.1-42 RFC6455-4.1-43
func TestVerifySample(t *testing.T) {
	text := head("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Accept: "+sampleAccept, "Sec-WebSocket-Protocol: chat")
	var h Head
	_, err := ParseResponse([]byte(text), &h)
	require.NoError(t, err)
	a, err := Verify(sampleClient(), h.Status, &h)
	require.NoError(t, err)
	assert.Equal(t, Agreement{Subprotocol: "chat"}, a)
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	a, err = Verify(sampleClient(), r.StatusCode, r.Header)
	require.NoError(t, err)
	assert.Equal(t, Agreement{Subprotocol: "chat"}, a)
}

// What is unusual and right.
//
//req:test RFC6455-4.1-41 RFC6455-4.1-42 RFC6455-4.1-43 RFC6455-5.8-01
func TestVerifyVariants(t *testing.T) {
	r := sampleClient()
	r.Extensions = []Extension{{Name: "x"}, {Name: "y"}, {deflateName, []Param{{"client_max_window_bits", ""}}}}
	for name, h := range map[string]http.Header{
		"nothing chosen":        answer(),
		"case of Upgrade":       headers("Upgrade", " WebSocket\t", "Connection", "keep-alive, UPGRADE", "Sec-WebSocket-Accept", sampleAccept),
		"Connection in lines":   headers("Upgrade", "websocket", "Connection", "foo", "Connection", "Upgrade", "Sec-WebSocket-Accept", sampleAccept),
		"spaces around accept":  headers("Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Accept", " \t"+sampleAccept+" "),
		"Content-Length 0":      answer("Content-Length", "0"),
		"unknown fields":        answer("X-Unknown", "y", "Set-Cookie", "a=b"),
		"second subprotocol":    answer("Sec-WebSocket-Protocol", "superchat"),
		"versions listed":       answer("Sec-WebSocket-Version", "13, 8", "Sec-WebSocket-Version", "7"),
		"extensions of ours":    answer("Sec-WebSocket-Extensions", "y; a=b, x"),
		"deflate, smaller bits": answer("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=9"),
	} {
		_, err := Verify(r, 101, h)
		assert.NoError(t, err, name)
	}
	a, err := Verify(r, 101, answer("Sec-WebSocket-Extensions", "y; a=b, x"))
	require.NoError(t, err)
	assert.Equal(t, []Extension{{"y", []Param{{"a", "b"}}}, {Name: "x"}}, a.Extensions)
}

// Each item of section 4.1's list broken alone: nothing but a complete and
// correct 101 passes.
//
//req:test RFC6455-4.1-39 RFC6455-4.1-40 RFC6455-4.1-41 RFC6455-4.1-42 RFC6455-4.1-43 RFC6455-4.1-44
//req:test RFC6455-4.1-45 RFC6455-4.1-46 RFC6455-5.8-01 RFC6455-9.1-01 RFC6455-11.3.2-02 RFC6455-11.3.3-01
//req:test RFC6455-11.3.4-02 RFC7692-5-12 RFC7692-7-02
func TestW9_AnswersBrokenAlone(t *testing.T) {
	without := func(name string, pairs ...string) http.Header {
		h := answer()
		h.Del(name)
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	for name, c := range map[string]struct {
		status int
		h      http.Header
		want   *Error
	}{
		"1 status 100":              {100, answer(), ErrStatus},
		"1 status 102":              {102, answer(), ErrStatus},
		"1 status 200":              {200, answer(), ErrStatus},
		"1 status 302":              {302, answer("Location", "ws://b/"), ErrStatus},
		"1 status 401":              {401, answer(), ErrStatus},
		"1 status 426":              {426, answer(), ErrStatus},
		"1 status 0":                {0, answer(), ErrStatus},
		"2 no Upgrade":              {101, without("Upgrade"), ErrUpgrade},
		"2 Upgrade empty":           {101, without("Upgrade", "Upgrade", ""), ErrUpgrade},
		"2 Upgrade h2c":             {101, without("Upgrade", "Upgrade", "h2c"), ErrUpgrade},
		"2 Upgrade with another":    {101, without("Upgrade", "Upgrade", "websocket, h2c"), ErrUpgrade},
		"2 Upgrade twice":           {101, without("Upgrade", "Upgrade", "websocket", "Upgrade", "websocket"), ErrUpgrade},
		"2 Upgrade with a version":  {101, without("Upgrade", "Upgrade", "websocket/13"), ErrUpgrade},
		"2 Upgrade and Kelvin":      {101, without("Upgrade", "Upgrade", "websoc\u212aet"), ErrUpgrade},
		"3 no Connection":           {101, without("Connection"), ErrNoUpgrade},
		"3 Connection close":        {101, without("Connection", "Connection", "close"), ErrNoUpgrade},
		"3 Connection as a part":    {101, without("Connection", "Connection", "upgrades"), ErrNoUpgrade},
		"4 no accept":               {101, without("Sec-WebSocket-Accept"), ErrAccept},
		"4 accept empty":            {101, without("Sec-WebSocket-Accept", "Sec-WebSocket-Accept", ""), ErrAccept},
		"4 accept of another key":   {101, without("Sec-WebSocket-Accept", "Sec-WebSocket-Accept", Accept(NewKey())), ErrAccept},
		"4 accept in another case":  {101, without("Sec-WebSocket-Accept", "Sec-WebSocket-Accept", strings.ToLower(sampleAccept)), ErrAccept},
		"4 accept without padding":  {101, without("Sec-WebSocket-Accept", "Sec-WebSocket-Accept", strings.TrimRight(sampleAccept, "=")), ErrAccept},
		"4 accept is the key":       {101, without("Sec-WebSocket-Accept", "Sec-WebSocket-Accept", sampleKey), ErrAccept},
		"4 accept twice":            {101, answer("Sec-WebSocket-Accept", sampleAccept), ErrRepeated},
		"5 extension not offered":   {101, answer("Sec-WebSocket-Extensions", "z"), ErrExtension},
		"5 one of two not offered":  {101, answer("Sec-WebSocket-Extensions", "x, z"), ErrExtension},
		"5 extension in other case": {101, answer("Sec-WebSocket-Extensions", "X"), ErrExtension},
		"5 extension twice":         {101, answer("Sec-WebSocket-Extensions", "x, x"), ErrExtension},
		"5 extensions empty":        {101, answer("Sec-WebSocket-Extensions", ""), ErrExtensions},
		"5 extensions malformed":    {101, answer("Sec-WebSocket-Extensions", "x;"), ErrExtensions},
		"5 extensions in two lines": {101, answer("Sec-WebSocket-Extensions", "x", "Sec-WebSocket-Extensions", "y"), ErrRepeated},
		"5 deflate unknown":         {101, answer("Sec-WebSocket-Extensions", "permessage-deflate; unknown"), ErrDeflate},
		"5 deflate wrong value":     {101, answer("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=16"), ErrDeflate},
		"5 deflate not asked for":   {101, answer("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=10"), ErrDeflate},
		"5 deflate twice":           {101, answer("Sec-WebSocket-Extensions", "permessage-deflate, permessage-deflate"), ErrExtension},
		"6 subprotocol not offered": {101, answer("Sec-WebSocket-Protocol", "other"), ErrSubprotocol},
		"6 subprotocol other case":  {101, answer("Sec-WebSocket-Protocol", "Chat"), ErrSubprotocol},
		"6 subprotocol empty":       {101, answer("Sec-WebSocket-Protocol", ""), ErrSubprotocol},
		"6 two subprotocols":        {101, answer("Sec-WebSocket-Protocol", "chat, superchat"), ErrSubprotocol},
		"6 subprotocol twice":       {101, answer("Sec-WebSocket-Protocol", "chat", "Sec-WebSocket-Protocol", "chat"), ErrRepeated},
		"Transfer-Encoding":         {101, answer("Transfer-Encoding", "chunked"), ErrMismatch},
		"Content-Length":            {101, answer("Content-Length", "5"), ErrMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			r := sampleClient()
			r.Extensions = []Extension{{Name: "x"}, {Name: "y"}, {Name: deflateName}}
			a, err := Verify(r, c.status, c.h)
			require.ErrorIs(t, err, c.want)
			assert.Equal(t, Agreement{}, a)
			e := asError(t, err)
			assert.Equal(t, c.status, e.Status, "the status is kept for the caller")
			assert.Equal(t, c.want.Req, e.Req)
			assert.NotEmpty(t, e.Req)
		})
	}
	// Nothing was offered, so nothing may come back.
	r := sampleClient()
	r.Protocols = nil
	_, err := Verify(r, 101, answer("Sec-WebSocket-Protocol", "chat"))
	require.ErrorIs(t, err, ErrSubprotocol)
	_, err = Verify(r, 101, answer("Sec-WebSocket-Extensions", deflateName))
	require.ErrorIs(t, err, ErrExtension)
	// Of HTTP/1.0 there is no 101.
	var h Head
	_, err = ParseResponse([]byte(head("HTTP/1.0 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Accept: "+sampleAccept)), &h)
	require.NoError(t, err)
	_, err = Verify(r, h.Status, &h)
	require.ErrorIs(t, err, ErrMismatch)
}
