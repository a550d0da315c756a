package protocol_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// conversation is what a peer sends and what a Receiver makes of it. Frames are
// given without masking; each conversation is held in both roles.
type conversation struct {
	name   string
	frames []sent
	want   []item
	err    error
}

type sent struct {
	first   byte
	payload string
}

func (c conversation) run(t *testing.T, rules protocol.Rules) {
	t.Helper()
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		t.Run(c.name+"/"+role.String(), func(t *testing.T) {
			rules.Role = role
			enc := encoder(role)
			var b []byte
			for _, f := range c.frames {
				b = append(b, enc(f.first, f.payload)...)
			}
			got := record(t, rules).whole(b)
			assert.Equal(t, c.want, got.Items)
			assert.Equal(t, c.err, got.Err)
		})
	}
}

//req:test RFC6455-5.4-03 RFC6455-5.4-05 RFC6455-5.4-07 RFC6455-5.4-14
//req:test RFC6455-6.2-01 RFC6455-6.2-02 RFC6455-6.2-03 RFC6455-6.2-04
//req:test RFC6455-5.5.3-03
func TestMessages(t *testing.T) {
	long := strings.Repeat("longwire ", 20_000)
	for _, c := range []conversation{
		{"5.6 one text", []sent{{fin | opText, "Hello"}}, []item{text("Hello")}, nil},
		{"5.6 one binary", []sent{{fin | opBinary, "\x00\xff"}}, []item{bin("\x00\xff")}, nil},
		{"5.6 empty messages", []sent{{fin | opText, ""}, {fin | opBinary, ""}}, []item{text(""), bin("")}, nil},
		{"5.2 lengths of 16 and 64 bits", []sent{{fin | opText, long[:126]}, {fin | opText, long[:65535]}, {fin | opText, long}}, []item{text(long[:126]), text(long[:65535]), text(long)}, nil},
		{"5.4 two fragments", []sent{{opText, "Hel"}, {fin | opCont, "lo"}}, []item{text("Hello")}, nil},
		{"5.4 fragments keep their order", []sent{{opBinary, "1"}, {opCont, "2"}, {opCont, "3"}, {fin | opCont, "4"}}, []item{bin("1234")}, nil},
		{"5.4 empty fragments", []sent{{opText, ""}, {opCont, ""}, {opCont, "x"}, {fin | opCont, ""}}, []item{text("x")}, nil},
		{"5.4 control frames between fragments", []sent{{opText, "a"}, {fin | opPing, "p"}, {opCont, "b"}, {fin | opPong, "q"}, {fin | opCont, "c"}}, []item{ping("p"), pong("q"), text("abc")}, nil},
		{"5.4 after the last fragment a new message", []sent{{opText, "a"}, {fin | opCont, "b"}, {fin | opBinary, "c"}}, []item{text("ab"), bin("c")}, nil},
		{"5.5.1 Close ends it", []sent{{fin | opText, "a"}, {fin | opClose, "\x03\xe8bye"}, {fin | opText, "never seen"}}, []item{text("a"), closing("\x03\xe8bye")}, protocol.ErrClosed},
		{"5.5.1 Close without a body", []sent{{fin | opClose, ""}, {fin | opClose, ""}}, []item{closing("")}, protocol.ErrClosed},
		{"5.5.1 Close inside a message", []sent{{opText, "a"}, {fin | opClose, ""}}, []item{closing("")}, protocol.ErrClosed},
		{"5.5.2 ping of 125 octets", []sent{{fin | opPing, long[:125]}}, []item{ping(long[:125])}, nil},
		{"5.5.3 unsolicited pongs", []sent{{fin | opPong, ""}, {fin | opPong, "x"}}, []item{pong(""), pong("x")}, nil},
		{"5.6 a code point cut by fragments", []sent{{opText, "\xe2"}, {opCont, "\x82"}, {opCont, ""}, {fin | opCont, "\xac"}}, []item{text("€")}, nil},
		{"5.4 continuation of nothing", []sent{{fin | opText, "a"}, {fin | opCont, "b"}}, []item{text("a")}, frame.ErrContinuation},
		{"5.4 a message inside another", []sent{{opText, "a"}, {fin | opText, "b"}}, nil, frame.ErrInterleaved},
	} {
		c.run(t, protocol.Rules{})
	}
}

