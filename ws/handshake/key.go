package handshake

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // Section 1.3 fixes SHA-1; nothing here depends on its strength.
	"encoding/base64"
)

// GUID is the constant that a server joins to the client's key (section 1.3).
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Version is the protocol version of RFC 6455, the only one spoken here.
const Version = 13

const versionText = "13"

// keyLength is the length of 16 octets in base64, with padding.
const keyLength = 24

// NewKey draws a key for one request: 16 octets of crypto/rand in base64, 24
// characters.
func NewKey() string {
	// The key is base64 of 16 random octets and drawn anew for each
	// connection (section 4.1, item 7 of the request). crypto/rand.Read
	// always fills its argument.
	//req:impl RFC6455-4.1-27 RFC6455-4.1-28
	var nonce [16]byte
	_, _ = rand.Read(nonce[:])
	return base64.StdEncoding.EncodeToString(nonce[:])
}

// Accept gives the Sec-WebSocket-Accept value that proves that a server read
// key: base64 of SHA-1 of the key, as it was sent, and GUID.
func Accept(key string) string {
	return string(appendAccept(nil, key))
}

func appendAccept(dst []byte, key string) []byte {
	// The accept value (section 4.2.2, item 5.4).
	//req:impl RFC6455-4.2.2-16
	var in [keyLength + len(GUID)]byte
	sum := sha1.Sum(append(append(in[:0], key...), GUID...)) //nolint:gosec // See the import.
	return base64.StdEncoding.AppendEncode(dst, sum[:])
}

// validKey reports whether s is base64 of 16 octets: 22 characters of the
// alphabet and two of padding. The bits that the last character leaves over
// may be anything, as RFC 4648, section 3.5 permits.
func validKey(s string) bool {
	if len(s) != keyLength || s[22] != '=' || s[23] != '=' {
		return false
	}
	return only(s[:22], classBase64)
}
