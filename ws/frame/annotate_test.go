package frame_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// shown feeds pieces to a and gives all that it shows.
func shown(a frame.Annotator, pieces ...[]byte) string {
	var out []byte
	for _, p := range pieces {
		for len(p) > 0 {
			an, n, ok := a.Next(p)
			if p = p[n:]; ok {
				out = an.Append(out)
			}
		}
	}
	if an, ok := a.Flush(); ok {
		out = an.Append(out)
	}
	return string(out)
}

// frames annotates all of b, the frame that is not complete too.
func frames(a frame.Annotator, b []byte) []frame.Annotation {
	var all []frame.Annotation
	for len(b) > 0 {
		an, n, ok := a.Next(b)
		if b = b[n:]; ok {
			all = append(all, an)
		}
	}
	if an, ok := a.Flush(); ok {
		all = append(all, an)
	}
	return all
}

func TestAnnotator_fields(t *testing.T) {
	all := frames(frame.Annotator{}, unhex(t, "81 85 37 fa 21 3d 7f 9f 4d 51 58  88 02 03 e8"))
	require.Len(t, all, 2)

	an := all[0]
	require.NoError(t, an.Err)
	assert.Equal(t, frame.NewHeader(true, 0, frame.OpText, 5).WithKey(0x3d21fa37), an.Header)
	assert.Equal(t, "Hello", string(an.Payload))
	assert.Equal(t, int64(5), an.Received)
	assert.Zero(t, an.Offset)
	assert.False(t, an.Partial)
	var lines []string
	for _, f := range an.Fields {
		lines = append(lines, strings.Join([]string{f.Section, f.Bits, f.Name, f.Value}, "; "))
	}
	assert.Equal(t, []string{
		"5.2; 1... ....; FIN; 1 final fragment",
		"5.2; .000 ....; RSV1-3; 000",
		"5.2; .... 0001; opcode; 1 text",
		"5.2; 1... ....; MASK; 1 masked",
		"5.2; .000 0101; payload length; 5",
		"5.3; ; masking key; 37fa213d",
		`5.6; ; payload; "Hello"`,
	}, lines)
	last := an.Fields[len(an.Fields)-1]
	assert.Equal(t, unhex(t, "7f 9f 4d 51 58"), last.Octets)
	assert.Equal(t, "Hello", string(last.Plain))

	an = all[1]
	require.NoError(t, an.Err)
	assert.Equal(t, int64(11), an.Offset)
	last = an.Fields[len(an.Fields)-1]
	assert.Equal(t, "close code", last.Name)
	assert.Equal(t, "1000 normal closure", last.Value)
	assert.Nil(t, last.Plain)
}

