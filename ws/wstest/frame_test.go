package wstest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// The examples of section 5.7.
func TestFrameOctets(t *testing.T) {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	for _, c := range []struct {
		name  string
		frame wstest.Frame
		want  string
	}{
		{"unmasked text", wstest.Text("Hello"), "\x81\x05Hello"},
		{"masked text", wstest.Text("Hello").WithKey(key), "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"},
		{"first fragment", wstest.Text("Hel").More(), "\x01\x03Hel"},
		{"last fragment", wstest.Continuation("lo"), "\x80\x02lo"},
		{"ping", wstest.Ping("Hello"), "\x89\x05Hello"},
		{"masked pong", wstest.Pong("Hello").WithKey(key), "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"},
		{"256 octets", wstest.Binary(make([]byte, 256)), "\x82\x7e\x01\x00" + strings.Repeat("\x00", 256)},
		{"64 KiB", wstest.Binary(make([]byte, 1<<16)), "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00" + strings.Repeat("\x00", 1<<16)},
		{"close", wstest.Close(frame.CloseGoingAway, "bye"), "\x88\x05\x03\xe9bye"},
		{"close without a code", wstest.Close(frame.CloseNoStatus, ""), "\x88\x00"},
		{"close with an unsendable code", wstest.Close(frame.CloseNoStatus, "x"), "\x88\x03\x03\xedx"},
		{"reserved bits", wstest.Text("").WithRSV(0x50), "\xd1\x00"},
		{"reserved opcode", wstest.NewFrame(0xB, []byte("x")), "\x8b\x01x"},
		{"long form of 16 bits", wstest.Text("x").Length16(), "\x81\x7e\x00\x01x"},
		{"long form of 64 bits", wstest.Text("x").Length64(), "\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x01x"},
		{"declared length", wstest.Text("x").Declare(100), "\x81\x64x"},
		{"masked anyway", wstest.Text("").Masked(), "\x81\x80\x04\x03\x02\x01"},
		{"cut", wstest.Text("Hello").First(3), "\x81\x05H"},
		{"cut behind its end", wstest.Text("").First(9), "\x81\x00"},
		{"octets", wstest.Octets(1, 2, 3), "\x01\x02\x03"},
	} {
		assert.Equal(t, []byte("before"+c.want), c.frame.Append([]byte("before"), protocol.Server, 0x01020304), c.name)
	}
	assert.Equal(t, []byte("\x81\x81\x04\x03\x02\x01|"), wstest.Text("x").Append(nil, protocol.Client, 0x01020304))
	assert.Equal(t, []byte("\x81\x01x"), wstest.Text("x").Unmasked().Append(nil, protocol.Client, 0x01020304))
}

// Two encoders made apart agree on what is legal.
func TestFrameAgainstHeader(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 127, 65535, 65536, 70000} {
		p := bytes.Repeat([]byte{0xA5}, n)
		for _, fin := range []bool{true, false} {
			f := wstest.Binary(p)
			if !fin {
				f = f.More()
			}
			h := frame.NewHeader(fin, 0, frame.OpBinary, int64(n))
			want := append(h.Append(nil), p...)
			assert.Equal(t, want, f.Append(nil, protocol.Server, 0))

			h = h.WithKey(0xDEADBEEF)
			want = append(h.Append(nil), p...)
			h.Key.XOR(want[h.Len():])
			assert.Equal(t, want, f.Append(nil, protocol.Client, 0xDEADBEEF))
		}
	}
}

func TestFrameString(t *testing.T) {
	for _, c := range []struct {
		frame wstest.Frame
		want  string
	}{
		{wstest.Text("Hello"), `text "Hello"`},
		{wstest.Text("").More(), `text (more follows) ""`},
		{wstest.Ping("").WithRSV(0x20), `ping rsv 0x20 ""`},
		{wstest.Close(frame.CloseNormal, ""), `close 1000`},
		{wstest.Close(frame.CloseProtocolError, "why"), `close 1002 "why"`},
		{wstest.Close(frame.CloseNoStatus, ""), `close 1005`},
		{wstest.NewFrame(frame.OpClose, []byte{3}), `close "\x03"`},
		{wstest.Octets(0x81, 0), `octets 81 00`},
		{wstest.Text(strings.Repeat("x", 65)), `text "` + strings.Repeat("x", 64) + `"... (65 octets)`},
	} {
		assert.Equal(t, c.want, c.frame.String())
	}
	require.True(t, wstest.Text("x").Equal(wstest.Text("x").Masked()))
	for _, other := range []wstest.Frame{wstest.Text("y"), wstest.Binary([]byte("x")), wstest.Text("x").More(), wstest.Text("x").WithRSV(0x40)} {
		assert.False(t, wstest.Text("x").Equal(other), other)
	}
}
