package fuzz

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/handshake"
)

type parser func(b []byte, h *handshake.Head) (int, error)

// parseInPieces feeds b cut at the offsets that the octets of cuts give.
func parseInPieces(parse parser, b, cuts []byte, h *handshake.Head) (int, error) {
	end := 0
	for _, c := range cuts {
		end = min(end+int(c), len(b))
		if n, err := parse(slices.Clone(b[:end]), h); n > 0 || err != nil {
			return n, err
		}
	}
	return parse(b, h)
}

// fields are the fields of a head as net/http would hold them.
func fields(h *handshake.Head) http.Header {
	out := http.Header{}
	for name, value := range h.All() {
		name = textproto.CanonicalMIMEHeaderKey(name)
		out[name] = append(out[name], value)
	}
	return out
}

// sameText is whether errors say the same.
func sameText(a, b error) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error()
}

// What we accept, net/http accepts and understands in the same way; pieces
// change nothing.
func FuzzHandshakeRequest(f *testing.F) {
	f.Add([]byte("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n\x81\x00"), []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b, cuts []byte) {
		var h, pieces handshake.Head
		n, err := handshake.ParseRequest(b, &h)
		m, err2 := parseInPieces(handshake.ParseRequest, b, cuts, &pieces)
		require.True(t, sameText(err, err2), "%v, in pieces %v", err, err2)
		require.Equal(t, n, m)
		if err != nil || n == 0 {
			return
		}
		in := bufio.NewReader(bytes.NewReader(b[:n]))
		r, err := http.ReadRequest(in)
		require.NoError(t, err)
		require.Equal(t, r.Method, h.Method)
		require.Equal(t, r.RequestURI, h.Target)
		require.Equal(t, []int{r.ProtoMajor, r.ProtoMinor}, []int{h.Major, h.Minor})
		got := fields(&h)
		require.Equal(t, got, fields(&pieces))
		request := h.Incoming(false)
		require.Equal(t, strings.ToLower(r.Host), strings.ToLower(request.Host))
		got.Del("Host")
		if got["Pragma"] != nil && got["Cache-Control"] == nil {
			r.Header.Del("Cache-Control") // net/http adds it
		}
		require.Equal(t, r.Header, got)
		if r.ContentLength <= 0 {
			require.Zero(t, in.Buffered(), "the head ends at another octet")
		}

		// Whether it is an offer does not depend on who read it.
		o, err := handshake.ReadOffer(&request)
		same := handshake.Incoming{
			Method: r.Method, Major: r.ProtoMajor, Minor: r.ProtoMinor,
			Host: r.Host, Target: r.RequestURI, Body: r.ContentLength != 0, Fields: r.Header,
		}
		o2, err2 := handshake.ReadOffer(&same)
		require.True(t, sameText(err, err2), "%v, through net/http %v", err, err2)
		require.Equal(t, o, o2)
		answerOffer(t, o, err)
	})
}

// answerOffer answers an offer or refuses it: either way a whole response.
func answerOffer(t *testing.T, o handshake.Offer, err error) {
	t.Helper()
	var out []byte
	if err == nil {
		var a handshake.Agreement
		if a, err = (&handshake.Policy{Subprotocols: o.Protocols}).Decide(&o); err == nil {
			a.Extensions = o.Extensions
			out, err = handshake.AppendResponse(nil, &o, &a, nil)
			require.NoError(t, err)
		}
	}
	var refused *handshake.Error
	if errors.As(err, &refused) {
		out = handshake.AppendRefusal(nil, refused)
	}
	var h handshake.Head
	n, err := handshake.ParseResponse(out, &h)
	require.NoError(t, err)
	if refused != nil {
		require.Equal(t, refused.Status, h.Status)
		require.Len(t, out, n+len(refused.Text)+1)
		return
	}
	require.Len(t, out, n)
	// The client that asked for this takes the answer, unless it is one
	// extension twice or a permessage-deflate that is no answer.
	r := handshake.Request{Key: o.Key, Protocols: o.Protocols, Extensions: o.Extensions}
	if _, err = handshake.Verify(&r, h.Status, &h); err != nil {
		require.True(t, errors.Is(err, handshake.ErrExtension) || errors.Is(err, handshake.ErrDeflate), err)
		require.NotEmpty(t, o.Extensions)
	}
}

