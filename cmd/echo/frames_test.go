package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// watcher reads GET /frames/TOKEN.
type watcher struct {
	t    *testing.T
	body io.ReadCloser
	dec  *json.Decoder
}

func (p *program) watch(t *testing.T, token string) *watcher {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url.Scheme+"://"+p.url.Host+"/frames/"+token, nil)
	require.NoError(t, err)
	resp, err := client().Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	require.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "application/x-ndjson", resp.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	assert.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
	w := &watcher{t, resp.Body, json.NewDecoder(bufio.NewReader(resp.Body))}
	ready := next[readyRecord](w, "ready")
	assert.Equal(t, subprotocols, ready.Subprotocols)
	return w
}

// next reads the next record, which has to be of a type.
func next[T any](w *watcher, kind string) T {
	w.t.Helper()
	var raw json.RawMessage
	require.NoError(w.t, w.dec.Decode(&raw))
	var r T
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	require.NoError(w.t, d.Decode(&r), "%s", raw)
	var typed struct{ Type string }
	require.NoError(w.t, json.Unmarshal(raw, &typed))
	require.Equal(w.t, kind, typed.Type, "%s", raw)
	return r
}

func (w *watcher) end() {
	w.t.Helper()
	_, err := w.dec.Token()
	require.ErrorIs(w.t, err, io.EOF)
}

// The whole life of a connection, as its page sees it.
func TestFrames(t *testing.T) {
	p := start(t)
	tok := token(0)
	w := p.watch(t, tok)
	resp, c := p.handshake(t, "/chat?token="+tok, "Sec-WebSocket-Protocol: chat, echo\r\nCookie: secret=1\r\nOrigin: http://"+p.url.Host+"\r\n")
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	_ = resp.Body.Close()
	peer := wstest.NewPeer(t, c, ws.RoleClient)

	open := next[openRecord](w, "open")
	assert.EqualValues(t, 1, open.Connection)
	assert.Equal(t, "echo", open.Subprotocol)
	var text []string
	for _, l := range append(open.Request, open.Response...) {
		text = append(text, l.Text)
		assert.Regexp(t, `^\d+(\.\d+)+$`, l.Section)
	}
	assert.Equal(t, []string{
		"GET /chat?token=" + tok + " HTTP/1.1",
		"Host: " + p.url.Host,
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Origin: http://" + p.url.Host,
		"Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Protocol: chat, echo",
		"HTTP/1.1 101 Switching Protocols",
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
		"Sec-WebSocket-Protocol: echo",
	}, text)
	for i, l := range open.Response[1:] {
		name, value, _ := strings.Cut(l.Text, ": ")
		assert.Equal(t, value, resp.Header.Get(name), "line %d is what was sent", i)
	}

	peer.Send(wstest.Text("Hello").WithKey([4]byte{0x37, 0xfa, 0x21, 0x3d}))
	in := next[frameRecord](w, "frame")
	assert.Equal(t, "client", in.From)
	assert.Equal(t, "818537fa213d", in.Header)
	assert.Equal(t, "37fa213d", in.Key)
	assert.Equal(t, hex.EncodeToString([]byte("Hello")), in.Payload)
	assert.True(t, in.Fin && in.Masked)
	assert.EqualValues(t, 5, in.Length)
	assert.Equal(t, 1, in.Opcode)
	assert.Equal(t, "text", in.Name)
	assert.Nil(t, in.Violation)
	assert.Equal(t, []field{
		{"FIN", "1 final fragment", "1... ....", "5.2"},
		{"RSV1-3", "000", ".000 ....", "5.2"},
		{"opcode", "1 text", ".... 0001", "5.2"},
		{"MASK", "1 masked", "1... ....", "5.2"},
		{"payload length", "5", ".000 0101", "5.2"},
		{"masking key", "37fa213d", "", "5.3"},
		{"payload", `"Hello"`, "", "5.6"},
	}, in.Fields)
	out := next[frameRecord](w, "frame")
	assert.Equal(t, "server", out.From)
	assert.Equal(t, "8105", out.Header)
	assert.Empty(t, out.Key)
	assert.Equal(t, in.Payload, out.Payload)
	assert.GreaterOrEqual(t, out.At, in.At)
	peer.Expect(wstest.Text("Hello"))

	// Only the beginning of a large payload is shown.
	large := wstest.Binary(make([]byte, 100_000))
	peer.Send(large)
	peer.ExpectMessage(large)
	in = next[frameRecord](w, "frame")
	assert.EqualValues(t, 100_000, in.Length)
	assert.Len(t, in.Payload, 2*shownPayload)
	assert.EqualValues(t, 11, in.Offset)
	assert.Len(t, in.Header, 2*14)
	next[frameRecord](w, "frame")

	// The page asks for a Ping.
	answered := make(chan string, 1)
	go func() {
		r, err := p.try(t.Context(), http.MethodPost, "/ping/"+tok, "are you there?")
		assert.NoError(t, err)
		answered <- r.body
	}()
	peer.Expect(wstest.Ping("are you there?"))
	peer.Send(wstest.Pong("are you there?"))
	assert.Regexp(t, `^\{"ms":[0-9.]+\}\n$`, <-answered)
	// Each direction is in order; a Pong may be seen before the goroutine that
	// wrote the Ping has shown it.
	assert.ElementsMatch(t, []string{"ping", "pong"},
		[]string{next[frameRecord](w, "frame").Name, next[frameRecord](w, "frame").Name})

	peer.Send(wstest.Close(frame.CloseNormal, "bye"))
	peer.ExpectClose(frame.CloseNormal)
	peer.ExpectEOF()
	peer.Hangup()
	in = next[frameRecord](w, "frame")
	assert.Equal(t, &closeField{1000, "1000 normal closure", "bye"}, in.Close)
	next[frameRecord](w, "frame")
	end := next[endRecord](w, "end")
	assert.Equal(t, endRecord{Type: "end", Code: 1000, Text: "1000 normal closure", Reason: "bye", Remote: true}, end)
	w.end()
}

