//go:build !race

package handshake

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A handshake may allocate what it keeps (the head's text, the lists of an
// offer), and not once for each field.
func TestAllocations(t *testing.T) {
	text := []byte(head(sampleRequest...))
	response := []byte(head("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Accept: "+sampleAccept, "Sec-WebSocket-Protocol: chat"))
	policy := Policy{Subprotocols: []string{"chat"}}
	buf := make([]byte, 0, 1024)
	var reused, answered Head
	_, err := ParseRequest(text, &reused)
	require.NoError(t, err)
	_, err = ParseResponse(response, &answered)
	require.NoError(t, err)
	in := reused.Incoming(false)
	offer, err := ReadOffer(&in)
	require.NoError(t, err)
	agreement, err := policy.Decide(&offer)
	require.NoError(t, err)
	client := sampleClient()
	var plain Head
	_, err = ParseRequest([]byte(head(change(change(sampleRequest, "Origin"), "Sec-WebSocket-Protocol")...)), &plain)
	require.NoError(t, err)
	plainIn := plain.Incoming(false)
	deflating := Policy{Deflate: &Deflate{}}
	browser := Offer{Host: "a.example", Extensions: []Extension{{deflateName, []Param{{"client_max_window_bits", ""}}}}}
	header := http.Header{}
	for name, value := range reused.All() {
		header.Add(name, value)
	}
	var full Head
	_, err = ParseRequest(browserRequest, &full)
	require.NoError(t, err)
	fullIn := full.Incoming(true)
	var used Offer
	require.NoError(t, used.Read(&fullIn))
	httpIn := in
	httpIn.Fields = header

	for _, c := range []struct {
		name string
		most float64
		f    func()
	}{
		{"ParseRequest, new Head", 1, func() { var h Head; _, _ = ParseRequest(text, &h) }},
		{"ParseRequest, used Head", 1, func() { _, _ = ParseRequest(text, &reused) }},
		{"Offer.Read", 0, func() { _ = used.Read(&fullIn) }},
		{"ReadOffer", 4, func() { _, _ = ReadOffer(&in) }},
		{"ReadOffer, net/http", 4, func() { _, _ = ReadOffer(&httpIn) }},
		{"ReadOffer, nothing optional", 0, func() { _, _ = ReadOffer(&plainIn) }},
		{"Decide", 0, func() { _, _ = policy.Decide(&offer) }},
		{"Decide, permessage-deflate", 3, func() { _, _ = deflating.Decide(&browser) }},
		{"Decide, permessage-deflate not offered", 0, func() { _, _ = deflating.Decide(&offer) }},
		{"AppendResponse", 1, func() { _, _ = AppendResponse(buf, &offer, &agreement, nil) }},
		{"AppendRefusal", 0, func() { _ = AppendRefusal(buf, ErrOrigin) }},
		{"AppendRequest", 2, func() { _, _ = AppendRequest(buf, client) }},
		{"Verify", 1, func() { _, _ = Verify(client, 101, &answered) }},
		{"Accept", 1, func() { _ = Accept(sampleKey) }},
		{"NewKey", 2, func() { _ = NewKey() }},
		{"ParseURI", 1, func() { _, _ = ParseURI("wss://example.com/chat") }},
	} {
		assert.LessOrEqual(t, testing.AllocsPerRun(100, c.f), c.most, c.name)
	}
}
