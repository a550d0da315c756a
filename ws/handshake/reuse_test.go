package handshake

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever an Offer and a Head were used for before, they then hold what new
// ones would.
func TestReuse(t *testing.T) {
	requests := []string{
		head(sampleRequest...),
		string(browserRequest),
		head(append(sampleRequest, "Sec-WebSocket-Extensions: a; b; c=d, e; f", "Sec-WebSocket-Extensions: g; h=\"i\"")...),
		head(change(sampleRequest, "Host", "Host: EXAMPLE.com:8080")...),
		head(change(sampleRequest, "GET", "GET http://other.example/x HTTP/1.1")...),
		head(change(change(sampleRequest, "Origin"), "Sec-WebSocket-Protocol")...),
		head(change(sampleRequest, "Sec-WebSocket-Version", "Sec-WebSocket-Version: 12")...),
		head(change(sampleRequest, "Upgrade")...),
		head(change(sampleRequest, "Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: a, a")...),
		head(append(sampleRequest, "Sec-WebSocket-Extensions: ;")...),
		"GET / HTTP/1.1\r\nno field\r\n",
	}
	var h Head
	var o Offer
	for _, first := range requests {
		for _, second := range requests {
			for _, text := range []string{first, second} {
				fresh, want := readRaw(text)
				n, err := ParseRequest([]byte(text), &h)
				if err == nil {
					require.Equal(t, len(text), n)
					assert.Equal(t, text, h.Text())
					in := h.Incoming(false)
					err = o.Read(&in)
				}
				assert.Equal(t, want, err)
				if want == nil {
					assert.Equal(t, fresh.Extensions, emptyAsNil(o.Extensions))
					assert.Equal(t, fresh.Protocols, emptyAsNil(o.Protocols))
					assert.Equal(t, fresh.Origin, emptyAsNil(o.Origin))
					o := o
					o.Extensions, o.Protocols, o.Origin = fresh.Extensions, fresh.Protocols, fresh.Origin
					assert.Equal(t, told(fresh), told(o))
				}
				h.Reset()
			}
		}
	}
}

func emptyAsNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// Reset leaves no octet of the peer's behind, also where no list shows it.
func TestResetForgets(t *testing.T) {
	var h Head
	_, err := ParseRequest([]byte(head(append(sampleRequest, "Sec-WebSocket-Extensions: a; b, c")...)), &h)
	require.NoError(t, err)
	in := h.Incoming(false)
	var o Offer
	require.NoError(t, o.Read(&in))
	h.Limits.Line = 100
	h.Reset()
	assert.Equal(t, Head{Limits: Limits{Line: 100}}, h)
	o.Reset()
	assert.Equal(t, Offer{}, Offer{
		Mode: o.Mode, Method: o.Method, Target: o.Target, Resource: o.Resource, Host: o.Host, Secure: o.Secure,
		Key: o.Key, Version: o.Version, here: o.here,
	})
	for _, s := range o.Origin[:cap(o.Origin)] {
		assert.Empty(t, s)
	}
	for _, s := range o.Protocols[:cap(o.Protocols)] {
		assert.Empty(t, s)
	}
	for _, e := range o.Extensions[:cap(o.Extensions)] {
		assert.Equal(t, Extension{}, e)
	}
	for _, p := range o.params[:cap(o.params)] {
		assert.Equal(t, Param{}, p)
	}
	assert.NotZero(t, cap(o.params), "the memory is kept")
}

// An Origin with the same octets as the Host is let in without being taken
// apart, and only where taking it apart would let it in.
//
//req:test RFC6455-10.2-01
func TestSameOctets(t *testing.T) {
	for _, host := range []string{
		"example.com", "EXAMPLE.com", "example.com.", "example.com:", "example.com:80", "example.com:080", "example.com:0",
		"example.com:443", "example.com:8080", "example.com.:80", "[::1]", "[::1]:80", "[0:0::1]:443", "1.2.3.4", "a..b", "",
		"[::1", "a b", "a/b", "u@a", "*", "null", ":80", "example.com:65536", strings.Repeat("a", 64),
	} {
		for _, origin := range []string{
			"http://" + host, "https://" + host, "HTTP://" + host, "ws://" + host, "http:/" + host, "http//:" + host, host,
			"http://" + host + "/", "http://" + host + ".", "http://" + host + ":80", "https://x" + host,
		} {
			for _, secure := range []bool{false, true} {
				here, known := parseAuthority(host)
				o, valid := ParseOrigin(origin)
				want := known && valid && sameOrigin(o, here, secure)
				err := CheckOrigin([]string{origin}, host, secure, nil)
				assert.Equal(t, want, err == nil, "%q from %q, %v", host, origin, secure)
			}
		}
	}
}
