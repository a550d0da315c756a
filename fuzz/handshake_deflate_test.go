package fuzz

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/handshake"
)

// deflateSettings makes settings of any number, all of them right.
func deflateSettings(n uint16) handshake.Deflate {
	bits := [...]int{0, 8, 9, 10, 11, 12, 13, 14, 15}
	return handshake.Deflate{
		ServerContextTakeover: n&1 != 0,
		ClientContextTakeover: n&2 != 0,
		ServerMaxWindowBits:   bits[n>>2&63%9],
		ClientMaxWindowBits:   bits[n>>8&63%9],
	}
}

var bitsPattern = regexp.MustCompile(`^(8|9|1[0-5])$`)

// naiveDeflate is a second opinion on one element: its parameters by name, unless
// section 7.1 has something against it.
func naiveDeflate(e handshake.Extension, offer bool) (map[string]string, bool) {
	found := map[string]string{}
	for _, p := range e.Params {
		if _, twice := found[p.Name]; twice {
			return nil, false
		}
		found[p.Name] = p.Value
		switch {
		case slices.Contains([]string{"server_no_context_takeover", "client_no_context_takeover"}, p.Name) && p.Value == "":
		case slices.Contains([]string{"server_max_window_bits", "client_max_window_bits"}, p.Name) && bitsPattern.MatchString(p.Value):
		case offer && p.Name == "client_max_window_bits" && p.Value == "":
		default:
			return nil, false
		}
	}
	return found, e.Name == "permessage-deflate"
}

func deflateParamsOf(e handshake.Extension) map[string]string {
	found := map[string]string{}
	for _, p := range e.Params {
		found[p.Name] = p.Value
	}
	return found
}

// deflateBits gives the window bits of a parameter: 15 where it is not there or
// has no value.
func deflateBits(params map[string]string, name string) int {
	if n, err := strconv.Atoi(params[name]); err == nil {
		return n
	}
	return 15
}

// deflateAnswers is section 7.1 on an answer, given the offer that it is to.
func deflateAnswers(answer, offer map[string]string) bool {
	_, asked := offer["server_no_context_takeover"]
	_, granted := answer["server_no_context_takeover"]
	if asked && !granted {
		return false
	}
	const server = "server_max_window_bits"
	_, asked = offer[server]
	_, granted = answer[server]
	if asked && (!granted || deflateBits(answer, server) > deflateBits(offer, server)) {
		return false
	}
	_, able := offer["client_max_window_bits"]
	_, used := answer["client_max_window_bits"]
	return able || !used
}

// A header of any octets, as an offer to a server with any settings and as the
// answer to a client with any settings: the server answers the first element
// that it can, as section 7.1 says, and the client takes an answer exactly if
// that section permits it. The sizes have their caps, so the time has one.
func FuzzHandshakeDeflate(f *testing.F) {
	for _, s := range []string{
		"permessage-deflate",
		"permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
		"permessage-deflate; server_max_window_bits=08, x-a; b=\"c\", permessage-deflate; server_no_context_takeover; client_no_context_takeover",
		"permessage-deflate; client_max_window_bits=\"1\\2\"; client_max_window_bits",
		"permessage-deflate; client_no_context_takeover=1, permessage-deflate; server_max_window_bits=16;;",
	} {
		f.Add(s, uint16(0), uint16(0x0103))
	}
	f.Fuzz(func(t *testing.T, header string, one, other uint16) {
		a, b := deflateSettings(one), deflateSettings(other)
		require.NoError(t, a.Check())
		list, err := handshake.ParseExtensions([]string{header})
		if err != nil {
			require.ErrorIs(t, err, handshake.ErrExtensions)
			_, err = handshake.Verify(deflateRequest(a.Offer()), 101, deflateResponse(header))
			require.ErrorIs(t, err, handshake.ErrExtensions)
			return
		}
		require.LessOrEqual(t, len(header), handshake.MaxExtensionBytes)
		require.LessOrEqual(t, len(list), handshake.MaxExtensions)
		asOffer(t, list, &a)
		asAnswer(t, list, header, &a, &b)
	})
}

