package frame_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// sendable is the list of section 7.4.1 and of IANA's registry, one by one.
func sendable(c int) bool {
	switch c {
	case 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014:
		return true
	}
	return c/1000 == 3 || c/1000 == 4
}

// Every code there is, received and sent.
//
//req:test RFC6455-5.5.1-02 RFC6455-7.4.1-01 RFC6455-7.4.1-02
//req:test RFC6455-7.4.1-03 RFC6455-7.4.1-04 RFC6455-7.4.1-06 RFC6455-7.4.1-07 RFC6455-7.4.2-01
func TestW14_CloseCodes(t *testing.T) {
	for v := range 1 << 16 {
		c := frame.CloseCode(v)
		wire := binary.BigEndian.AppendUint16(nil, uint16(v))
		got, reason, err := frame.ParseClose(append(wire, "why"...))
		out, sendErr := frame.AppendClose([]byte("x"), c, "why")
		require.Equal(t, sendable(v), c.Sendable(), v)
		require.Equal(t, c, got)
		if !sendable(v) {
			require.ErrorIs(t, err, frame.ErrCloseCode, v)
			require.Empty(t, reason)
			require.ErrorIs(t, sendErr, frame.ErrCodeNotSendable, v)
			require.Equal(t, "x", string(out))
			continue
		}
		require.NoError(t, err, v)
		require.Equal(t, "why", string(reason))
		require.NoError(t, sendErr, v)
		require.Equal(t, "x"+string(wire)+"why", string(out))
	}
}

// The body of a Close frame: none, too short, a code, a code and a reason.
//
//req:test RFC6455-5.5.1-01 RFC6455-5.5.1-02 RFC6455-5.5.1-03 RFC6455-7.4-01
func TestParseClose(t *testing.T) {
	for _, c := range []struct {
		payload string
		code    frame.CloseCode
		reason  string
		err     error
	}{
		{"", frame.CloseNoStatus, "", nil},
		{"\x03", 0, "", frame.ErrCloseLength},
		{"\x00", 0, "", frame.ErrCloseLength},
		{"\x03\xe8", frame.CloseNormal, "", nil},
		{"\x03\xe8bye", frame.CloseNormal, "bye", nil},
		{"\x03\xe9κόσμε", frame.CloseGoingAway, "κόσμε", nil},
		{"\x03\xed", frame.CloseNoStatus, "", frame.ErrCloseCode},
		{"\x03\xe8\xff", frame.CloseNormal, "", frame.ErrCloseReason},
		{"\x03\xe8abc\xe2\x82", frame.CloseNormal, "", frame.ErrCloseReason},
		{"\x03\xe8\xed\xa0\x80", frame.CloseNormal, "", frame.ErrCloseReason},
		{"\x03\xe8" + strings.Repeat("r", 123), frame.CloseNormal, strings.Repeat("r", 123), nil},
	} {
		code, reason, err := frame.ParseClose([]byte(c.payload))
		require.ErrorIs(t, err, c.err, "%q", c.payload)
		assert.Equal(t, c.code, code, "%q", c.payload)
		assert.Equal(t, c.reason, string(reason), "%q", c.payload)
	}
}

// What the caller may not send.
//
//req:test RFC6455-5.5-01 RFC6455-5.5.1-01 RFC6455-5.5.1-03 RFC6455-7.4.1-03
func TestAppendClose(t *testing.T) {
	out, err := frame.AppendClose(nil, frame.CloseNoStatus, "")
	require.NoError(t, err)
	assert.Empty(t, out)

	out, err = frame.AppendClose(nil, frame.CloseNormal, strings.Repeat("r", frame.MaxReason))
	require.NoError(t, err)
	assert.Len(t, out, frame.MaxControlPayload)

	for _, c := range []struct {
		code   frame.CloseCode
		reason string
		err    error
	}{
		{frame.CloseNoStatus, "why", frame.ErrCodeNotSendable},
		{frame.CloseAbnormal, "", frame.ErrCodeNotSendable},
		{0, "", frame.ErrCodeNotSendable},
		{frame.CloseNormal, strings.Repeat("r", frame.MaxReason+1), frame.ErrReasonTooLong},
		{frame.CloseNormal, "\xff", frame.ErrReasonNotUTF8},
		{frame.CloseNormal, "\xed\xa0\x80", frame.ErrReasonNotUTF8},
	} {
		out, err := frame.AppendClose([]byte("x"), c.code, c.reason)
		require.ErrorIs(t, err, c.err)
		assert.Equal(t, "x", string(out))
		var e *frame.Error
		assert.NotErrorAs(t, err, &e, "a mistake of the caller is no violation of the peer")
	}
}

func TestCloseCode_String(t *testing.T) {
	names := map[frame.CloseCode]string{
		0: "not used", 999: "not used",
		1000: "normal closure", 1001: "going away", 1002: "protocol error", 1003: "unsupported data",
		1004: "reserved", 1005: "no status received", 1006: "abnormal closure", 1007: "invalid payload data",
		1008: "policy violation", 1009: "message too big", 1010: "mandatory extension", 1011: "internal error",
		1012: "service restart", 1013: "try again later", 1014: "bad gateway", 1015: "TLS handshake",
		1016: "reserved", 2999: "reserved", 3000: "registered use", 3999: "registered use",
		4000: "private use", 4999: "private use", 5000: "not used", 65535: "not used",
	}
	for c, name := range names {
		number, rest, ok := strings.Cut(c.String(), " ")
		assert.True(t, ok)
		assert.Equal(t, name, rest)
		assert.Regexp(t, `^\d+$`, number)
	}
	assert.Equal(t, "1000 normal closure", frame.CloseNormal.String())
}
