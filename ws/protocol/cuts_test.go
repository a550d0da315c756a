package protocol_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/protocol"
)

// Where the octets are cut makes no difference: all at once, one by one, at
// random, and with the payloads read straight to their destination.
//
//req:test RFC6455-6.2-01
func TestCuts(t *testing.T) {
	big := strings.Repeat("a text of some length, with é and 😀. ", 300) // over two passes
	scripts := map[string]func(enc func(byte, string) []byte) []byte{
		"messages": func(enc func(byte, string) []byte) []byte {
			return join(enc(fin|opText, "Hello"), enc(fin|opBinary, "\x00\x01"), enc(fin|opText, ""))
		},
		"fragments and control frames": func(enc func(byte, string) []byte) []byte {
			return join(enc(opText, "H\xc3"), enc(fin|opPing, "one"), enc(opCont, ""), enc(opCont, "\xa9"), enc(fin|opPong, strings.Repeat("z", 125)), enc(fin|opCont, "llo"), enc(fin|opClose, "\x03\xe9gone"), enc(fin|opText, "unseen"))
		},
		"big": func(enc func(byte, string) []byte) []byte {
			return join(enc(fin|opText, big), enc(opBinary, big[:200]), enc(fin|opCont, big[:70]))
		},
		"compressed": func(enc func(byte, string) []byte) []byte {
			return join(enc(rsv1|opText, "\xff\xfe"), enc(fin|opCont, "\xfd"))
		},
		"bad text in the end": func(enc func(byte, string) []byte) []byte {
			return join(enc(fin|opText, "ok"), enc(fin|opText, big+"\xff"))
		},
		"half a code point": func(enc func(byte, string) []byte) []byte { return enc(fin|opText, "abc\xe2\x82") },
		"half, then empty": func(enc func(byte, string) []byte) []byte {
			return join(enc(opText, "abc\xe2\x82"), enc(fin|opCont, ""))
		},
		"bad close":            func(enc func(byte, string) []byte) []byte { return enc(fin|opClose, "\x03\xec") },
		"interleaved":          func(enc func(byte, string) []byte) []byte { return join(enc(opText, "a"), enc(opBinary, "b")) },
		"frame over the limit": func(enc func(byte, string) []byte) []byte { return enc(fin|opText, big+big+big+big+big) },
		"many fragments": func(enc func(byte, string) []byte) []byte {
			return join(enc(opText, "a"), enc(opCont, ""), enc(opCont, ""), enc(opCont, ""), enc(opCont, "b"), enc(fin|opCont, ""))
		},
		"a length not minimal":  func(enc func(byte, string) []byte) []byte { b := enc(fin|opBinary, big[:126]); b[3] = 125; return b },
		"an incomplete message": func(enc func(byte, string) []byte) []byte { return enc(fin|opBinary, big)[:1000] },
		"an incomplete header":  func(enc func(byte, string) []byte) []byte { return enc(fin|opBinary, big)[:3] },
	}
	for name, script := range scripts {
		for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
			t.Run(name+"/"+role.String(), func(t *testing.T) {
				b := script(encoder(role))
				rules := protocol.Rules{Role: role, Deflate: true, MaxFrame: 50_000, MaxMessage: 60_000, MaxFragments: 5}
				want := record(t, rules).whole(b)
				require.Equal(t, want, record(t, rules).cuts(b, octets), "octet by octet")
				require.Equal(t, want, record(t, rules).direct(b, octets), "direct, octet by octet")
				require.Equal(t, want, record(t, rules).direct(b, func() int { return len(b) }), "direct")
				for seed := range byte(20) {
					require.Equal(t, want, record(t, rules).cuts(b, randomSizes(seed, 40)), "random cuts %d", seed)
					require.Equal(t, want, record(t, rules).direct(b, randomSizes(seed, 400)), "direct, random cuts %d", seed)
				}
				// Cut once, anywhere, and the short way is the same as the long one.
				if len(b) < 300 {
					for i := range len(b) + 1 {
						c := record(t, rules)
						rest := c.feed(append([]byte(nil), b[:i]...))
						c.feed(append(append([]byte(nil), rest...), b[i:]...))
						require.Equal(t, want, c.done(), "cut at %d", i)
					}
				}
			})
		}
	}
}