func FuzzHandshakeResponse(f *testing.F) {
	f.Add([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b, cuts []byte) {
		var h, pieces handshake.Head
		n, err := handshake.ParseResponse(b, &h)
		m, err2 := parseInPieces(handshake.ParseResponse, b, cuts, &pieces)
		require.True(t, sameText(err, err2), "%v, in pieces %v", err, err2)
		require.Equal(t, n, m)
		if err != nil || n == 0 {
			return
		}
		got := fields(&h)
		require.Equal(t, got, fields(&pieces))
		// How the body is framed is the caller's to judge, and where a 101
		// has no body, Verify's.
		_, err = handshake.Verify(&handshake.Request{}, h.Status, &h)
		require.Error(t, err, "a key that was never sent")
		if got["Content-Length"] != nil || got["Transfer-Encoding"] != nil {
			return
		}
		r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b[:n])), nil)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		require.Equal(t, r.StatusCode, h.Status)
		if got["Pragma"] != nil && got["Cache-Control"] == nil {
			r.Header.Del("Cache-Control")
		}
		delete(got, "Connection") // net/http removes it when it closes
		delete(r.Header, "Connection")
		delete(got, "Trailer")
		delete(r.Header, "Trailer")
		require.Equal(t, r.Header, got)
	})
}

// What parses is written and parsed again to the same, within the caps.
func FuzzHandshakeExtensions(f *testing.F) {
	f.Add("permessage-deflate; client_max_window_bits; server_max_window_bits=10", `x; y="z"`)
	f.Fuzz(func(t *testing.T, first, second string) {
		list, err := handshake.ParseExtensions([]string{first, second})
		joined, err2 := handshake.ParseExtensions([]string{first + "," + second})
		if err != nil {
			require.ErrorIs(t, err, handshake.ErrExtensions)
			require.Error(t, err2, "as one line")
			return
		}
		params := 0
		for _, e := range list {
			require.NoError(t, e.Check())
			params += len(e.Params)
			checkDeflate(t, e)
		}
		assert.LessOrEqual(t, len(list), handshake.MaxExtensions)
		assert.LessOrEqual(t, params, handshake.MaxParams)
		if len(first)+len(second) < handshake.MaxExtensionBytes {
			require.NoError(t, err2, "as one line")
			require.Equal(t, list, joined)
		}
		text := string(handshake.AppendExtensions(nil, list))
		if len(text) <= handshake.MaxExtensionBytes {
			again, err := handshake.ParseExtensions([]string{text})
			require.NoError(t, err)
			require.Equal(t, list, again)
		}
	})
}

func checkDeflate(t *testing.T, e handshake.Extension) {
	t.Helper()
	if p, err := handshake.ParseDeflateOffer(e); err == nil {
		written, err := p.Offer()
		require.NoError(t, err)
		again, err := handshake.ParseDeflateOffer(written)
		require.NoError(t, err)
		require.Equal(t, p, again)
	}
	if p, err := handshake.ParseDeflateAnswer(e, handshake.DeflateParams{ClientMaxWindowBits: handshake.AnyWindowBits}); err == nil {
		written, err := p.Answer()
		require.NoError(t, err)
		again, err := handshake.ParseDeflateAnswer(written, p)
		require.NoError(t, err)
		require.Equal(t, p, again)
	}
}

