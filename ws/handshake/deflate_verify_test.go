package handshake

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// offering is a request with a header of extensions.
func offering(t *testing.T, header string) *Request {
	t.Helper()
	r := sampleClient()
	var err error
	r.Extensions, err = ParseExtensions([]string{short.Replace(header)})
	require.NoError(t, err)
	return r
}

// What a server may not answer, each mistake alone.
//
//req:test RFC7692-5-08 RFC7692-5-10 RFC7692-5-12 RFC7692-7-02 RFC7692-7.1.1.1-04 RFC7692-7.1.2.1-03 RFC7692-7.1.2.1-04
//req:test RFC7692-7.1.2.2-04 RFC7692-7.1.2.2-05
func TestDeflateWrongAnswers(t *testing.T) {
	const all = "PD; sn; cn; sw=12; cw"
	const parameters = "permessage-deflate parameters: "
	for name, c := range map[string]struct {
		offer, answer string
		want          *Error
		text          string
	}{
		"permessage-deflate was not offered": {"x-a", "PD", ErrExtension, `extension in the answer is not one that was offered: "permessage-deflate"`},
		"name in another case":               {"PD", "Permessage-Deflate", ErrExtension, `extension in the answer is not one that was offered: "Permessage-Deflate"`},
		"two answers to one offer":           {"PD", "PD, PD", ErrExtension, `extension in the answer is not one that was offered: "permessage-deflate" twice`},
		"two answers to two offers":          {"PD; sw=10, PD", "PD; sw=10, PD", ErrExtension, `extension in the answer is not one that was offered: "permessage-deflate" twice`},
		"another extension behind it":        {"PD, permessage-bzip2", "PD, permessage-bzip2", ErrDeflate, "permessage-deflate beside another extension"},
		"another extension before it":        {"PD, x-mux", "x-mux, PD", ErrDeflate, "permessage-deflate beside another extension"},
		"unknown parameter":                  {all, "PD; sn; sw=12; unknown", ErrDeflate, parameters + `unknown "unknown"`},
		"sn missing":                         {"PD; sn", "PD", ErrDeflate, parameters + "server_no_context_takeover was asked for"},
		"sn missing, all others there":       {all, "PD; cn; sw=12; cw=10", ErrDeflate, parameters + "server_no_context_takeover was asked for"},
		"sn twice":                           {all, "PD; sn; sn; sw=12", ErrDeflate, parameters + "server_no_context_takeover twice"},
		"sn with a value":                    {all, "PD; sn=1; sw=12", ErrDeflate, parameters + `server_no_context_takeover with value "1"`},
		"cn twice":                           {all, "PD; cn; sn; cn; sw=12", ErrDeflate, parameters + "client_no_context_takeover twice"},
		"cn with a value":                    {all, "PD; sn; cn=true; sw=12", ErrDeflate, parameters + `client_no_context_takeover with value "true"`},
		"sw missing":                         {"PD; sw=12", "PD", ErrDeflate, parameters + "server_max_window_bits was asked for"},
		"sw missing, 15 offered":             {"PD; sw=15", "PD", ErrDeflate, parameters + "server_max_window_bits was asked for"},
		"sw above the offer":                 {"PD; sw=12", "PD; sw=13", ErrDeflate, parameters + "server_max_window_bits is over what was asked for"},
		"sw without a value":                 {all, "PD; sn; sw", ErrDeflate, parameters + `server_max_window_bits with value ""`},
		"sw 7":                               {all, "PD; sn; sw=7", ErrDeflate, parameters + `server_max_window_bits with value "7"`},
		"sw 16":                              {"PD", "PD; sw=16", ErrDeflate, parameters + `server_max_window_bits with value "16"`},
		"sw with leading zero":               {all, "PD; sn; sw=08", ErrDeflate, parameters + `server_max_window_bits with value "08"`},
		"sw twice":                           {all, "PD; sn; sw=12; sw=12", ErrDeflate, parameters + "server_max_window_bits twice"},
		"cw not offered":                     {"PD", "PD; cw=10", ErrDeflate, parameters + "client_max_window_bits was not offered"},
		"cw not offered, 15":                 {"PD; sn; cn; sw=12", "PD; sn; sw=12; cw=15", ErrDeflate, parameters + "client_max_window_bits was not offered"},
		"cw without a value":                 {all, "PD; sn; sw=12; cw", ErrDeflate, parameters + `client_max_window_bits with value ""`},
		"cw 7":                               {all, "PD; sn; sw=12; cw=7", ErrDeflate, parameters + `client_max_window_bits with value "7"`},
		"cw 16":                              {all, "PD; sn; sw=12; cw=16", ErrDeflate, parameters + `client_max_window_bits with value "16"`},
		"cw with leading zero":               {all, "PD; sn; sw=12; cw=010", ErrDeflate, parameters + `client_max_window_bits with value "010"`},
		"cw twice":                           {all, "PD; sn; sw=12; cw=10; cw=11", ErrDeflate, parameters + "client_max_window_bits twice"},
		"fits neither of two offers": {
			"PD; sn; cw, PD; sw=10", "PD; sw=11", ErrDeflate, parameters + "server_max_window_bits is over what was asked for",
		},
		"mixed out of two offers": {
			"PD; sn; sw=10, PD; cw", "PD; sn; sw=11; cw=9, x-a", ErrExtension, `extension in the answer is not one that was offered: "x-a"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := Verify(offering(t, c.offer), 101, answer("Sec-WebSocket-Extensions", short.Replace(c.answer)))
			require.ErrorIs(t, err, c.want)
			e := asError(t, err)
			assert.Equal(t, c.text, e.Text)
			assert.Equal(t, 101, e.Status)
			assert.Equal(t, Agreement{}, a)
		})
	}
}

// What a server may answer, and what the client makes of it.
//
//req:test RFC7692-7.1.1.1-03 RFC7692-7.1.1.2-02 RFC7692-7.1.1.2-03 RFC7692-7.1.2.1-05 RFC7692-7.1.2.2-03
//req:test RFC7692-7.2.1-09 RFC7692-7.2.1-10 RFC7692-7.2.1-14 RFC7692-7.2.2-01 RFC7692-7.2.2-06 RFC7692-7.2.2-10
func TestDeflateRightAnswers(t *testing.T) {
	keep := Deflate{ServerContextTakeover: true, ClientContextTakeover: true}
	small := Deflate{ServerMaxWindowBits: 12, ClientMaxWindowBits: 10}
	for name, c := range map[string]struct {
		client Deflate
		answer string
		want   DeflateSide
	}{
		"nothing said":           {keep, "PD", DeflateSide{true, 15, true, 15}},
		"sn not asked for":       {keep, "PD; sn", DeflateSide{true, 15, false, 15}},
		"cn":                     {keep, "PD; cn", DeflateSide{false, 15, true, 15}},
		"sw not asked for":       {keep, "PD; sw=8", DeflateSide{true, 15, true, 8}},
		"cw":                     {keep, "PD; cw=9", DeflateSide{true, 9, true, 15}},
		"cw 15":                  {keep, "PD; cw=15", DeflateSide{true, 15, true, 15}},
		"all":                    {keep, "PD; cw=11; sw=12; cn; sn", DeflateSide{false, 11, false, 12}},
		"the hints not taken":    {small, "PD; sn; sw=12", DeflateSide{false, 10, false, 12}},
		"cw above what it said":  {small, "PD; sn; sw=12; cw=15", DeflateSide{false, 10, false, 12}},
		"cw below what it said":  {small, "PD; sn; sw=12; cw=8", DeflateSide{false, 8, false, 12}},
		"sw below what it asked": {small, "PD; sn; sw=9; cn", DeflateSide{false, 10, false, 9}},
	} {
		r := sampleClient()
		r.Extensions = []Extension{c.client.Offer()}
		a, err := Verify(r, 101, answer("Sec-WebSocket-Extensions", short.Replace(c.answer)))
		require.NoError(t, err, name)
		require.NotNil(t, a.Deflate, name)
		assert.Equal(t, short.Replace(c.answer), a.Extensions[0].String(), "%s: as it was sent", name)
		assert.Equal(t, c.want, c.client.Side(*a.Deflate, true), name)
	}
	// An answer fits one of several offers.
	r := offering(t, "PD; sw=10; sn, x-a, PD; cw")
	for header, want := range map[string]DeflateParams{
		"PD; cw=9":         {ClientMaxWindowBits: 9},
		"PD; sn; sw=10":    {ServerNoContextTakeover: true, ServerMaxWindowBits: 10},
		"PD; sw=15":        {ServerMaxWindowBits: 15},
		`PD; sw="1\1"; cn`: {ServerMaxWindowBits: 11, ClientNoContextTakeover: true},
	} {
		a, err := Verify(r, 101, answer("Sec-WebSocket-Extensions", short.Replace(header)))
		require.NoError(t, err, header)
		assert.Equal(t, &want, a.Deflate, header)
	}
	// Without an answer there is no compression.
	for _, h := range [][]string{nil, {"Sec-WebSocket-Extensions", "x-a"}} {
		a, err := Verify(r, 101, answer(h...))
		require.NoError(t, err)
		assert.Nil(t, a.Deflate)
	}
}

// What was agreed decides on both sides, not what was offered.
//
//req:test RFC7692-5-13 RFC7692-7.2.1-08 RFC7692-7.2.1-11 RFC7692-7.2.1-12 RFC7692-7.2.2-03 RFC7692-7.2.2-05 RFC7692-7.2.2-08
//req:test RFC7692-7.2.1-13 RFC7692-7.2.1-15 RFC7692-7.2.2-02 RFC7692-7.2.2-04 RFC7692-7.2.2-07 RFC7692-7.2.2-09
//req:test RFC7692-7.3-01
func TestDeflateSides(t *testing.T) {
	for answer, want := range map[string]struct{ server, client DeflateSide }{
		"PD":              {DeflateSide{true, 15, true, 15}, DeflateSide{true, 15, true, 15}},
		"PD; sn":          {DeflateSide{false, 15, true, 15}, DeflateSide{true, 15, false, 15}},
		"PD; cn":          {DeflateSide{true, 15, false, 15}, DeflateSide{false, 15, true, 15}},
		"PD; sw=9":        {DeflateSide{true, 9, true, 15}, DeflateSide{true, 15, true, 9}},
		"PD; cw=9":        {DeflateSide{true, 15, true, 9}, DeflateSide{true, 9, true, 15}},
		"PD; sn; sw=8":    {DeflateSide{false, 8, true, 15}, DeflateSide{true, 15, false, 8}},
		"PD; cn; cw=8":    {DeflateSide{true, 15, false, 8}, DeflateSide{false, 8, true, 15}},
		"PD; sw=10;cw=11": {DeflateSide{true, 10, true, 11}, DeflateSide{true, 11, true, 10}},
	} {
		p, err := ParseDeflateAnswer(one(t, short.Replace(answer)), DeflateParams{ClientMaxWindowBits: AnyWindowBits})
		require.NoError(t, err)
		assert.Equal(t, want.server, p.Side(false), answer)
		assert.Equal(t, want.client, p.Side(true), answer)
	}
	// A server that wished for a small window from a client which did not offer
	// to have one keeps the largest; so it does for one whose hint it did not
	// take.
	d := Deflate{ServerContextTakeover: true, ClientContextTakeover: true, ClientMaxWindowBits: 8}
	p, ok := d.Accept([]Extension{{Name: deflateName}})
	require.True(t, ok)
	assert.Equal(t, DeflateSide{true, 15, true, 15}, d.Side(p, false))
	hint := offering(t, "PD; cn; cw=9")
	_, err := Verify(hint, 101, answer("Sec-WebSocket-Extensions", deflateName))
	require.NoError(t, err, "a server may answer so")
	assert.Equal(t, DeflateSide{true, 15, true, 15}, d.Side(DeflateParams{}, false))
}
