package frame_test

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// unhex reads octets written in hexadecimal, with spaces where it helps.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// vectors are the frames of section 5.7, without the payloads of the last two.
var vectors = []struct {
	name    string
	wire    string
	header  frame.Header
	payload string
}{
	{"unmasked text", "81 05 48 65 6c 6c 6f", frame.NewHeader(true, 0, frame.OpText, 5), "Hello"},
	{
		"masked text", "81 85 37 fa 21 3d 7f 9f 4d 51 58",
		frame.NewHeader(true, 0, frame.OpText, 5).WithKey(0x3d21fa37), "Hello",
	},
	{"first fragment", "01 03 48 65 6c", frame.NewHeader(false, 0, frame.OpText, 3), "Hel"},
	{"last fragment", "80 02 6c 6f", frame.NewHeader(true, 0, frame.OpContinuation, 2), "lo"},
	{"ping", "89 05 48 65 6c 6c 6f", frame.NewHeader(true, 0, frame.OpPing, 5), "Hello"},
	{
		"masked pong", "8a 85 37 fa 21 3d 7f 9f 4d 51 58",
		frame.NewHeader(true, 0, frame.OpPong, 5).WithKey(0x3d21fa37), "Hello",
	},
	{"256 octets", "82 7e 01 00", frame.NewHeader(true, 0, frame.OpBinary, 256), ""},
	{"64 KiB", "82 7f 00 00 00 00 00 01 00 00", frame.NewHeader(true, 0, frame.OpBinary, 65536), ""},
}

// The examples of section 5.7, both ways.
//
//req:test RFC6455-5.2-01 RFC6455-5.2-07 RFC6455-5.3-01 RFC6455-5.3-05 RFC6455-5.5.2-01
func TestSection5_7(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			wire := unhex(t, v.wire)
			h, n, err := frame.Parse(wire)
			require.NoError(t, err)
			assert.Equal(t, v.header, h)
			assert.Equal(t, h.Len(), n)

			payload := slices.Clone(wire[n:])
			if h.Masked() {
				h.Key.XOR(payload)
			}
			assert.Equal(t, v.payload, string(payload))

			out := v.header.Append(nil)
			v.header.Key.XOR(payload)
			assert.Equal(t, wire, append(out, payload...))
		})
	}
}

// Header is copied by value everywhere: it stays two words.
func TestHeader_size(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(frame.Header{}), uintptr(16))
}

// Every pair of first octets, read by the figure of section 5.2 one bit at a
// time.
//
//req:test RFC6455-5.2-01 RFC6455-5.2-08 RFC6455-5.3-01
func TestParse_everyFirstTwoOctets(t *testing.T) {
	bit := func(o byte, i int) bool { return o>>(7-i)&1 == 1 } // bit 0 is the leftmost
	for pair := range 1 << 16 {
		// After the two octets: a length that is legal in both longer forms
		// would differ, so each gets its own.
		b := binary.BigEndian.AppendUint16(nil, uint16(pair))
		length := int64(b[1] & 127)
		switch length {
		case 126:
			length = 0x1234
			b = append(b, 0x12, 0x34)
		case 127:
			length = 0x123456789abcdef0
			b = append(b, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0)
		}
		key := frame.Key(0)
		if bit(b[1], 0) {
			key = 0x04030201
			b = append(b, 1, 2, 3, 4)
		}
		h, n, err := frame.Parse(append(b, 0xff))
		if err != nil || n != len(b) || h.Length != length || h.Key != key ||
			h.Fin() != bit(b[0], 0) || h.RSV1() != bit(b[0], 1) || h.RSV2() != bit(b[0], 2) || h.RSV3() != bit(b[0], 3) ||
			h.RSV() != b[0]&0x70 || h.Opcode() != frame.Opcode(b[0]%16) || h.Masked() != bit(b[1], 0) {
			t.Fatalf("% x: %+v, %d, %v", b, h, n, err)
		}
		if got := h.Append(nil); string(got) != string(b) {
			t.Fatalf("% x came back as % x", b, got)
		}
		made := frame.NewHeader(h.Fin(), h.RSV(), h.Opcode(), h.Length)
		if h.Masked() {
			made = made.WithKey(key)
		}
		if made != h {
			t.Fatalf("% x: made %+v, parsed %+v", b, made, h)
		}
	}
}

// boundaries are lengths on both sides of every limit of an encoding.
var boundaries = []int64{
	0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 257, 65534, 65535, 65536, 65537,
	1<<24 - 1, 1 << 24, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 1, 1 << 32, 1<<32 + 1,
	1<<53 + 1, 1<<62 - 1, 1 << 62, math.MaxInt64 - 1, math.MaxInt64,
}

// form is the encoding of length, written down apart from the package.
func form(length int64) []byte {
	switch {
	case length < 126:
		return []byte{byte(length)}
	case length < 65536:
		return []byte{126, byte(length >> 8), byte(length)}
	}
	b := []byte{127}
	for shift := 56; shift >= 0; shift -= 8 {
		b = append(b, byte(length>>shift))
	}
	return b
}

