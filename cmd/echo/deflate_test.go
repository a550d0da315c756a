package main

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// offering is what Chromium offers.
const offering = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"

// deflating is a client that can break every rule, with permessage-deflate
// agreed on.
func (p *program) deflating(t *testing.T, target, agreement string) *wstest.Peer {
	t.Helper()
	resp, c := p.handshake(t, target, offering)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	_ = resp.Body.Close()
	assert.Equal(t, agreement, resp.Header.Get("Sec-WebSocket-Extensions"))
	return wstest.NewPeer(t, c, ws.RoleClient)
}

const noTakeover = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// Whatever the flags say, each message comes back as it was, compressed.
func TestEchoDeflate(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		for _, c := range []struct{ flags, agreement string }{
			{"", noTakeover},
			{"-takeover", "permessage-deflate"},
			{"-window-bits 8", noTakeover + "; server_max_window_bits=8; client_max_window_bits=8"},
			{"-window-bits 9 -takeover -level 9", "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9"},
			{"-level 6 -takeover", "permessage-deflate"},
		} {
			t.Run(c.flags, func(t *testing.T) {
				p := start(t, append([]string{"-driver", driver, "-deflate"}, strings.Fields(c.flags)...)...)
				peer := p.deflating(t, "/", c.agreement)
				expect := peer.ExpectCompressed
				if strings.Contains(c.flags, "-takeover") {
					expect = peer.ExpectTakeover
				}
				long := strings.Repeat("to be, or not to be, ", 4000)
				for _, m := range []wstest.Frame{wstest.Text(long), wstest.Text(strings.Repeat("κόσμε, ", 100)), wstest.Binary([]byte(long)), wstest.Text(long)} {
					peer.Send(m.Compressed())
					expect(m)
					peer.Send(m.Compressed().Cut(1, 0, 7)...)
					expect(m)
					peer.Send(m) // one that was not worth it, to the client
					expect(m)
				}
			})
		}
	})
}

// A client that offers nothing gets nothing, and a server without -deflate
// agrees on nothing.
func TestDeflateNeedsBoth(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		for _, c := range []struct{ flag, offer string }{{"-deflate", ""}, {"-quiet=false", offering}} {
			p := start(t, "-driver", driver, c.flag)
			resp, nc := p.handshake(t, "/", c.offer)
			_ = resp.Body.Close()
			assert.Empty(t, resp.Header.Values("Sec-WebSocket-Extensions"))
			peer := wstest.NewPeer(t, nc, ws.RoleClient)
			peer.Send(wstest.Text("Hello"))
			peer.Expect(wstest.Text("Hello"))
			peer.Send(wstest.Text("Hello").Compressed())
			peer.ExpectClose(frame.CloseProtocolError)
			peer.Hangup()
		}
	})
}

