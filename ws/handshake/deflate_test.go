package handshake

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyDeflate are all settings of one side: 2x2x9x9.
func everyDeflate() (all []Deflate) {
	for _, server := range []bool{false, true} {
		for _, client := range []bool{false, true} {
			for _, s := range []int{0, 8, 9, 10, 11, 12, 13, 14, 15} {
				for _, c := range []int{0, 8, 9, 10, 11, 12, 13, 14, 15} {
					all = append(all, Deflate{server, client, s, c})
				}
			}
		}
	}
	return all
}

// fits is that what one side sends is what the other one can receive.
func fits(from, to DeflateSide) bool {
	return from.SendWindowBits <= to.ReceiveWindowBits && (to.ReceiveContextTakeover || !from.SendContextTakeover)
}

// Whatever a server answers to a client's offer, the client takes it, and what
// each side sends the other one can receive.
//
//req:test RFC7692-5-01 RFC7692-5-05 RFC7692-5-06 RFC7692-7.1.1.1-04 RFC7692-7.1.2.1-04 RFC7692-7.1.2.2-05
//req:test RFC7692-7.2.1-13 RFC7692-7.2.1-15 RFC7692-7.2.2-02 RFC7692-7.2.2-04 RFC7692-7.2.2-07 RFC7692-7.2.2-09
func TestEveryPairOfDeflateSettings(t *testing.T) {
	all := everyDeflate()
	answers := make(map[DeflateParams]string)
	for _, client := range all {
		offer := client.Offer()
		o, err := ParseDeflateOffer(offer)
		require.NoError(t, err)
		for _, server := range all {
			p, ok := server.Accept([]Extension{offer})
			require.True(t, ok, "%+v offers %s to %+v", client, offer, server)
			if why := p.answers(o); why != "" {
				require.Empty(t, why, "%+v answers %+v to %s", server, p, offer)
			}
			if answers[p] == "" {
				e, err := p.Answer()
				require.NoError(t, err)
				answers[p] = e.String()
			}
			c, s := client.Side(p, true), server.Side(p, false)
			if !fits(c, s) || !fits(s, c) {
				require.Fail(t, "sides do not fit", "%+v offers %s, %+v answers %s: client %+v, server %+v",
					client, offer, server, answers[p], c, s)
			}
			// What either did not want is not done.
			if c.SendContextTakeover != (client.ClientContextTakeover && server.ClientContextTakeover) ||
				s.SendContextTakeover != (client.ServerContextTakeover && server.ServerContextTakeover) ||
				c.SendWindowBits != min(bitsOf(client.ClientMaxWindowBits), bitsOf(server.ClientMaxWindowBits)) ||
				s.SendWindowBits != min(bitsOf(client.ServerMaxWindowBits), bitsOf(server.ServerMaxWindowBits)) {
				require.Fail(t, "more is done than both want", "%+v offers %s, %+v answers %s: client %+v, server %+v",
					client, offer, server, answers[p], c, s)
			}
		}
	}
}

// The same over the wire, for each answer that there is to an offer.
func TestVerifyTakesWhatDecideAnswers(t *testing.T) {
	type exchange struct{ offer, answer string }
	seen := make(map[exchange]bool)
	all := everyDeflate()
	for _, client := range all {
		r := sampleClient()
		r.Extensions = []Extension{client.Offer()}
		o := Offer{Host: "h", Key: r.Key, Extensions: r.Extensions}
		offer := r.Extensions[0].String()
		for _, server := range all {
			policy := Policy{Deflate: &server}
			a, err := policy.Decide(&o)
			require.NoError(t, err)
			require.NotNil(t, a.Deflate)
			e := exchange{offer, a.Extensions[0].String()}
			if seen[e] {
				continue
			}
			seen[e] = true
			out, err := AppendResponse(nil, &o, &a, nil)
			require.NoError(t, err)
			var h Head
			_, err = ParseResponse(out, &h)
			require.NoError(t, err)
			got, err := Verify(r, h.Status, &h)
			require.NoError(t, err, e)
			require.Equal(t, a, got, e)
		}
	}
	assert.Greater(t, len(seen), 1000)
}
