package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// broken lists every rule that a frame beginning with b0, b1 breaks, read off
// the RFC with no regard for speed or order.
func broken(b0, b1 int, server, deflate, within bool) []error {
	bit := func(b, n int) bool { return b>>(7-n)&1 == 1 } // bits are numbered as in the figure
	op := b0 % 16
	length := b1 % 128
	control := op >= 8
	final, masked := bit(b0, 0), bit(b1, 0)
	var e []error
	// 5.2: RSV1, RSV2, RSV3; RFC 7692 section 6.
	allowed1 := deflate && (op == 1 || op == 2)
	if bit(b0, 1) && !allowed1 || bit(b0, 2) || bit(b0, 3) {
		e = append(e, frame.ErrReservedBits)
	}
	// 5.2: the list of opcodes.
	known := map[int]bool{0: true, 1: true, 2: true, 8: true, 9: true, 10: true}
	if !known[op] {
		e = append(e, frame.ErrReservedOpcode)
	}
	// 5.1.
	if server && !masked {
		e = append(e, frame.ErrUnmasked)
	}
	if !server && masked {
		e = append(e, frame.ErrMasked)
	}
	// 5.5.
	if control && !final {
		e = append(e, frame.ErrControlFragmented)
	}
	if control && length > 125 {
		e = append(e, frame.ErrControlTooLong)
	}
	// 5.4.
	if op == 0 && !within {
		e = append(e, frame.ErrContinuation)
	}
	if (op == 1 || op == 2) && within {
		e = append(e, frame.ErrInterleaved)
	}
	return e
}

// Every first two octets in every situation: 524,288 cases against the model
// above. Two octets are all that the Receiver gets, so what it refuses it
// refuses without waiting for more.
//
//req:test RFC6455-5.1-02 RFC6455-5.1-03 RFC6455-5.1-05 RFC6455-5.1-06
//req:test RFC6455-5.2-03 RFC6455-5.2-04
//req:test RFC6455-5.4-02 RFC6455-5.4-04 RFC6455-5.4-08 RFC6455-5.4-14
//req:test RFC6455-5.5-01 RFC6455-5.5-02 RFC6455-9.1-06 RFC6455-10.7-01
//req:test RFC7692-6.1-05
func TestEveryHeader(t *testing.T) {
	var cases, refused int
	for situation := range 8 {
		server, deflate, within := situation&1 != 0, situation&2 != 0, situation&4 != 0
		rules := protocol.Rules{Role: protocol.Client, Deflate: deflate}
		if server {
			rules.Role = protocol.Server
		}
		start := protocol.NewReceiver(rules)
		if within {
			_, n, err := start.Next(encoder(rules.Role)(opText, ""))
			require.NoError(t, err)
			require.NotZero(t, n)
		}
		for pair := range 1 << 16 {
			b0, b1 := pair>>8, pair&0xff
			r := start
			ev, n, err := r.Next([]byte{byte(b0), byte(b1)})
			rules := broken(b0, b1, server, deflate, within)
			cases++
			if len(rules) == 0 {
				if err != nil {
					t.Fatalf("%02x %02x server=%t deflate=%t within=%t: %v", b0, b1, server, deflate, within, err)
				}
				// Two octets are enough if no length and no key follow, and of a control
				// frame no payload.
				want := 0
				if !server && b1 < 126 && (b0&8 == 0 || b1 == 0) {
					want = 2
				}
				if n != want {
					t.Fatalf("%02x %02x: took %d octets, not %d", b0, b1, n, want)
				}
				continue
			}
			refused++
			found := false
			for _, rule := range rules {
				found = found || err == rule //nolint:errorlint // the very variable is wanted
			}
			if !found || n != 0 || ev.Kind != protocol.KindNone {
				t.Fatalf("%02x %02x server=%t deflate=%t within=%t: got %v, want one of %v", b0, b1, server, deflate, within, err, rules)
			}
		}
	}
	require.Equal(t, 524_288, cases)
	// The legal ones, counted by hand for each role. Outside a message: FIN or
	// not, text or binary, with Deflate RSV1 or not, 128 lengths; inside: FIN or
	// not, 128 lengths. In both: 3 control opcodes, 126 lengths.
	legal := 0
	for _, deflate := range []int{1, 2} {
		legal += 2 * (2*2*128*deflate + 3*126) // outside a message
		legal += 2 * (2*128 + 3*126)           // inside
	}
	require.Equal(t, legal, cases-refused)
}