// Every violation that one direction shows is named. The requirements are
// those that package protocol enforces; here it is told what is wrong.
func TestAnnotator_violations(t *testing.T) {
	client, server := frame.Annotator{From: frame.SideClient}, frame.Annotator{From: frame.SideServer}
	deflate := frame.Annotator{Deflate: true}
	for _, c := range []struct {
		wire string
		a    frame.Annotator
		errs []error // one for each frame
	}{
		{"c1 00", frame.Annotator{}, []error{frame.ErrReservedBits}},
		{"c1 00", deflate, []error{nil}},
		{"c2 00", deflate, []error{nil}},
		{"c9 00", deflate, []error{frame.ErrReservedBits}},
		{"01 00 c0 00", deflate, []error{nil, frame.ErrReservedBits}},
		{"e1 00", deflate, []error{frame.ErrReservedBits}},
		{"91 00", deflate, []error{frame.ErrReservedBits}},
		{"83 00", frame.Annotator{}, []error{frame.ErrReservedOpcode}},
		{"8b 00", frame.Annotator{}, []error{frame.ErrReservedOpcode}},
		{"81 00", client, []error{frame.ErrUnmasked}},
		{"81 80 01 02 03 04", client, []error{nil}},
		{"81 80 01 02 03 04", server, []error{frame.ErrMasked}},
		{"81 00", server, []error{nil}},
		{"09 00", frame.Annotator{}, []error{frame.ErrControlFragmented}},
		{"89 7e 00 7e", frame.Annotator{}, []error{frame.ErrControlTooLong}},
		{"80 00", frame.Annotator{}, []error{frame.ErrContinuation}},
		{"01 00 80 00 80 00", frame.Annotator{}, []error{nil, nil, frame.ErrContinuation}},
		{"00 00 80 00", frame.Annotator{}, []error{frame.ErrContinuation, frame.ErrContinuation}},
		{"01 00 89 00 80 00", frame.Annotator{}, []error{nil, nil, nil}},
		{"01 00 82 00", frame.Annotator{}, []error{nil, frame.ErrInterleaved}},
		{"82 7e 00 7d", frame.Annotator{}, []error{frame.ErrLengthNotMinimal}},
		{"82 7f 00 00 00 00 00 00 ff ff", frame.Annotator{}, []error{frame.ErrLengthNotMinimal}},
		{"82 7f 80", frame.Annotator{}, []error{frame.ErrLengthTopBit}},
		{"92 7f 80", frame.Annotator{}, []error{frame.ErrReservedBits}},
		{"81 01 ff", frame.Annotator{}, []error{frame.ErrInvalidUTF8}},
		{"82 01 ff", frame.Annotator{}, []error{nil}},
		{"c1 01 ff", deflate, []error{nil}},
		{"81 02 e2 82", frame.Annotator{}, []error{frame.ErrInvalidUTF8}},
		{"01 02 e2 82 89 01 ff 80 01 ac", frame.Annotator{}, []error{nil, nil, nil}},
		{"01 02 e2 82 80 01 41", frame.Annotator{}, []error{nil, frame.ErrInvalidUTF8}},
		{"01 02 e2 82 80 00", frame.Annotator{}, []error{nil, frame.ErrInvalidUTF8}},
		{"02 01 ff 80 01 ff", frame.Annotator{}, []error{nil, nil}},
		{"88 00", frame.Annotator{}, []error{nil}},
		{"88 01 03", frame.Annotator{}, []error{frame.ErrCloseLength}},
		{"88 02 03 ed", frame.Annotator{}, []error{frame.ErrCloseCode}},
		{"88 03 03 e8 ff", frame.Annotator{MaxPayload: -1}, []error{frame.ErrCloseReason}},
	} {
		var got []error
		for _, an := range frames(c.a, unhex(t, c.wire)) {
			got = append(got, an.Err)
			if an.Err != nil {
				var e *frame.Error
				require.ErrorAs(t, an.Err, &e)
				dump := string(an.Append(nil))
				assert.Contains(t, dump, "violation: "+e.Text)
				assert.Contains(t, dump, e.Token)
			}
		}
		assert.Equal(t, c.errs, got, c.wire)
	}
}

// An illegal header is shown as far as it can be read: the value says what is
// wrong with a length, and a summary does not claim one that is not known.
func TestAnnotator_lengthValue(t *testing.T) {
	for _, c := range []struct{ wire, value, summary string }{
		{"82 7e 01", "incomplete", "binary"},
		{"82 7e 01 00", "256", "binary, payload of 256 octets"},
		{"82 fe 01 00 01", "256", "binary, masked"},
		{"82 7e 00 7d", "125 would fit 7 bits", "binary"},
		{"82 7e 00", "incomplete", "binary"},
		{"82 7f 00 00 00 00 00", "incomplete", "binary"},
		{"82 7f 00 00 00 00 00 00", "would fit 16 bits", "binary"},
		{"82 7f 80", "the top bit is set", "binary"},
		{"82 7f 00 00 00 01 00 00 00", "incomplete", "binary"},
		{"82 7f 00 00 00 01 00 00 00 00", "4294967296", "binary, payload of 4294967296 octets"},
	} {
		all := frames(frame.Annotator{}, unhex(t, c.wire))
		require.Len(t, all, 1)
		assert.Equal(t, "extended payload length", all[0].Fields[5].Name, c.wire)
		assert.Equal(t, c.value, all[0].Fields[5].Value, c.wire)
		summary, _, _ := strings.Cut(string(all[0].Append(nil)), "\n")
		assert.Equal(t, "frame at octet 0: "+c.summary, summary, c.wire)
	}
}

// The value of a payload is text in quotes only where text was checked.
func TestAnnotator_payloadValue(t *testing.T) {
	for _, c := range []struct {
		wire  string
		value string // of the last field of the last frame
	}{
		{"81 02 68 69", `"hi"`},
		{"82 02 68 69", "2 octets"},
		{"82 01 68", "1 octet"},
		{"83 02 68 69", "2 octets"},
		{"c1 02 68 69", "2 octets"},
		{"01 00 80 02 68 69", `"hi"`},
		{"41 00 80 02 68 69", "2 octets"},
		{"02 00 80 02 68 69", "2 octets"},
		{"81 00 80 02 68 69", "2 octets"},
		{"01 00 8b 02 68 69", "2 octets"},
		{"89 02 68 69", `"hi"`},
		{"8a 02 68 1b", `"h\x1b"`},
		{"88 01 03", "incomplete"},
		{"88 02 13 88", "5000 not used"},
		{"88 04 03 e8 68 69", `"hi"`},
	} {
		all := frames(frame.Annotator{Deflate: true}, unhex(t, c.wire))
		fields := all[len(all)-1].Fields
		assert.Equal(t, c.value, fields[len(fields)-1].Value, c.wire)
	}
}

