package protocol_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Every kind of illegal frame, for each role, and the Close that it is answered
// with.
//
//req:test RFC6455-5.1-02 RFC6455-5.1-03 RFC6455-5.1-05 RFC6455-5.1-06
//req:test RFC6455-5.2-03 RFC6455-5.2-04 RFC6455-5.4-02 RFC6455-5.4-08
//req:test RFC6455-5.5.1-02 RFC6455-7.1.7-05 RFC6455-10.7-01 RFC6455-10.7-03 RFC7692-6.1-05
func TestW14_IllegalFrames(t *testing.T) {
	both := []protocol.Role{protocol.Server, protocol.Client}
	type illegal struct {
		name    string
		roles   []protocol.Role
		deflate bool
		send    func(enc func(byte, string) []byte) []byte
		err     *frame.Error
		code    frame.CloseCode
	}
	one := func(first byte, payload string) func(enc func(byte, string) []byte) []byte {
		return func(enc func(byte, string) []byte) []byte { return enc(first, payload) }
	}
	raw := func(b ...byte) func(enc func(byte, string) []byte) []byte {
		return func(func(byte, string) []byte) []byte { return b }
	}
	two := func(a, b func(enc func(byte, string) []byte) []byte) func(enc func(byte, string) []byte) []byte {
		return func(enc func(byte, string) []byte) []byte { return join(a(enc), b(enc)) }
	}
	long := strings.Repeat("x", 126)
	cases := []illegal{
		{"unmasked from a client", both[:1], false, raw(fromServer(fin|opText, "x")...), frame.ErrUnmasked, 1002},
		{"unmasked empty from a client", both[:1], false, raw(fromServer(fin|opBinary, "")...), frame.ErrUnmasked, 1002},
		{"unmasked control frame from a client", both[:1], false, raw(fromServer(fin|opPing, "")...), frame.ErrUnmasked, 1002},
		{"unmasked Close from a client", both[:1], false, raw(fromServer(fin|opClose, "")...), frame.ErrUnmasked, 1002},
		{"masked from a server", both[1:], false, raw(fromClient(fin|opText, "x")...), frame.ErrMasked, 1002},
		{"masked empty from a server", both[1:], false, raw(fromClient(fin|opText, "")...), frame.ErrMasked, 1002},
		{"masked Close from a server", both[1:], false, raw(fromClient(fin|opClose, "")...), frame.ErrMasked, 1002},
		{"RSV1", both, false, one(fin|rsv1|opText, "x"), frame.ErrReservedBits, 1002},
		{"RSV2", both, false, one(fin|rsv2|opText, "x"), frame.ErrReservedBits, 1002},
		{"RSV3", both, false, one(fin|rsv3|opText, "x"), frame.ErrReservedBits, 1002},
		{"RSV1 on a ping", both, false, one(fin|rsv1|opPing, ""), frame.ErrReservedBits, 1002},
		{"RSV1 on a ping with deflate", both, true, one(fin|rsv1|opPing, ""), frame.ErrReservedBits, 1002},
		{"RSV1 on a Close with deflate", both, true, one(fin|rsv1|opClose, ""), frame.ErrReservedBits, 1002},
		{"RSV1 on a later fragment with deflate", both, true, two(one(rsv1|opText, "x"), one(fin|rsv1|opCont, "")), frame.ErrReservedBits, 1002},
		{"RSV2 with deflate", both, true, one(fin|rsv2|opText, "x"), frame.ErrReservedBits, 1002},
		{"RSV3 with deflate", both, true, one(fin|rsv1|rsv3|opBinary, "x"), frame.ErrReservedBits, 1002},
		{"fragmented ping", both, false, one(opPing, ""), frame.ErrControlFragmented, 1002},
		{"fragmented Close", both, false, one(opClose, ""), frame.ErrControlFragmented, 1002},
		{"fragmented pong inside a message", both, false, two(one(opText, "x"), one(opPong, "")), frame.ErrControlFragmented, 1002},
		{"ping of 126 octets", both, false, one(fin|opPing, long), frame.ErrControlTooLong, 1002},
		{"pong of 126 octets", both, false, one(fin|opPong, long), frame.ErrControlTooLong, 1002},
		{"Close of 126 octets", both, false, one(fin|opClose, "\x03\xe8"+long[2:]), frame.ErrControlTooLong, 1002},
		{"ping with a 64-bit length", both, false, one(fin|opPing, strings.Repeat("x", 1<<16)), frame.ErrControlTooLong, 1002},
		{"continuation of nothing", both, false, one(fin|opCont, "x"), frame.ErrContinuation, 1002},
		{"empty continuation of nothing", both, false, one(opCont, ""), frame.ErrContinuation, 1002},
		{"continuation after a message", both, false, two(one(fin|opText, "x"), one(fin|opCont, "x")), frame.ErrContinuation, 1002},
		{"text inside text", both, false, two(one(opText, "x"), one(fin|opText, "x")), frame.ErrInterleaved, 1002},
		{"binary inside text", both, false, two(one(opText, "x"), one(opBinary, "x")), frame.ErrInterleaved, 1002},
		{"Close of one octet", both, false, one(fin|opClose, "\x03"), frame.ErrCloseLength, 1002},
		{"close reason", both, false, one(fin|opClose, "\x03\xe8\xc0\x80"), frame.ErrCloseReason, 1007},
		{"close reason cut in a code point", both, false, one(fin|opClose, "\x03\xe8ok\xe2\x82"), frame.ErrCloseReason, 1007},
		{"text", both, false, one(fin|opText, "\xff"), frame.ErrInvalidUTF8, 1007},
		{"text in a fragment", both, false, two(one(opText, "ok\xe2"), one(opCont, "(")), frame.ErrInvalidUTF8, 1007},
		{"text across fragments", both, false, two(one(opText, "ok\xe2\x82"), one(fin|opCont, "")), frame.ErrInvalidUTF8, 1007},
		{"text with deflate, not compressed", both, true, one(fin|opText, "\xff"), frame.ErrInvalidUTF8, 1007},
	}
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		cases = append(cases, illegal{"opcode " + frame.Opcode(op).String(), both, false, one(fin|op, ""), frame.ErrReservedOpcode, 1002})
	}
	for _, code := range []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		body := closeBody(frame.CloseCode(code), "")
		cases = append(cases, illegal{"close code " + frame.CloseCode(code).String(), both, false, one(fin|opClose, body), frame.ErrCloseCode, 1002})
	}
	for _, c := range cases {
		for _, role := range c.roles {
			t.Run(c.name+"/"+role.String(), func(t *testing.T) {
				rules := protocol.Rules{Role: role, Deflate: c.deflate}
				enc := encoder(role)
				b := c.send(enc)
				// A good message before and after: the second is never seen.
				b = join(enc(fin|opText, "before"), b, enc(fin|opText, "after"))
				got := record(t, rules).whole(b)
				assert.Equal(t, error(c.err), got.Err)
				assert.Equal(t, text("before"), got.Items[0])
				assert.NotContains(t, got.Items, text("after"))
				assert.Equal(t, got, record(t, rules).cuts(b, octets))

				s := protocol.NewSender(role, c.deflate)
				answer := s.Fail(nil, got.Err)
				peer := protocol.Rules{Role: protocol.Server}
				if role == protocol.Server {
					peer.Role = protocol.Client
				}
				told := record(t, peer).whole(answer)
				assert.Equal(t, []item{closing(closeBody(c.code, c.err.Text))}, told.Items)
			})
		}
	}
}

// closeBody is a Close body with any code.
func closeBody(c frame.CloseCode, reason string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(c))) + reason
}