func deflateRequest(offers ...handshake.Extension) *handshake.Request {
	return &handshake.Request{Key: "dGhlIHNhbXBsZSBub25jZQ==", Extensions: offers}
}

func deflateResponse(extensions string) http.Header {
	return http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"},
		"Sec-Websocket-Accept":     {"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
		"Sec-Websocket-Extensions": {extensions},
	}
}

// asOffer lets a server decide about list.
func asOffer(t *testing.T, list []handshake.Extension, server *handshake.Deflate) {
	t.Helper()
	policy := handshake.Policy{Deflate: server}
	got, err := policy.Decide(&handshake.Offer{Host: "a.example", Extensions: list})
	require.NoError(t, err)
	first := slices.IndexFunc(list, func(e handshake.Extension) bool { _, ok := naiveDeflate(e, true); return ok })
	if first < 0 {
		require.Equal(t, handshake.Agreement{}, got)
		return
	}
	require.NotNil(t, got.Deflate)
	require.Len(t, got.Extensions, 1)
	offer, _ := naiveDeflate(list[first], true)
	answer, ok := naiveDeflate(got.Extensions[0], false)
	require.True(t, ok, got.Extensions)
	require.True(t, deflateAnswers(answer, offer), "%v to %v", answer, offer)

	// The settings are held wherever the client lets them be.
	_, sn := answer["server_no_context_takeover"]
	_, cn := answer["client_no_context_takeover"]
	require.True(t, sn || server.ServerContextTakeover)
	require.True(t, cn || server.ClientContextTakeover)
	side := server.Side(*got.Deflate, false)
	if n := server.ServerMaxWindowBits; n != 0 {
		require.LessOrEqual(t, side.SendWindowBits, n)
	}
	if _, able := offer["client_max_window_bits"]; able && server.ClientMaxWindowBits != 0 {
		require.LessOrEqual(t, side.ReceiveWindowBits, server.ClientMaxWindowBits)
	}

	// The client that offered this takes it for the same.
	text := string(handshake.AppendExtensions(nil, got.Extensions))
	again, err := handshake.Verify(deflateRequest(list...), 101, deflateResponse(text))
	require.NoError(t, err)
	require.Equal(t, got, again)
}

// asAnswer lets a client judge of list, which is header, as the answer to what
// two settings offer.
func asAnswer(t *testing.T, list []handshake.Extension, header string, first, second *handshake.Deflate) {
	t.Helper()
	offers := []handshake.Extension{first.Offer(), second.Offer(), {Name: "x-a"}}
	right := len(list) == 1
	if right {
		answer, ok := naiveDeflate(list[0], false)
		right = ok && slices.ContainsFunc(offers[:2], func(o handshake.Extension) bool { return deflateAnswers(answer, deflateParamsOf(o)) })
		right = right || list[0].Name == "x-a"
	}
	got, err := handshake.Verify(deflateRequest(offers...), 101, deflateResponse(header))
	require.Equal(t, right, err == nil, "%q to %v: %v", header, offers, err)
	if err != nil {
		require.Equal(t, handshake.Agreement{}, got)
		return
	}
	require.Equal(t, list, got.Extensions)
	require.Equal(t, list[0].Name == "permessage-deflate", got.Deflate != nil)
	if got.Deflate == nil {
		return
	}
	side := first.Side(*got.Deflate, true)
	answer := deflateParamsOf(list[0])
	_, sn := answer["server_no_context_takeover"]
	_, cn := answer["client_no_context_takeover"]
	require.Equal(t, !sn, side.ReceiveContextTakeover)
	require.Equal(t, !cn && first.ClientContextTakeover, side.SendContextTakeover)
	require.LessOrEqual(t, side.SendWindowBits, deflateBits(answer, "client_max_window_bits"))
	require.Equal(t, deflateBits(answer, "server_max_window_bits"), side.ReceiveWindowBits)
	if n := first.ClientMaxWindowBits; n != 0 {
		require.LessOrEqual(t, side.SendWindowBits, n)
	}
}
