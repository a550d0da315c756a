package handshake

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func one(t *testing.T, s string) Extension {
	t.Helper()
	list, err := ParseExtensions([]string{s})
	require.NoError(t, err, s)
	require.Len(t, list, 1)
	return list[0]
}

//req:test RFC7692-7.1.1.1-01 RFC7692-7.1.1.1-02 RFC7692-7.1.1.2-01 RFC7692-7.1.2.1-01 RFC7692-7.1.2.1-02
//req:test RFC7692-7.1.2.2-01 RFC7692-7.1.2.2-02 RFC6455-9-03 RFC6455-9.1-05
func TestDeflateOffers(t *testing.T) {
	for s, want := range map[string]DeflateParams{
		"permessage-deflate":                               {},
		"permessage-deflate; server_no_context_takeover":   {ServerNoContextTakeover: true},
		"permessage-deflate; client_no_context_takeover":   {ClientNoContextTakeover: true},
		"permessage-deflate; server_max_window_bits=10":    {ServerMaxWindowBits: 10},
		"permessage-deflate; client_max_window_bits":       {ClientMaxWindowBits: AnyWindowBits},
		"permessage-deflate; client_max_window_bits=8":     {ClientMaxWindowBits: 8},
		`permessage-deflate; client_max_window_bits="1\5"`: {ClientMaxWindowBits: 15},
		"permessage-deflate; client_max_window_bits; server_max_window_bits=9; client_no_context_takeover; server_no_context_takeover": {true, true, 9, AnyWindowBits},
	} {
		p, err := ParseDeflateOffer(one(t, s))
		require.NoError(t, err, s)
		assert.Equal(t, want, p, s)
		e, err := p.Offer()
		require.NoError(t, err)
		again, err := ParseDeflateOffer(one(t, e.String()))
		require.NoError(t, err)
		assert.Equal(t, p, again)
	}
}

// Unknown, repeated and wrong parameters decline an offer and fail an answer.
//
//req:test RFC7692-7-01 RFC7692-7-02 RFC7692-7.1.2.1-02 RFC7692-7.1.2.1-03 RFC7692-7.1.2.2-02 RFC7692-7.1.2.2-04
//req:test RFC6455-9-03 RFC6455-9.1-05
func TestW5_DeflateParameters(t *testing.T) {
	both := []string{
		"x-deflate",
		"Permessage-Deflate",
		"permessage-deflate; unknown",
		"permessage-deflate; unknown=1",
		"permessage-deflate; Server_max_window_bits=10",
		"permessage-deflate; server_no_context_takeover=1",
		"permessage-deflate; server_no_context_takeover=true",
		"permessage-deflate; client_no_context_takeover=0",
		"permessage-deflate; server_max_window_bits",
		"permessage-deflate; server_no_context_takeover; server_no_context_takeover",
		"permessage-deflate; client_no_context_takeover; client_no_context_takeover",
		"permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
		"permessage-deflate; client_max_window_bits=10; client_max_window_bits=11",
	}
	for _, bits := range []string{"0", "1", "7", "16", "08", "008", "015", "+8", "-8", "8.0", "0x8", "1e1", "99", "100", "255", "264", "4294967304", "18446744073709551624", "x", "a1", "1a"} {
		both = append(both,
			"permessage-deflate; server_max_window_bits="+bits,
			"permessage-deflate; client_max_window_bits="+bits)
	}
	for _, s := range both {
		_, err := ParseDeflateOffer(one(t, s))
		require.ErrorIs(t, err, ErrDeflate, "offer %s", s)
		_, err = ParseDeflateAnswer(one(t, s), DeflateParams{ClientMaxWindowBits: AnyWindowBits})
		require.ErrorIs(t, err, ErrDeflate, "answer %s", s)
	}
	for bits := range 300 {
		n, ok := windowBits(fmt.Sprint(bits))
		assert.Equal(t, bits >= 8 && bits <= 15, ok)
		if ok {
			assert.Equal(t, bits, n)
		}
	}
	// In an answer client_max_window_bits has a value.
	_, err := ParseDeflateAnswer(one(t, "permessage-deflate; client_max_window_bits"), DeflateParams{ClientMaxWindowBits: AnyWindowBits})
	require.ErrorIs(t, err, ErrDeflate)
}

//req:test RFC7692-7-02 RFC7692-7.1.1.1-03 RFC7692-7.1.1.1-04 RFC7692-7.1.1.2-02 RFC7692-7.1.1.2-03
//req:test RFC7692-7.1.2.1-03 RFC7692-7.1.2.1-04 RFC7692-7.1.2.1-05
//req:test RFC7692-7.1.2.2-03 RFC7692-7.1.2.2-04 RFC7692-7.1.2.2-05
func TestDeflateAnswers(t *testing.T) {
	for _, c := range []struct {
		offer, answer string
		ok            bool
	}{
		{"", "", true},
		{"", "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8", true},
		{"; server_no_context_takeover", "", false},
		{"; server_no_context_takeover", "; server_no_context_takeover", true},
		{"; client_no_context_takeover", "", true}, // a hint only
		{"; server_max_window_bits=10", "", false},
		{"; server_max_window_bits=10", "; server_max_window_bits=10", true},
		{"; server_max_window_bits=10", "; server_max_window_bits=8", true},
		{"; server_max_window_bits=10", "; server_max_window_bits=11", false},
		{"", "; client_max_window_bits=15", false},
		{"; client_max_window_bits", "; client_max_window_bits=15", true},
		{"; client_max_window_bits", "", true},
		{"; client_max_window_bits=9", "; client_max_window_bits=8", true},
		{"; client_max_window_bits=9", "; client_max_window_bits=15", true}, // the client stays with 9
	} {
		offer, err := ParseDeflateOffer(one(t, deflateName+c.offer))
		require.NoError(t, err)
		_, err = ParseDeflateAnswer(one(t, deflateName+c.answer), offer)
		assert.Equal(t, c.ok, err == nil, "%q answered by %q", c.offer, c.answer)
	}
	// Of several offers any may be the one that is answered; of none, none.
	answer := one(t, "permessage-deflate; client_max_window_bits=10")
	_, err := ParseDeflateAnswer(answer, DeflateParams{ServerMaxWindowBits: 8}, DeflateParams{ClientMaxWindowBits: AnyWindowBits})
	require.NoError(t, err)
	_, err = ParseDeflateAnswer(answer)
	require.ErrorIs(t, err, ErrDeflate)
}

//req:test RFC6455-9.1-04 RFC7692-5-01 RFC7692-5-05
func TestDeflateWritten(t *testing.T) {
	p := DeflateParams{true, true, 8, AnyWindowBits}
	e, err := p.Offer()
	require.NoError(t, err)
	assert.Equal(t, "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits", e.String())
	_, err = p.Answer()
	require.Error(t, err)
	p.ClientMaxWindowBits = 15
	e, err = p.Answer()
	require.NoError(t, err)
	assert.Equal(t, "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits=15", e.String())
	for _, p := range []DeflateParams{
		{ServerMaxWindowBits: 7},
		{ServerMaxWindowBits: 16},
		{ServerMaxWindowBits: AnyWindowBits},
		{ClientMaxWindowBits: 7},
		{ClientMaxWindowBits: 16},
		{ClientMaxWindowBits: -2},
		{ServerMaxWindowBits: 16, ClientMaxWindowBits: AnyWindowBits},
	} {
		_, err := p.Offer()
		require.Error(t, err, "%+v", p)
		_, err = p.Answer()
		require.Error(t, err, "%+v", p)
	}
}