// What the page is told of a compressed conversation.
func TestFramesOfCompressedMessages(t *testing.T) {
	p := start(t, "-deflate", "-takeover", "-window-bits", "12")
	w := p.watch(t, token(0))
	peer := p.deflating(t, "/?token="+token(0), "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12")
	open := next[openRecord](w, "open")
	assert.Equal(t, []string{"permessage-deflate; server_max_window_bits=12; client_max_window_bits=12"}, open.Extensions)
	assert.Equal(t, &deflateRecord{Client: directionRecord{true, 12}, Server: directionRecord{true, 12}}, open.Deflate)
	var text []string
	for _, l := range append(open.Request, open.Response...) {
		text = append(text, l.Text)
	}
	assert.Contains(t, text, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
	assert.Contains(t, text, "Sec-WebSocket-Extensions: "+open.Extensions[0])

	// RFC 7692 section 7.2.3.1 and 7.2.3.2: "Hello", in two fragments, and again
	// with what the window has.
	hello := wstest.NewFrame(frame.OpText, []byte{0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}).WithRSV(0x40)
	peer.Send(hello.Cut(3)...)
	peer.ExpectTakeover(wstest.Text("Hello"))
	again := wstest.NewFrame(frame.OpText, []byte{0xf2, 0x00, 0x11, 0x00, 0x00}).WithRSV(0x40)
	peer.Send(again)
	peer.ExpectTakeover(wstest.Text("Hello"))

	in := next[frameRecord](w, "frame")
	assert.Equal(t, 4, in.RSV)
	assert.True(t, in.Compressed)
	assert.Equal(t, "f248cd", in.Payload)
	assert.Equal(t, &inflated{2, hex.EncodeToString([]byte("He"))}, in.Inflated)
	assert.Nil(t, in.Message)
	in = next[frameRecord](w, "frame")
	assert.Zero(t, in.RSV)
	assert.True(t, in.Compressed)
	assert.Equal(t, &inflated{3, hex.EncodeToString([]byte("llo"))}, in.Inflated)
	assert.Equal(t, &messageRecord{Number: 1, Octets: 5, Wire: 6 + 3 + 6 + 4, Frames: 2, Compressed: true}, in.Message)
	out := next[frameRecord](w, "frame")
	assert.Equal(t, "server", out.From)
	require.NotNil(t, out.Message)
	assert.EqualValues(t, 5, out.Message.Octets)
	in = next[frameRecord](w, "frame")
	assert.Equal(t, &inflated{5, hex.EncodeToString([]byte("Hello"))}, in.Inflated)
	assert.Equal(t, &messageRecord{Number: 2, Octets: 5, Wire: 6 + 5, Frames: 1, Compressed: true}, in.Message)
	assert.Equal(t, in.Inflated, next[frameRecord](w, "frame").Inflated)

	// The server's second one of these refers to its first.
	long := wstest.Text("the quick brown fox jumps over the lazy dog, and 0123456789 and ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	var wire []int64
	for range 2 {
		peer.Send(long.Compressed())
		peer.ExpectTakeover(long)
		next[frameRecord](w, "frame")
		wire = append(wire, next[frameRecord](w, "frame").Message.Wire)
	}
	assert.Less(t, wire[1], wire[0]/2)

	// A message that is sent as it is has no less to be told of.
	peer.Send(wstest.Binary([]byte{1, 2, 3}))
	in = next[frameRecord](w, "frame")
	assert.False(t, in.Compressed)
	assert.Nil(t, in.Inflated)
	assert.Equal(t, &messageRecord{Number: 5, Octets: 3, Wire: 6 + 3, Frames: 1}, in.Message)
}

// What is wrong inside of a compressed message is named.
func TestFramesOfCompressedViolation(t *testing.T) {
	for _, c := range []struct {
		send wstest.Frame
		code frame.CloseCode
		want violation
	}{
		{
			wstest.NewFrame(frame.OpText, []byte{0x07}).WithRSV(0x40), frame.CloseInvalidPayload,
			violation{"compressed message does not inflate", "inflate", 1007, "7692", "6.2", "reserved block type (RFC 1951 section 3.2.3)"},
		},
		{
			wstest.Text("a\xff").Compressed(), frame.CloseInvalidPayload,
			violation{"text is not UTF-8", "invalid-utf8", 1007, "6455", "8.1", "octet 1 of what the payload inflates to is impossible there"},
		},
		{
			wstest.Binary(make([]byte, 1001)).Compressed(), frame.CloseTooBig,
			violation{"message is over the size limit", "message-too-big", 1009, "6455", "10.4", ""},
		},
	} {
		p := start(t, "-deflate", "-max-message", "1000")
		w := p.watch(t, token(0))
		peer := p.deflating(t, "/?token="+token(0), noTakeover)
		next[openRecord](w, "open")
		peer.Send(c.send)
		peer.ExpectClose(c.code)
		peer.Hangup()
		in := next[frameRecord](w, "frame")
		assert.Equal(t, &c.want, in.Violation)
		assert.Nil(t, in.Message)
	}
}

func TestTraceOfDeflate(t *testing.T) {
	each(t, func(t *testing.T, driver string) {
		p := start(t, "-driver", driver, "-trace", "-deflate")
		peer := p.deflating(t, "/chat", noTakeover)
		peer.Send(wstest.NewFrame(frame.OpText, []byte{0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}).WithRSV(0x40))
		peer.Next()
		peer.Send(wstest.Close(frame.CloseNormal, ""))
		peer.ExpectClose(frame.CloseNormal)
		peer.ExpectEOF()
		peer.Hangup()
		assert.Equal(t, exitOK, p.stop(t))
		text := p.stderr.String()
		for _, want := range []string{
			"connection 1 opened: /chat from 127.0.0.1:",
			", " + noTakeover + "\n",
			"connection 1 received: frame at octet 0: text, compressed, masked, payload of 7 octets\n",
			"RSV1-3: 100 compressed (RFC 7692 section 6)\n",
			"f2 48 cd c9 c9 07 00",
			"inflates to 5 octets (RFC 7692 section 7.2.2)\n",
			"48 65 6c 6c 6f",
			"inflated |Hello|\n",
		} {
			assert.Contains(t, text, want)
		}
		assert.NotContains(t, text, "violation")
	})
}

// The limit is one of octets inflated, and acts while they are: however a
// message is cut, its sender is told before it has sent all of it.
func TestDeflateLimit(t *testing.T) {
	const limit = 65536
	each(t, func(t *testing.T, driver string) {
		for _, flags := range []string{"", "-takeover", "-level 6", "-trace"} {
			p := start(t, append([]string{"-driver", driver, "-deflate", "-max-message", "65536"}, strings.Fields(flags)...)...)
			largest := wstest.Binary(make([]byte, limit))
			bomb := wstest.Binary(make([]byte, 256*limit)).Compressed()
			require.Less(t, len(bomb.Payload), 20_000)
			agreement := noTakeover
			if flags == "-takeover" {
				agreement = "permessage-deflate"
			}

			peer := p.deflating(t, "/", agreement)
			peer.Send(largest.Compressed())
			peer.ExpectCompressed(largest)
			peer.Send(bomb)
			peer.ExpectClose(frame.CloseTooBig)
			peer.ExpectEOF()

			// In fragments of 8 octets, of which the first few are enough.
			peer = p.deflating(t, "/", agreement)
			peer.Send(bomb.Cut(slices.Repeat([]int{8}, 20)...)[:20]...)
			peer.ExpectClose(frame.CloseTooBig)
			peer.Hangup()

			// What it inflates to counts over all fragments.
			peer = p.deflating(t, "/", agreement)
			half := wstest.Binary(make([]byte, limit+1)).Compressed()
			peer.Send(half.Cut(len(half.Payload) - 1)...)
			peer.ExpectClose(frame.CloseTooBig)
			peer.Hangup()
		}
	})
}