// The detail of invalid text counts octets of the payload of its frame.
func TestAnnotator_textDetail(t *testing.T) {
	text := strings.Repeat("語", 1000)
	wire := frame.NewHeader(false, 0, frame.OpText, int64(len(text))).Append(nil)
	wire = append(wire, text...)
	wire = frame.NewHeader(true, 0, frame.OpContinuation, 2000).WithKey(key).Append(wire)
	bad := append(bytes.Repeat([]byte("a"), 1500), 0xC0)
	bad = append(bad, make([]byte, 499)...)
	key.XOR(bad)
	wire = append(wire, bad...)
	wire = append(wire, unhex(t, "81 01 e2")...)

	all := frames(frame.Annotator{}, wire)
	require.Len(t, all, 3)
	require.NoError(t, all[0].Err)
	require.ErrorIs(t, all[1].Err, frame.ErrInvalidUTF8)
	assert.Equal(t, "octet 1500 of the payload is impossible there", all[1].Detail)
	require.ErrorIs(t, all[2].Err, frame.ErrInvalidUTF8)
	assert.Equal(t, "the message ends inside a code point", all[2].Detail)
}

// After a length that can't be read the rest is counted and dropped, so a
// hostile stream is not shown as frames that it never had.
func TestAnnotator_lost(t *testing.T) {
	var a frame.Annotator
	b := unhex(t, "82 7f 80 81 00 81 00")
	_, n, ok := a.Next(b)
	require.True(t, ok)
	assert.Equal(t, 3, n)
	_, n, ok = a.Next(b[3:])
	assert.False(t, ok)
	assert.Equal(t, 4, n)
	_, ok = a.Flush()
	assert.False(t, ok)
	assert.Contains(t, frame.Dump(b), "\n4 octets after it:")
	assert.NotContains(t, frame.Dump(b[:3]), "after it")

	// Flush starts anew.
	an, n, ok := a.Next(unhex(t, "81 00"))
	assert.True(t, ok)
	assert.Equal(t, 2, n)
	assert.Zero(t, an.Offset)
	require.NoError(t, an.Err)
}

// Flush shows what came of a frame, whatever octet it ends at.
func TestAnnotator_Flush(t *testing.T) {
	wire := frame.NewHeader(true, 0, frame.OpText, 70000).WithKey(key).Append(nil)
	wire = append(wire, masked(keyOctets, 0, []byte("Hello"))...)
	for end := range len(wire) + 1 {
		var a frame.Annotator
		_, n, ok := a.Next(wire[:end])
		require.False(t, ok)
		require.Equal(t, end, n)
		an, ok := a.Flush()
		require.Equal(t, end > 0, ok)
		require.Equal(t, end > 0, an.Partial)
		var octets []byte
		for _, f := range an.Fields {
			if f.Bits == "" || f.Bits[0] != '.' {
				octets = append(octets, f.Octets...)
			}
		}
		require.Equal(t, wire[:end], append([]byte{}, octets...), "the fields are all the octets there are")
		require.Equal(t, "Hello"[:max(end-14, 0)], string(an.Payload))
		if end > 0 {
			require.Contains(t, string(an.Append(nil)), "incomplete: the octets end here")
		}
		_, ok = a.Flush()
		require.False(t, ok)
	}
	// The two octets that come first are enough to be wrong.
	var a frame.Annotator
	_, _, _ = a.Next([]byte{0xf1, 0x85})
	an, _ := a.Flush()
	require.ErrorIs(t, an.Err, frame.ErrReservedBits)
}