// What we accept, net/url accepts with the same parts, and it can be asked
// for.
func FuzzHandshakeURI(f *testing.F) {
	f.Add("wss://user:pw@Bücher.example:8443/straße?a=b")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := handshake.ParseURI(s)
		if err != nil {
			require.ErrorIs(t, err, handshake.ErrURI)
			return
		}
		v, err := url.Parse(s)
		require.NoError(t, err)
		require.Empty(t, v.Fragment)
		require.Equal(t, u.Secure, strings.EqualFold(v.Scheme, "wss"))
		if v.Port() != "" {
			require.Contains(t, u.Address(), ":"+strings.TrimLeft(v.Port(), "0"))
		}
		if host := v.Hostname(); !strings.Contains(host, ":") && isASCII(host) {
			require.Equal(t, strings.ToLower(host), u.Host)
		}
		path, err := url.PathUnescape(strings.SplitN(u.Resource, "?", 2)[0])
		require.NoError(t, err)
		require.Equal(t, max(v.Path, "/"), path)
		if _, query, _ := strings.Cut(u.Resource, "?"); isASCII(v.RawQuery) {
			a, err1 := url.QueryUnescape(v.RawQuery)
			b, err2 := url.QueryUnescape(query)
			require.NoError(t, err1)
			require.NoError(t, err2)
			require.Equal(t, a, b)
		}

		out, err := handshake.AppendRequest(nil, &handshake.Request{URI: u, Key: handshake.NewKey()})
		require.NoError(t, err)
		h := handshake.Head{Limits: handshake.Limits{Line: len(out), Octets: len(out)}}
		n, err := handshake.ParseRequest(out, &h)
		require.NoError(t, err)
		require.Len(t, out, n)
		in := h.Incoming(u.Secure)
		o, err := handshake.ReadOffer(&in)
		require.NoError(t, err)
		require.Equal(t, u.Resource, o.Resource)
		require.Equal(t, u.Authority(), o.Host)

		u.Userinfo = ""
		if !strings.Contains(u.Host, "%") {
			again, err := handshake.ParseURI(u.String())
			require.NoError(t, err)
			require.Equal(t, u, again)
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// An origin that passes is the tuple that net/url sees in it, and the whole of
// it; a pattern that is read matches it only if that is so.
func FuzzHandshakeOrigin(f *testing.F) {
	f.Add("https://app.example.com", "app.example.com:443", "https://*.example.com", true)
	f.Fuzz(func(t *testing.T, origin, host, pattern string, secure bool) {
		p, perr := handshake.ParseOriginPattern(pattern)
		if perr == nil {
			again, err := handshake.ParseOriginPattern(p.String())
			require.NoError(t, err)
			require.Equal(t, p, again)
		}
		err := handshake.CheckOrigin([]string{origin}, host, secure, []handshake.OriginPattern{p})
		o, ok := handshake.ParseOrigin(origin)
		if !ok {
			require.ErrorIs(t, err, handshake.ErrOrigin)
		}
		if err != nil {
			var e *handshake.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, 403, e.Status)
			for _, c := range e.Text {
				require.True(t, c >= ' ' && c < 0x7f, "%q", e.Text)
			}
			return
		}
		u, err := url.Parse(origin)
		require.NoError(t, err)
		require.Empty(t, u.Path+u.RawQuery+u.Fragment+u.Opaque)
		require.Nil(t, u.User)
		require.Equal(t, o.Scheme, u.Scheme)
		if !strings.Contains(u.Host, "[") {
			require.Equal(t, o.Host, strings.ToLower(u.Hostname()))
		}
		again, ok := handshake.ParseOrigin(o.String())
		require.True(t, ok)
		require.Equal(t, o, again)

		if p.Match(o, secure) {
			require.NoError(t, perr, "the zero pattern matches nothing")
			return
		}
		// Then it is the same origin: the host of both is one and the same,
		// and over TLS nothing but https passes.
		own, err := url.Parse("x://" + host)
		require.NoError(t, err)
		if !strings.Contains(host, "[") {
			require.Equal(t, strings.ToLower(own.Hostname()), o.Host)
		}
		require.True(t, o.Scheme == "https" || o.Scheme == "http" && !secure, o)
	})
}

// Whatever the application wants written, either it is refused or the head
// holds exactly that: no field more, none less.
func FuzzHandshakeFields(f *testing.F) {
	f.Add("Cookie", "a=b", "chat", "http://a.example")
	f.Fuzz(func(t *testing.T, name, value, protocol, origin string) {
		u, err := handshake.ParseURI("ws://a.example/")
		require.NoError(t, err)
		r := handshake.Request{
			URI: u, Key: handshake.NewKey(), Origin: origin, Protocols: []string{protocol},
			Extra: []handshake.Field{{Name: name, Value: value}},
		}
		out, err := handshake.AppendRequest(nil, &r)
		if err != nil {
			require.Empty(t, out)
			return
		}
		h := handshake.Head{Limits: handshake.Limits{Octets: len(out)}}
		n, err := handshake.ParseRequest(out, &h)
		require.NoError(t, err)
		require.Len(t, out, n)
		want := 7
		if origin != "" {
			want++
			require.Equal(t, []string{origin}, h.Values("Origin"))
		}
		require.Equal(t, want, h.Len())
		require.Equal(t, []string{strings.Trim(value, " \t")}, h.Values(name))
		require.Equal(t, []string{protocol}, h.Values("Sec-WebSocket-Protocol"))
		require.Equal(t, []string{r.Key}, h.Values("Sec-WebSocket-Key"))
	})
}