//req:test RFC6455-5.6-01 RFC6455-8.1-01 RFC6455-10.7-01
func TestTextIsUTF8(t *testing.T) {
	for _, c := range []conversation{
		{"8.1 not UTF-8", []sent{{fin | opText, "a\xff"}}, nil, frame.ErrInvalidUTF8},
		{"8.1 the end cuts a code point", []sent{{fin | opText, "a\xe2\x82"}}, nil, frame.ErrInvalidUTF8},
		{"8.1 the end of the last fragment cuts a code point", []sent{{opText, "\xe2"}, {fin | opCont, "\x82"}}, nil, frame.ErrInvalidUTF8},
		{"8.1 an empty last fragment after half a code point", []sent{{opText, "\xe2\x82"}, {fin | opCont, ""}}, nil, frame.ErrInvalidUTF8},
		{"8.1 a message begins afresh", []sent{{fin | opBinary, "\xe2"}, {fin | opText, "\x82"}}, []item{bin("\xe2")}, frame.ErrInvalidUTF8},
		{"8.1 control payloads are not part of the text", []sent{{opText, "\xf0\x9f"}, {fin | opPing, "\xff"}, {fin | opCont, "\x98\x80"}}, []item{ping("\xff"), text("😀")}, nil},
		{"8.1 surrogate", []sent{{fin | opText, "\xed\xa0\x80"}}, nil, frame.ErrInvalidUTF8},
		{"8.1 binary is anything", []sent{{fin | opBinary, "\xff\xfe"}}, []item{bin("\xff\xfe")}, nil},
		{"8.1 close reason", []sent{{fin | opClose, "\x03\xe8\xff"}}, nil, frame.ErrCloseReason},
		{"8.1 bad text at the end of a long one", []sent{{fin | opText, strings.Repeat("é", 10_000) + "\xc3"}}, nil, frame.ErrInvalidUTF8},
	} {
		c.run(t, protocol.Rules{})
	}
	conversation{"skipped", []sent{{fin | opText, "\xff"}, {opText, "\xff"}, {fin | opCont, "\xc3"}}, []item{text("\xff"), text("\xff\xc3")}, nil}.run(t, protocol.Rules{SkipUTF8: true})
}

// The octet that makes a text impossible is refused as soon as it is there,
// whatever is still to come of its frame.
//
//req:test RFC6455-8.1-01
func TestTextFailsAtTheFirstImpossibleOctet(t *testing.T) {
	for _, c := range []struct {
		text string
		bad  int // index of the first impossible octet
	}{
		{"\x80 continuation first", 0},
		{"\xff", 0},
		{"\xc0\xaf overlong", 0},
		{"\xc1\xbf", 0},
		{"\xe0\x9f\xbf", 1},
		{"\xed\xa0\x80 surrogate", 1},
		{"\xf0\x8f\xbf\xbf", 1},
		{"\xf4\x90\x80\x80 beyond U+10FFFF", 1},
		{"\xf5\x80\x80\x80", 0},
		{"κόσμε\xf4\x90\x80\x80edited", 11},
		{"ab\xe2\x82\x28", 4},
		{"ab\xf0\x9f\x98\x28", 5},
		{strings.Repeat("x", 5000) + "\xfe", 5000},
	} {
		for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
			b := encoder(role)(fin|opText, c.text+" and more that never has to come")
			head := len(b) - len(c.text) - len(" and more that never has to come")
			r := protocol.NewReceiver(protocol.Rules{Role: role})
			var failedAt int
			var buf []byte
			for i, o := range b {
				buf = append(buf, o)
				_, n, err := r.Next(buf)
				buf = buf[n:]
				if err != nil {
					require.Equal(t, frame.ErrInvalidUTF8, err)
					failedAt = i - head
					break
				}
			}
			assert.Equal(t, c.bad, failedAt, "%q as %v", c.text, role)
		}
	}
}

