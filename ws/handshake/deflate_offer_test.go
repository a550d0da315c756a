package handshake

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// short writes out the abbreviations of the tables below: PD is
// permessage-deflate, and the parameters are sn, cn, sw and cw.
var short = strings.NewReplacer(
	"PD", deflateName,
	"sn", "server_no_context_takeover", "cn", "client_no_context_takeover",
	"sw", "server_max_window_bits", "cw", "client_max_window_bits",
)

// What servers with different settings answer to a header; an empty answer is
// none.
//
//req:test RFC7692-5-05 RFC7692-5-06 RFC7692-5-11 RFC7692-7-01 RFC7692-7.1.1.1-02 RFC7692-7.1.1.1-03 RFC7692-7.1.1.1-04
//req:test RFC7692-7.1.1.2-02 RFC7692-7.1.2.1-04 RFC7692-7.1.2.1-05 RFC7692-7.1.2.2-03 RFC7692-7.1.2.2-04
//req:test RFC7692-7.1.2.2-05 RFC7692-5-02 RFC7692-5-03 RFC7692-5-07 RFC7692-5-09
func TestDeflateAnswerToOffer(t *testing.T) {
	none := Deflate{}
	takeover := Deflate{ServerContextTakeover: true, ClientContextTakeover: true}
	small := Deflate{ServerContextTakeover: true, ClientContextTakeover: true, ServerMaxWindowBits: 10, ClientMaxWindowBits: 11}
	least := Deflate{ServerMaxWindowBits: 8, ClientMaxWindowBits: 8}
	// With answers by settings: none, takeover, small, least.
	for name, c := range map[string]struct {
		offer                        string
		none, takeover, small, least string
	}{
		// Section 7.1.3.
		"the simplest offer":     {"PD", "PD; sn; cn", "PD", "PD; sw=10", "PD; sn; cn; sw=8"},
		"a window for each side": {"PD; cw; sw=10", "PD; sn; cn; sw=10", "PD; sw=10", "PD; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"with something to fall back on": {
			"PD; cw; sw=10, PD; cw",
			"PD; sn; cn; sw=10", "PD; sw=10", "PD; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8",
		},

		// The offers of groups 12 and 13 of the Autobahn suite: the client
		// takes whatever the server asks for, and asks for this itself.
		"12 and 13.1":          {"PD; cn; cw", "PD; sn; cn", "PD; cn", "PD; cn; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"13.2":                 {"PD; cn; cw; sn", "PD; sn; cn", "PD; sn; cn", "PD; sn; cn; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"13.3":                 {"PD; cn; cw; sw=9", "PD; sn; cn; sw=9", "PD; cn; sw=9", "PD; cn; sw=9; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"13.3 in older suites": {"PD; cn; cw; sw=8", "PD; sn; cn; sw=8", "PD; cn; sw=8", "PD; cn; sw=8; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"13.4":                 {"PD; cn; cw; sw=15", "PD; sn; cn; sw=15", "PD; cn; sw=15", "PD; cn; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"13.5":                 {"PD; cn; cw; sn; sw=9", "PD; sn; cn; sw=9", "PD; sn; cn; sw=9", "PD; sn; cn; sw=9; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"13.6":                 {"PD; cn; cw; sn; sw=15", "PD; sn; cn; sw=15", "PD; sn; cn; sw=15", "PD; sn; cn; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"13.7": {
			"PD; cn; cw; sn; sw=9, PD; cn; cw; sn, PD; cn; cw",
			"PD; sn; cn; sw=9", "PD; sn; cn; sw=9", "PD; sn; cn; sw=9; cw=11", "PD; sn; cn; sw=8; cw=8",
		},

		// A browser.
		"Chromium and Firefox": {"PD; cw", "PD; sn; cn", "PD", "PD; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},

		// Each parameter alone.
		"server_no_context_takeover": {"PD; sn", "PD; sn; cn", "PD; sn", "PD; sn; sw=10", "PD; sn; cn; sw=8"},
		"client_no_context_takeover": {"PD; cn", "PD; sn; cn", "PD; cn", "PD; cn; sw=10", "PD; sn; cn; sw=8"},
		"server_max_window_bits 8":   {"PD; sw=8", "PD; sn; cn; sw=8", "PD; sw=8", "PD; sw=8", "PD; sn; cn; sw=8"},
		"server_max_window_bits 11":  {"PD; sw=11", "PD; sn; cn; sw=11", "PD; sw=11", "PD; sw=10", "PD; sn; cn; sw=8"},
		"server_max_window_bits 15":  {"PD; sw=15", "PD; sn; cn; sw=15", "PD; sw=15", "PD; sw=10", "PD; sn; cn; sw=8"},
		"client_max_window_bits 8":   {"PD; cw=8", "PD; sn; cn; cw=8", "PD; cw=8", "PD; sw=10; cw=8", "PD; sn; cn; sw=8; cw=8"},
		"client_max_window_bits 12":  {"PD; cw=12", "PD; sn; cn; cw=12", "PD; cw=12", "PD; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"client_max_window_bits 15":  {"PD; cw=15", "PD; sn; cn; cw=15", "PD; cw=15", "PD; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"quoted":                     {`PD; sw="1\2"`, "PD; sn; cn; sw=12", "PD; sw=12", "PD; sw=10", "PD; sn; cn; sw=8"},

		// Preference, and what is declined on the way.
		"the first of two":             {"PD; sn, PD", "PD; sn; cn", "PD; sn", "PD; sn; sw=10", "PD; sn; cn; sw=8"},
		"the first of two, turned":     {"PD, PD; sn", "PD; sn; cn", "PD", "PD; sw=10", "PD; sn; cn; sw=8"},
		"others before it":             {"x-a, PD-x; sn, PD; sw=12", "PD; sn; cn; sw=12", "PD; sw=12", "PD; sw=10", "PD; sn; cn; sw=8"},
		"others between":               {"PD; sw=7, x-a; sn, PD; sw=13", "PD; sn; cn; sw=13", "PD; sw=13", "PD; sw=10", "PD; sn; cn; sw=8"},
		"another that uses RSV1":       {"permessage-bzip2, PD, x-webkit-deflate-frame", "PD; sn; cn", "PD", "PD; sw=10", "PD; sn; cn; sw=8"},
		"unknown parameter first":      {"PD; unknown, PD", "PD; sn; cn", "PD", "PD; sw=10", "PD; sn; cn; sw=8"},
		"repeated parameter first":     {"PD; cw; cw=10, PD; cw", "PD; sn; cn", "PD", "PD; sw=10; cw=11", "PD; sn; cn; sw=8; cw=8"},
		"flag with a value first":      {"PD; sn=1, PD", "PD; sn; cn", "PD", "PD; sw=10", "PD; sn; cn; sw=8"},
		"bits with leading zero first": {"PD; sw=08, PD; sw=8", "PD; sn; cn; sw=8", "PD; sw=8", "PD; sw=8", "PD; sn; cn; sw=8"},

		// Nothing that can be accepted.
		"no extension at all":            {"", "", "", "", ""},
		"another extension":              {"x-webkit-deflate-frame", "", "", "", ""},
		"name in another case":           {"Permessage-Deflate", "", "", "", ""},
		"unknown parameter":              {"PD; unknown", "", "", "", ""},
		"unknown beside known":           {"PD; sn; unknown=1", "", "", "", ""},
		"parameter in another case":      {"PD; Server_no_context_takeover", "", "", "", ""},
		"sn twice":                       {"PD; sn; sn", "", "", "", ""},
		"cn twice":                       {"PD; cn; sn; cn", "", "", "", ""},
		"sw twice":                       {"PD; sw=10; sw=10", "", "", "", ""},
		"cw twice, once without a value": {"PD; cw; cw=10", "", "", "", ""},
		"sn with a value":                {"PD; sn=true", "", "", "", ""},
		"cn with a value":                {"PD; cn=0", "", "", "", ""},
		"sw without a value":             {"PD; sw", "", "", "", ""},
		"sw 7":                           {"PD; sw=7", "", "", "", ""},
		"sw 16":                          {"PD; sw=16", "", "", "", ""},
		"cw 7":                           {"PD; cw=7", "", "", "", ""},
		"cw 16":                          {"PD; cw=16", "", "", "", ""},
		"cw with a sign":                 {"PD; cw=+9", "", "", "", ""},
		"all of several wrong":           {"PD; sw=7, PD; cw=16, PD; x", "", "", "", ""},
	} {
		var offers []Extension
		if c.offer != "" {
			var err error
			offers, err = ParseExtensions([]string{short.Replace(c.offer)})
			require.NoError(t, err, name)
		}
		for settings, want := range map[Deflate]string{none: c.none, takeover: c.takeover, small: c.small, least: c.least} {
			a, err := (&Policy{Deflate: &settings}).Decide(&Offer{Host: "h", Key: sampleKey, Extensions: offers})
			require.NoError(t, err)
			assert.Equal(t, short.Replace(want), string(AppendExtensions(nil, a.Extensions)), "%s: %+v", name, settings)
			assert.Equal(t, want != "", a.Deflate != nil, name)
			if want == "" {
				continue
			}
			p, err := ParseDeflateAnswer(a.Extensions[0], DeflateParams{ClientMaxWindowBits: AnyWindowBits})
			require.NoError(t, err, name)
			assert.Equal(t, p, *a.Deflate, "what counts is what is sent")
		}
		// Without settings it is declined, whatever was offered.
		a, err := (&Policy{}).Decide(&Offer{Host: "h", Key: sampleKey, Extensions: offers})
		require.NoError(t, err)
		assert.Equal(t, Agreement{}, a, name)
	}
}

// What clients with different settings offer.
//
//req:test RFC7692-5-01 RFC7692-5-03 RFC7692-5-04 RFC7692-7.1.1.1-01 RFC7692-7.1.1.2-01 RFC7692-7.1.2.1-01
//req:test RFC7692-7.1.2.2-01
func TestDeflateOffer(t *testing.T) {
	for want, d := range map[string]Deflate{
		"PD; sn; cn; cw":         {},
		"PD; cn; cw":             {ServerContextTakeover: true},
		"PD; sn; cw":             {ClientContextTakeover: true},
		"PD; cw":                 {ServerContextTakeover: true, ClientContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15},
		"PD; sn; cn; sw=14; cw":  {ServerMaxWindowBits: 14},
		"PD; sn; cn; cw=8":       {ClientMaxWindowBits: 8},
		"PD; sw=8; cw=9":         {ServerContextTakeover: true, ClientContextTakeover: true, ServerMaxWindowBits: 8, ClientMaxWindowBits: 9},
		"PD; sn; cn; sw=8; cw=8": {ServerMaxWindowBits: 1, ClientMaxWindowBits: -7}, // without Check: the nearest
		"PD; sn; cn; sw=9; cw":   {ServerMaxWindowBits: 9, ClientMaxWindowBits: 99},
	} {
		assert.Equal(t, short.Replace(want), d.Offer().String(), "%+v", d)
	}
}

func TestDeflateCheck(t *testing.T) {
	for n := -20; n < 40; n++ {
		right := n == 0 || n >= 8 && n <= 15
		for _, d := range []Deflate{{ServerMaxWindowBits: n}, {ClientMaxWindowBits: n}} {
			assert.Equal(t, right, d.Check() == nil, "%+v", d)
			assert.Equal(t, right, (&Policy{Deflate: &d}).Check() == nil, "%+v", d)
			_, isHandshake := d.Check().(*Error) //nolint:errorlint // that it is a plain one
			assert.False(t, isHandshake)
			p, ok := d.Accept([]Extension{{Name: deflateName}})
			require.True(t, ok)
			_, err := p.Answer()
			require.NoError(t, err, "even so the answer is one that can be sent")
		}
	}
}