// Lengths use the shortest form, and a header that is cut anywhere needs more.
//
//req:test RFC6455-5.2-06 RFC6455-5.2-07 RFC6455-5.5-01
func TestAppend_lengths(t *testing.T) {
	lengths := slices.Clone(boundaries)
	for n := range int64(70000) {
		lengths = append(lengths, n)
	}
	for _, length := range lengths {
		for _, masked := range []bool{false, true} {
			h := frame.NewHeader(true, 0, frame.OpBinary, length)
			want := append([]byte{0x82}, form(length)...)
			if masked {
				h = h.WithKey(0x44332211)
				want[1] |= 0x80
				want = append(want, 0x11, 0x22, 0x33, 0x44)
			}
			wire := h.Append(nil)
			if string(wire) != string(want) || h.Len() != len(want) {
				t.Fatalf("length %d: % x, Len %d; want % x", length, wire, h.Len(), want)
			}
			for cut := range wire {
				part, n, err := frame.Parse(wire[:cut])
				if n != 0 || err != nil {
					t.Fatalf("% x cut at %d: %d, %v", wire, cut, n, err)
				}
				if cut >= 2 && (part.Opcode() != frame.OpBinary || part.Masked() != masked || part.Length > length) {
					t.Fatalf("% x cut at %d: %+v", wire, cut, part)
				}
			}
			if got, n, err := frame.Parse(wire); got != h || n != len(wire) || err != nil {
				t.Fatalf("% x: %+v, %d, %v", wire, got, n, err)
			}
		}
	}
}

// A header that is not complete gives what its first two octets say.
func TestParse_incomplete(t *testing.T) {
	for _, c := range []struct {
		wire  string
		least int64
	}{
		{"89 85", 5},
		{"89 fe", 126},
		{"89 fe 01", 126},
		{"89 ff", 65536},
		{"89 ff 00 00 00 00 01 00 00", 65536},
	} {
		h, n, err := frame.Parse(unhex(t, c.wire))
		require.NoError(t, err, c.wire)
		assert.Zero(t, n, c.wire)
		assert.Equal(t, frame.OpPing, h.Opcode(), c.wire)
		assert.True(t, h.Fin(), c.wire)
		assert.True(t, h.Masked(), c.wire)
		assert.Equal(t, c.least, h.Length, c.wire)
	}
	h, n, err := frame.Parse([]byte{0x89})
	require.NoError(t, err)
	assert.Zero(t, n)
	assert.Equal(t, frame.Header{}, h)
}

// A length in a longer form than it needs is refused at the octet that shows
// it, and not before.
//
//req:test RFC6455-5.2-06
func TestParse_notMinimal(t *testing.T) {
	for _, mask := range []byte{0, 0x80} {
		for v := range 65536 {
			for _, size := range []int{2, 8} {
				if size == 2 && v > 125 {
					continue
				}
				wire := []byte{0x82, mask | byte(126+size/8)}
				wire = append(wire, make([]byte, size-2)...)
				wire = binary.BigEndian.AppendUint16(wire, uint16(v))
				wire = append(wire, 1, 2, 3, 4)
				decided := 4 // both octets of the 16-bit form
				if size == 8 {
					decided = 8 // six zero octets
				}
				_, n, err := frame.Parse(wire[:decided-1])
				if n != 0 || err != nil {
					t.Fatalf("% x: %d, %v", wire[:decided-1], n, err)
				}
				for end := decided; end <= len(wire); end++ {
					if _, n, err = frame.Parse(wire[:end]); n != 0 || err != frame.ErrLengthNotMinimal { //nolint:errorlint // in a loop of 130,000
						t.Fatalf("% x: %d, %v", wire[:end], n, err)
					}
				}
			}
		}
	}
}

// The top bit is refused at its own octet.
//
//req:test RFC6455-5.2-05
func TestParse_topBit(t *testing.T) {
	for first := 0x80; first <= 0xff; first++ {
		wire := []byte{0x82, 0xff, byte(first), 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}
		for end := 3; end <= len(wire); end++ {
			h, n, err := frame.Parse(wire[:end])
			require.ErrorIs(t, err, frame.ErrLengthTopBit)
			require.Zero(t, n)
			require.Equal(t, frame.OpBinary, h.Opcode())
			require.Positive(t, h.Length)
		}
	}
}