// Every octet at every place of every short text, so that no tail of a word
// goes unseen.
//
//req:test RFC6455-8.1-01
func TestShortTexts(t *testing.T) {
	for n := 1; n <= 34; n++ {
		for i := range n {
			for _, fill := range []byte{0, 'x'} {
				p := bytes.Repeat([]byte{fill}, n)
				for o := range 256 {
					p[i] = byte(o & 0xff)
					b := fromClient(fin|opText, string(p))
					r := protocol.NewReceiver(protocol.Rules{})
					_, _, err := r.Next(b)
					if (err == nil) != utf8.Valid(p) {
						t.Fatalf("%q: %v", p, err)
					}
				}
			}
		}
	}
}

// After a violation nothing is processed, not even a Close.
//
//req:test RFC6455-7.1.7-07
func TestFailureStays(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		enc := encoder(role)
		r := protocol.NewReceiver(protocol.Rules{Role: role})
		_, n, err := r.Next(enc(fin|rsv3|opText, "bad"))
		require.Equal(t, frame.ErrReservedBits, err)
		require.Zero(t, n)
		for _, b := range [][]byte{nil, {0}, enc(fin|opText, "good"), enc(fin|opClose, ""), enc(fin|opCont, "")} {
			ev, n, err := r.Next(b)
			assert.Zero(t, ev)
			assert.Zero(t, n)
			assert.Equal(t, frame.ErrReservedBits, err)
			_, err = r.Direct(b)
			assert.Equal(t, frame.ErrReservedBits, err)
		}
	}
}

// A failure in the middle of a message ends that message too.
func TestFailureInsideAMessage(t *testing.T) {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	b := fromServer(fin|opText, "half\xff")
	_, n, err := r.Next(b[:4])
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.True(t, r.InMessage())
	require.Equal(t, int64(3), r.Pending())
	_, _, err = r.Next(b[4:])
	require.Equal(t, frame.ErrInvalidUTF8, err)
	assert.False(t, r.InMessage())
	assert.Zero(t, r.Pending())
}

//req:test RFC6455-7.1.7-07
func TestDriverFailsTheReceiver(t *testing.T) {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	r.Fail(frame.ErrControlFlood)
	r.Fail(errors.New("too late"))
	_, n, err := r.Next(fromServer(fin|opText, "x"))
	assert.Zero(t, n)
	assert.Equal(t, frame.ErrControlFlood, err)

	r = protocol.NewReceiver(protocol.Rules{Role: protocol.Client})
	_, _, err = r.Next(fromServer(fin|opClose, ""))
	require.NoError(t, err)
	r.Fail(frame.ErrControlFlood)
	_, _, err = r.Next(nil)
	assert.Equal(t, protocol.ErrClosed, err)
}

// A header gives an event as soon as it is complete; control frames wait for
// their last octet.
func TestNeedsMore(t *testing.T) {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server})
	b := fromClient(fin|opBinary, strings.Repeat("x", 300))
	for i := range 8 {
		ev, n, err := r.Next(b[:i])
		require.NoError(t, err)
		require.Zero(t, n)
		require.Zero(t, ev)
	}
	ev, n, err := r.Next(b[:8])
	require.NoError(t, err)
	assert.Equal(t, 8, n)
	assert.Equal(t, protocol.KindData, ev.Kind)
	assert.Equal(t, protocol.First, ev.Flags)
	assert.Empty(t, ev.Payload)
	assert.Equal(t, int64(300), r.Pending())
	ev, n, err = r.Next(nil)
	require.NoError(t, err)
	assert.Zero(t, n)
	assert.Zero(t, ev)
	ev, n, err = r.Next(b[8:])
	require.NoError(t, err)
	assert.Equal(t, 300, n)
	assert.Equal(t, protocol.Fin, ev.Flags)
	assert.Zero(t, r.Pending())

	b = fromClient(fin|opPing, strings.Repeat("y", 125))
	require.Len(t, b, protocol.MinBuffer)
	for i := range b {
		before := string(b)
		_, n, err := r.Next(b[:i])
		require.NoError(t, err)
		require.Zero(t, n)
		require.Equal(t, before, string(b), "octets that were not taken are not touched")
	}
	ev, n, err = r.Next(b)
	require.NoError(t, err)
	assert.Equal(t, len(b), n)
	assert.Equal(t, strings.Repeat("y", 125), string(ev.Payload))
}