// A violation is named, and so is how the connection ended.
func TestFramesOfViolation(t *testing.T) {
	p := start(t)
	w := p.watch(t, token(0))
	peer := p.peer(t, "/?token="+token(0))
	next[openRecord](w, "open")
	peer.Send(wstest.Text("a\xff"))
	peer.ExpectClose(frame.CloseInvalidPayload)
	peer.ExpectEOF()
	peer.Hangup()
	in := next[frameRecord](w, "frame")
	require.NotNil(t, in.Violation)
	assert.Equal(t, "invalid-utf8", in.Violation.Token)
	assert.Equal(t, 1007, in.Violation.Code)
	assert.Equal(t, "8.1", in.Violation.Section)
	assert.Contains(t, in.Violation.Detail, "octet 1")
	assert.Equal(t, 1007, next[frameRecord](w, "frame").Close.Code)
	end := next[endRecord](w, "end")
	assert.Equal(t, 1007, end.Code)
	assert.False(t, end.Remote)
	assert.Contains(t, end.Cause, "UTF-8")
	w.end()
}

// A connection that is cut off in the middle of a frame.
func TestFramesOfPartialFrame(t *testing.T) {
	p := start(t)
	w := p.watch(t, token(0))
	peer := p.peer(t, "/?token="+token(0))
	next[openRecord](w, "open")
	peer.Send(wstest.Text("Hello").First(8))
	peer.Hangup()
	in := next[frameRecord](w, "frame")
	assert.True(t, in.Partial)
	assert.Equal(t, hex.EncodeToString([]byte("He")), in.Payload)
	end := next[endRecord](w, "end")
	assert.Equal(t, 1006, end.Code)
	assert.NotEmpty(t, end.Cause)
	w.end()
}

