package docs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/handshake"
)

// bothTake is a side that keeps its context and takes the other one's.
var bothTake = handshake.Deflate{ServerContextTakeover: true, ClientContextTakeover: true}

// extensionsField is the field of a head that offers or answers extensions.
func extensionsField(head []byte) string {
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if _, value, ok := strings.Cut(line, "Sec-WebSocket-Extensions: "); ok {
			return value
		}
	}
	return "(no such field)"
}

// negotiate plays a whole handshake, octets to octets, and gives what the two
// heads say of extensions and what both sides then go by. An error is what the
// client says of the answer.
func negotiate(offer string, server *handshake.Deflate) (asked, answered string, p *handshake.DeflateParams, err error) {
	extensions, err := handshake.ParseExtensions([]string{offer})
	if err != nil {
		return "", "", nil, err
	}
	uri, err := handshake.ParseURI("ws://server.example/")
	if err != nil {
		return "", "", nil, err
	}
	r := handshake.Request{URI: uri, Key: "dGhlIHNhbXBsZSBub25jZQ==", Extensions: extensions}
	request, err := handshake.AppendRequest(nil, &r)
	if err != nil {
		return "", "", nil, err
	}
	var head handshake.Head
	if _, err := handshake.ParseRequest(request, &head); err != nil {
		return "", "", nil, err
	}
	in := head.Incoming(false)
	o, err := handshake.ReadOffer(&in)
	if err != nil {
		return "", "", nil, err
	}
	a, err := (&handshake.Policy{Deflate: server}).Decide(&o)
	if err != nil {
		return "", "", nil, err
	}
	response, err := handshake.AppendResponse(nil, &o, &a, nil)
	if err != nil {
		return "", "", nil, err
	}
	var answer handshake.Head
	if _, err := handshake.ParseResponse(response, &answer); err != nil {
		return "", "", nil, err
	}
	agreed, err := handshake.Verify(&r, answer.Status, &answer)
	return extensionsField(request), extensionsField(response), agreed.Deflate, err
}

// direction says in words how one side sends.
func direction(takeover bool, bits int) string {
	how := "without context takeover"
	if takeover {
		how = "with context takeover"
	}
	return fmt.Sprintf("%s, a window of %d octets", how, 1<<bits)
}

// agreements shows handshakes between this module's two sides.
func agreements() string {
	var b strings.Builder
	for _, c := range []struct {
		what           string
		client, server handshake.Deflate
	}{
		{"nobody keeps a context: the zero values", handshake.Deflate{}, handshake.Deflate{}},
		{"both would keep it", bothTake, bothTake},
		{
			"the client has little memory: no context of its own, and 4 KiB for the server's",
			handshake.Deflate{ServerContextTakeover: true, ServerMaxWindowBits: 12},
			bothTake,
		},
		{
			"the server has little memory: 1 KiB for each client",
			bothTake,
			handshake.Deflate{ServerContextTakeover: true, ClientContextTakeover: true, ClientMaxWindowBits: 10},
		},
	} {
		offer := c.client.Offer()
		asked, answered, p, err := negotiate(offer.String(), &c.server)
		if err != nil || p == nil {
			return fmt.Sprintf("%s: %v", c.what, err)
		}
		s, other := c.server.Side(*p, false), c.client.Side(*p, true)
		fmt.Fprintf(&b, "%s\n  client offers   %s\n  server answers  %s\n", c.what, asked, answered)
		fmt.Fprintf(&b, "  client sends    %s\n", direction(other.SendContextTakeover, other.SendWindowBits))
		fmt.Fprintf(&b, "  server sends    %s\n\n", direction(s.SendContextTakeover, s.SendWindowBits))
	}
	return b.String()
}

// answers shows what a server that would do everything answers to offers.
func answers() string {
	var b strings.Builder
	for _, offer := range []string{
		"permessage-deflate; client_max_window_bits",
		"permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate",
		"permessage-deflate; server_max_window_bits=7, permessage-deflate; server_no_context_takeover",
		"permessage-deflate; client_max_window_bits=10; client_max_window_bits=10",
		"permessage-deflate; level=9",
		"permessage-brotli, permessage-deflate; client_no_context_takeover",
	} {
		asked, answered, _, err := negotiate(offer, &bothTake)
		if err != nil {
			return fmt.Sprintf("%s: %v", offer, err)
		}
		fmt.Fprintf(&b, "offer   %s\nanswer  %s\n\n", asked, answered)
	}
	return b.String()
}

// A negotiation that is shown is one that the client takes.
func TestNegotiate(t *testing.T) {
	asked, answered, p, err := negotiate("permessage-deflate; server_max_window_bits=9", &bothTake)
	assert.NoError(t, err)
	assert.Equal(t, "permessage-deflate; server_max_window_bits=9", asked)
	assert.Equal(t, asked, answered)
	assert.Equal(t, &handshake.DeflateParams{ServerMaxWindowBits: 9}, p)
	_, answered, p, err = negotiate("permessage-deflate", nil)
	assert.NoError(t, err)
	assert.Equal(t, "(no such field)", answered)
	assert.Nil(t, p)
	_, _, _, err = negotiate("=", &bothTake)
	assert.Error(t, err)
	assert.Equal(t, 4, strings.Count(agreements(), "server answers  permessage-deflate"))
	assert.Equal(t, 4, strings.Count(answers(), "answer  permessage-deflate"))
}
