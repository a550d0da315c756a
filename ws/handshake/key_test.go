package handshake

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//req:test RFC6455-4.2.2-16
func TestAcceptSamples(t *testing.T) {
	assert.Equal(t, sampleAccept, Accept(sampleKey), "section 1.3")
	// Longer than any key: the value is still defined.
	assert.Len(t, Accept(strings.Repeat("k", 1000)), 28)
	assert.Len(t, Accept(""), 28)
}

//req:test RFC6455-4.1-27 RFC6455-4.1-28
func TestW8_KeysAreFresh(t *testing.T) {
	seen := map[string]bool{}
	var set, unset [16]byte
	for range 1000 {
		k := NewKey()
		require.Len(t, k, 24)
		require.True(t, validKey(k))
		require.False(t, seen[k], "drawn twice")
		seen[k] = true
		nonce, err := base64.StdEncoding.Strict().DecodeString(k)
		require.NoError(t, err)
		require.Len(t, nonce, 16)
		for i, c := range nonce {
			set[i] |= c
			unset[i] |= ^c
		}
	}
	for i := range 16 {
		assert.EqualValues(t, 0xff, set[i], "octet %d: a bit that is never set", i)
		assert.EqualValues(t, 0xff, unset[i], "octet %d: a bit that is always set", i)
	}
}

func TestValidKey(t *testing.T) {
	for _, k := range []string{
		sampleKey, "AAAAAAAAAAAAAAAAAAAAAA==", "+/+/+/+/+/+/+/+/+/+/+w==",
		"dGhlIHNhbXBsZSBub25jZZ==", // bits left over that are not 0
	} {
		assert.True(t, validKey(k), k)
	}
	for _, k := range []string{
		"", "==", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAA===",
		"AAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAA", // 17 and 18 octets
		"AAAAAAAAAAAAAAAAAAAAAA=A", "AAAAAAAAAAAAAAAAAAAA====", "AAAAAAAAAAA=AAAAAAAAAA==",
		"AAAAAAAAAAAAAAAAAAAA-_==", "AAAAAAAAAAAAAAAAAAAA\r\n==", "AAAAAAAAAAA AAAAAAAAAA==",
		"ÄAAAAAAAAAAAAAAAAAAAA==",
	} {
		assert.False(t, validKey(k), "%q", k)
	}
	// What passes decodes to 16 octets, whatever the characters.
	for c := range 256 {
		k := "AAAAAAAAAA" + string([]byte{byte(c)}) + "AAAAAAAAAAA=="
		nonce, err := base64.StdEncoding.DecodeString(k)
		assert.Equal(t, err == nil && len(nonce) == 16 && c != '\r' && c != '\n', validKey(k), "%q", k)
	}
}