// W1: lengths near 2^31, 2^63 and 2^64 neither overflow nor turn negative, and
// the two that a length can't be are refused. The same runs under GOARCH=386.
//
//req:test RFC6455-5.2-05 RFC6455-5.2-06
func TestW1_Lengths(t *testing.T) {
	for _, c := range []struct {
		wire   string
		length int64
		err    error
	}{
		{"82 7f 00 00 00 00 7f ff ff ff", 1<<31 - 1, nil},
		{"82 7f 00 00 00 00 80 00 00 00", 1 << 31, nil},
		{"82 7f 00 00 00 00 80 00 00 01", 1<<31 + 1, nil},
		{"82 7f 00 00 00 00 ff ff ff ff", 1<<32 - 1, nil},
		{"82 7f 00 00 00 01 00 00 00 00", 1 << 32, nil},
		{"82 7f 7f ff ff ff ff ff ff ff", math.MaxInt64, nil},
		{"82 7f 80 00 00 00 00 00 00 00", 65536, frame.ErrLengthTopBit},
		{"82 7f ff ff ff ff ff ff ff ff", 65536, frame.ErrLengthTopBit},
		{"82 7f 00 00 00 00 00 00 ff ff", 65536, frame.ErrLengthNotMinimal},
		{"82 7e 00 7d", 126, frame.ErrLengthNotMinimal},
	} {
		wire := unhex(t, c.wire)
		h, n, err := frame.Parse(wire)
		assert.Equal(t, c.length, h.Length, c.wire)
		if c.err != nil {
			require.ErrorIs(t, err, c.err, c.wire)
			assert.Zero(t, n, c.wire)
			var e *frame.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, frame.CloseProtocolError, e.Code)
			continue
		}
		require.NoError(t, err, c.wire)
		assert.Equal(t, wire, h.Append(nil), c.wire)

		// The printer follows such a frame without trusting its length.
		var a frame.Annotator
		_, n, ok := a.Next(append(wire, make([]byte, 1000)...))
		assert.False(t, ok)
		assert.Equal(t, len(wire)+1000, n)
		an, ok := a.Flush()
		assert.True(t, ok)
		assert.Equal(t, int64(1000), an.Received)
		assert.Less(t, len(an.Payload), 1000)
	}
}

// Length and Key are open to change: the encoding follows them.
func TestHeader_changed(t *testing.T) {
	h := frame.NewHeader(false, 0x40, frame.OpText, 70000)
	h.Length = 5
	h.Key = 7
	assert.Equal(t, 2, h.Len())
	assert.Equal(t, []byte{0x41, 0x05}, h.Append(nil))
	h = h.WithKey(0)
	assert.True(t, h.Masked(), "a zero key is a key")
	assert.Equal(t, []byte{0x41, 0x85, 0, 0, 0, 0}, h.Append(nil))
	h.Length = -1
	assert.Equal(t, []byte{0x41, 0x80, 0, 0, 0, 0}, h.Append(nil))
	assert.Equal(t, 6, h.Len())
	assert.Equal(t, frame.NewHeader(true, 0, frame.OpText, 0), frame.NewHeader(true, 0, frame.OpText, math.MinInt64))
}

// Bits beyond a field never reach another.
//
//req:test RFC6455-5.2-11
func TestNewHeader_bits(t *testing.T) {
	for rsv := range 256 {
		for op := range 256 {
			h := frame.NewHeader(false, byte(rsv), frame.Opcode(op), 0)
			require.Equal(t, []byte{byte(rsv&0x70 | op&0x0f), 0}, h.Append(nil))
		}
	}
	assert.Zero(t, frame.NewHeader(true, 0, frame.OpText, 0).RSV(), "0 unless asked for")
}

func TestHeader_PutBefore(t *testing.T) {
	for _, length := range boundaries {
		for _, masked := range []bool{false, true} {
			h := frame.NewHeader(true, 0x40, frame.OpBinary, length)
			if masked {
				h = h.WithKey(0xdeadbeef)
			}
			for end := range 30 {
				buf := slices.Repeat([]byte{0xEE}, 29)
				start := h.PutBefore(buf, end)
				if end < h.Len() {
					require.Equal(t, -1, start)
					require.Equal(t, slices.Repeat([]byte{0xEE}, 29), buf)
					continue
				}
				require.Equal(t, end-h.Len(), start)
				want := slices.Repeat([]byte{0xEE}, start)
				want = h.Append(want)
				want = append(want, slices.Repeat([]byte{0xEE}, 29-end)...)
				require.Equal(t, want, buf)
			}
			assert.Equal(t, -1, h.PutBefore(make([]byte, 20, 40), 30), "beyond the length, within the capacity")
			assert.Equal(t, -1, h.PutBefore(nil, -1))
			assert.Equal(t, -1, h.PutBefore(nil, math.MinInt))
		}
	}
}

func TestOpcode(t *testing.T) {
	names := map[frame.Opcode]string{
		frame.OpContinuation: "continuation", frame.OpText: "text", frame.OpBinary: "binary",
		frame.OpClose: "close", frame.OpPing: "ping", frame.OpPong: "pong",
	}
	assert.Len(t, names, 6)
	for v := range 256 {
		o := frame.Opcode(v)
		name, defined := names[o]
		assert.Equal(t, !defined, o.Reserved(), v)
		if v < 16 {
			assert.Equal(t, v >= 8, o.Control(), v)
		}
		if defined {
			assert.Equal(t, name, o.String())
		} else {
			assert.Contains(t, o.String(), "reserved opcode")
		}
	}
	assert.Equal(t, "reserved opcode 11", frame.Opcode(11).String())
}