// Memory is bounded by MaxPayload, whatever is declared and whatever comes.
func TestAnnotator_MaxPayload(t *testing.T) {
	for _, c := range []struct{ max, length, want int }{
		{0, 1000, 128},
		{0, 5, 5},
		{-1, 1000, 0},
		{300, 1000, 300},
		{2000, 1000, 1000},
	} {
		a := frame.Annotator{MaxPayload: c.max}
		wire := frame.NewHeader(true, 0, frame.OpBinary, int64(c.length)).WithKey(key).Append(nil)
		plain := octets(c.length)
		wire = append(wire, masked(keyOctets, 0, plain)...)
		an, n, ok := a.Next(wire)
		require.True(t, ok)
		assert.Equal(t, len(wire), n)
		assert.Equal(t, string(plain[:c.want]), string(an.Payload))
		assert.Equal(t, int64(c.length), an.Received)
		dump := string(an.Append(nil))
		assert.Equal(t, c.want < c.length, strings.Contains(dump, "of payload not shown"), dump)
	}
	a := frame.Annotator{MaxPayload: -1}
	an, _, ok := a.Next(append([]byte{0x89, 125}, octets(125)...))
	require.True(t, ok)
	assert.Len(t, an.Payload, 125, "a control frame is shown whole")

	a = frame.Annotator{MaxPayload: 200}
	an, _, ok = a.Next(append([]byte{0x89, 126, 0, 200}, octets(200)...))
	require.True(t, ok)
	assert.Len(t, an.Payload, 200)

	a = frame.Annotator{}
	an, _, ok = a.Next(append([]byte{0x82, 126, 0, 129}, octets(129)...))
	require.True(t, ok)
	assert.Contains(t, string(an.Append(nil)), " 1 more octet of payload not shown\n")

	// 16 MiB of a frame that declares 2^62 octets.
	a = frame.Annotator{}
	_, _, _ = a.Next(frame.NewHeader(true, 0, frame.OpText, 1<<62).Append(nil))
	piece := bytes.Repeat([]byte("text"), 16<<10)
	allocs := testing.AllocsPerRun(256, func() { _, _, _ = a.Next(piece) })
	assert.Zero(t, allocs)
	an, ok = a.Flush()
	require.True(t, ok)
	assert.Len(t, an.Payload, 128)
	assert.Equal(t, int64(257*len(piece)), an.Received)
}

// What is shown does not depend on how the stream was cut, and hostile octets
// never make it panic, run on or write what a terminal obeys.
func TestAnnotator_hostile(t *testing.T) {
	var seed [32]byte
	random := rand.NewChaCha8(seed)
	rounds := 3000
	if raced {
		rounds = 500
	}
	for round := range rounds {
		b := make([]byte, random.Uint64()%200)
		_, _ = random.Read(b)
		if round%2 == 0 && len(b) > 1 {
			b[0] &= 0x8F // half of them get past the reserved bits
			b[1] &= 0x83
		}
		a := frame.Annotator{
			From: frame.Side(random.Uint64() % 3), Deflate: random.Uint64()%2 == 0, MaxPayload: int(random.Uint64()%40) - 1,
		}
		whole := shown(a, b)
		pieces := slices.Collect(slices.Chunk(b, 1))
		require.Equal(t, whole, shown(a, pieces...), "% x", b)
		cut := 0
		if len(b) > 0 {
			cut = int(random.Uint64() % uint64(len(b)))
		}
		require.Equal(t, whole, shown(a, b[:cut], b[cut:]), "% x", b)
		unsafe := func(r rune) bool { return r != '\n' && !strconv.IsPrint(r) }
		require.False(t, strings.ContainsFunc(whole, unsafe), "%q", whole)
		require.LessOrEqual(t, len(whole), 1200+700*len(b), "% x", b)
		frame.Dump(b)
	}
}

// The output grows with the input and no faster: a stream of the smallest
// frames, which says the most for each octet.
func TestAnnotator_linear(t *testing.T) {
	size := func(n int) int { return len(frame.Dump(bytes.Repeat([]byte{0x82, 0x00}, n))) }
	small, large := size(100), size(1000)
	assert.Less(t, large, 11*small)
}

// All header pairs go through the printer.
func TestAnnotator_everyFirstTwoOctets(t *testing.T) {
	step := 1
	if raced {
		step = 37
	}
	tail := octets(300)
	for pair := 0; pair < 1<<16; pair += step {
		b := binary.BigEndian.AppendUint16(nil, uint16(pair))
		var a frame.Annotator
		an, n, ok := a.Next(append(b, tail...))
		if !ok {
			an, ok = a.Flush()
		}
		if !ok || n == 0 || len(an.Fields) < 5 {
			t.Fatalf("%04x: %+v", pair, an)
		}
		an.Append(nil)
	}
}

// Characters stand where they begin; the octets of one that is cut by the end
// of a line or by MaxPayload do not show as noise.
func TestAnnotation_Append_rows(t *testing.T) {
	text := "aaaaaaaüß\x1b[31m語語語語\u202e\x7f\u0085"
	wire := append(frame.NewHeader(true, 0, frame.OpText, int64(len(text))).Append(nil), text...)
	dump := frame.Dump(wire)
	assert.Contains(t, dump, "|aaaaaaaü|\n")
	assert.Contains(t, dump, "|ß.[31m|\n")
	assert.NotContains(t, dump, "\x1b")
	assert.NotContains(t, dump, "\u202e")
	assert.NotContains(t, dump, "\u0085")
	for line := range strings.Lines(dump) {
		assert.LessOrEqual(t, len([]rune(line)), 110, line)
	}
	// An Annotation made by hand prints too.
	assert.Equal(t, "frame at octet 0\n", string(frame.Annotation{}.Append(nil)))
}