// What the server may do for a page: only with the token, and only what is
// legal.
func TestControl(t *testing.T) {
	p := start(t)
	tok := token(0)
	for _, target := range []string{"/ping/" + tok, "/close/" + tok + "?code=1000", "/ping/short"} {
		r := p.do(t, http.MethodPost, target, "")
		assert.Equal(t, http.StatusNotFound, r.status, r.body)
	}
	w := p.watch(t, tok)
	peer := p.peer(t, "/?token="+tok)
	next[openRecord](w, "open")
	r := p.do(t, http.MethodPost, "/ping/"+tok, strings.Repeat("x", 126))
	assert.Equal(t, http.StatusBadRequest, r.status)
	assert.Contains(t, r.body, "125 octets")
	for _, query := range []string{"reason=x", "code=x", "code=999", "code=1005", "code=1006", "code=65536", "code=1000&reason=" + strings.Repeat("x", 124)} {
		r = p.do(t, http.MethodPost, "/close/"+tok+"?"+query, "")
		assert.Equal(t, http.StatusBadRequest, r.status, "%s: %s", query, r.body)
	}
	for _, target := range []string{"/ping/" + tok, "/close/" + tok + "?code=1000"} {
		r = p.do(t, http.MethodGet, target, "")
		assert.Equal(t, http.StatusUpgradeRequired, r.status, "a link can't do it")
	}
	closed := make(chan int, 1)
	go func() {
		r, err := p.try(t.Context(), http.MethodPost, "/close/"+tok+"?code=1012&reason=back+soon", "")
		assert.NoError(t, err)
		closed <- r.status
	}()
	peer.Expect(wstest.Close(frame.CloseServiceRestart, "back soon"))
	peer.Send(wstest.Close(frame.CloseServiceRestart, ""))
	peer.ExpectEOF()
	peer.Hangup()
	assert.Equal(t, http.StatusNoContent, <-closed)
}

// The rules of tokens over HTTP.
func TestTokens(t *testing.T) {
	p := start(t)
	tok := token(0)
	assert.Equal(t, http.StatusBadRequest, p.do(t, http.MethodGet, "/frames/short", "").status)
	refused := func(target string, status int) {
		t.Helper()
		resp, c := p.handshake(t, target, "")
		assert.Equal(t, status, resp.StatusCode)
		_ = resp.Body.Close()
		_ = c.Close()
	}
	refused("/?token=short", http.StatusBadRequest)

	w := p.watch(t, tok)
	assert.Equal(t, http.StatusConflict, p.do(t, http.MethodGet, "/frames/"+tok, "").status, "one reader")
	own := p.peer(t, "/?token="+tok)
	refused("/?token="+tok, http.StatusConflict)
	next[openRecord](w, "open")

	// Other connections are not shown, whatever they do.
	other := p.peer(t, "/")
	other.Send(wstest.Text("private"))
	other.Expect(wstest.Text("private"))
	own.Send(wstest.Text("mine"))
	assert.Equal(t, hex.EncodeToString([]byte("mine")), next[frameRecord](w, "frame").Payload)
}

// A handshake that is refused ends its reader's wait.
func TestFramesOfRefusedHandshake(t *testing.T) {
	p := start(t)
	w := p.watch(t, token(0))
	resp, _ := p.handshake(t, "/?token="+token(0), "Origin: https://example.com\r\n")
	assert.Equal(t, http.StatusForbidden, resp.StatusCode)
	_ = resp.Body.Close()
	assert.Contains(t, next[endRecord](w, "end").Cause, "origin")
	w.end()
}

// A reader that is waiting does not hold up the end of the program.
func TestShutdownEndsReaders(t *testing.T) {
	p := start(t)
	w := p.watch(t, token(0))
	assert.Equal(t, exitOK, p.stop(t))
	assert.Equal(t, "the server is shutting down", next[endRecord](w, "end").Cause)
	w.end()
}