// Direct takes no more than the frame has left, and a mistake changes nothing.
func TestDirect(t *testing.T) {
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server})
	_, err := r.Direct([]byte("x"))
	require.Equal(t, protocol.ErrPending, err)

	b := fromClient(fin|opText, "Hello, direct")
	_, n, err := r.Next(b[:6])
	require.NoError(t, err)
	require.Equal(t, 6, n)
	p := append([]byte(nil), b[6:]...)
	_, err = r.Direct(append(p, 'x'))
	require.Equal(t, protocol.ErrPending, err)

	ev, err := r.Direct(nil)
	require.NoError(t, err)
	require.Zero(t, ev)

	ev, err = r.Direct(p[:5])
	require.NoError(t, err)
	assert.Equal(t, "Hello", string(ev.Payload))
	assert.Zero(t, ev.Flags)
	ev, err = r.Direct(p[5:])
	require.NoError(t, err)
	assert.Equal(t, ", direct", string(ev.Payload))
	assert.Equal(t, protocol.Fin, ev.Flags)
	assert.Equal(t, "Hello, direct", string(p))
}

// Octets behind a message stay as they came.
//
//req:test RFC6455-6.2-07
func TestUnmaskTouchesThePayloadOnly(t *testing.T) {
	a, b := fromClient(fin|opText, "first"), fromClient(fin|opText, "second")
	buf := join(a, b)
	r := protocol.NewReceiver(protocol.Rules{Role: protocol.Server})
	ev, n, err := r.Next(buf)
	require.NoError(t, err)
	require.Equal(t, len(a), n)
	assert.Equal(t, "first", string(ev.Payload))
	assert.Equal(t, b, buf[n:])
	ev.Payload = append(ev.Payload, "overrun"...)
	assert.Equal(t, b, buf[n:])
	assert.Equal(t, "firstoverrun", string(ev.Payload))
}

//req:test RFC6455-5.2-03 RFC7692-6.1-05
func TestCompressedMessages(t *testing.T) {
	deflate := protocol.Rules{Deflate: true}
	z := func(op frame.Opcode, s string) item { return item{Op: op, Compressed: true, Payload: s} }
	for _, c := range []conversation{
		{"RFC 7692 6.1 one frame", []sent{{fin | rsv1 | opText, "\xf2\xff"}}, []item{z(frame.OpText, "\xf2\xff")}, nil},
		{"RFC 7692 6.1 fragments", []sent{{rsv1 | opBinary, "a"}, {fin | opPing, ""}, {opCont, "b"}, {fin | opCont, "c"}}, []item{ping(""), z(frame.OpBinary, "abc")}, nil},
		{"RFC 7692 6.1 then one that is not", []sent{{fin | rsv1 | opText, "\xff"}, {fin | opText, "plain"}}, []item{z(frame.OpText, "\xff"), text("plain")}, nil},
		{"RFC 7692 6.1 then bad text", []sent{{fin | rsv1 | opText, "\xff"}, {fin | opText, "\xff"}}, []item{z(frame.OpText, "\xff")}, frame.ErrInvalidUTF8},
		{"RFC 7692 6.1 on a later fragment", []sent{{rsv1 | opText, "a"}, {fin | rsv1 | opCont, "b"}}, nil, frame.ErrReservedBits},
		{"RFC 7692 6.1 on a control frame", []sent{{fin | rsv1 | opPing, ""}}, nil, frame.ErrReservedBits},
		{"5.2 the other bits", []sent{{fin | rsv1 | rsv2 | opText, ""}}, nil, frame.ErrReservedBits},
	} {
		c.run(t, deflate)
	}
}
