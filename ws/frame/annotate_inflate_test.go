package frame_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

var errRefused = errors.New("octet 00 refused")

// doubler stands for an inflater: each octet gives two of its kind, 00 is an
// error, and 01 is one that has a name.
type doubler struct {
	messages int
	pending  []byte
}

func (d *doubler) Start() { d.messages, d.pending = d.messages+1, nil }

func (d *doubler) Inflate(dst, src []byte, last bool) (written, read int, done bool, err error) {
	for {
		n := copy(dst[written:], d.pending)
		written, d.pending = written+n, d.pending[n:]
		switch {
		case len(d.pending) > 0 || written == len(dst):
			return written, read, false, nil
		case read == len(src):
			return written, read, last, nil
		case src[read] == 0:
			return written, read, false, errRefused
		case src[read] == 1:
			return written, read, false, fmt.Errorf("too much: %w", frame.ErrMessageTooBig)
		}
		d.pending = []byte{src[read], src[read]}
		read++
	}
}

func inflating() frame.Annotator {
	return frame.Annotator{Deflate: true, Inflater: &doubler{}}
}

func TestAnnotator_Inflater(t *testing.T) {
	// A compressed text in two fragments with a Ping between them, then a text
	// that is not compressed.
	wire := unhex(t, "41 82 37 fa 21 3d 5f 93  89 01 21  80 01 21  81 01 3f")
	all := frames(inflating(), wire)
	require.Len(t, all, 4)
	for i, want := range []struct {
		compressed bool
		inflated   string
	}{{true, "hhii"}, {false, ""}, {true, "!!"}, {false, ""}} {
		an := all[i]
		require.NoError(t, an.Err)
		assert.Equal(t, want.compressed, an.Compressed, i)
		assert.Equal(t, want.compressed, an.Inflates, i)
		assert.Equal(t, want.inflated, string(an.Inflated), i)
		assert.Equal(t, int64(len(want.inflated)), an.InflatedLength, i)
	}
	assert.Equal(t, "hi", string(all[0].Payload))

	dump := string(all[0].Append(nil))
	assert.True(t, strings.HasPrefix(dump, "frame at octet 0: text, fragment, compressed, masked, payload of 2 octets\n"), dump)
	assert.Contains(t, dump, " inflates to 4 octets (RFC 7692 section 7.2.2)\n")
	assert.Contains(t, dump, " 68 68 69 69 ")
	assert.Contains(t, dump, " inflated |hhii|\n")
	assert.NotContains(t, string(all[3].Append(nil)), "inflate")

	// Without an Inflater it is told all the same that they are compressed.
	all = frames(frame.Annotator{Deflate: true}, wire)
	assert.Equal(t, []bool{true, false, true, false}, []bool{all[0].Compressed, all[1].Compressed, all[2].Compressed, all[3].Compressed})
	assert.False(t, all[0].Inflates)
	assert.Contains(t, string(all[2].Append(nil)), ": continuation, fragment, final, compressed, payload of 1 octet\n")
	// Nobody agreed on anything: RSV1 is a violation, and means nothing.
	all = frames(frame.Annotator{Inflater: &doubler{}}, wire)
	assert.ErrorIs(t, all[0].Err, frame.ErrReservedBits)
	assert.False(t, all[0].Compressed || all[0].Inflates)
}

// What is shown does not depend on the cuts, nor on how much comes out of an
// octet, and memory is bounded.
func TestAnnotator_inflateCuts(t *testing.T) {
	text := strings.Repeat("語", 700) // 4,200 octets inflated: several times the scratch room
	half := []byte(text)
	wire := append(frame.NewHeader(true, 0x40, frame.OpBinary, int64(len(half))).WithKey(key).Append(nil), masked(keyOctets, 0, half)...)
	wire = append(wire, 0xc1, 0) // an empty message
	whole := shown(inflating(), wire)
	assert.Contains(t, whole, " inflates to 4200 octets ")
	assert.Contains(t, whole, " 4072 more octets inflated not shown\n")
	assert.Contains(t, whole, " inflates to 0 octets ")
	assert.Equal(t, whole, shown(inflating(), slices.Collect(slices.Chunk(wire, 1))...))
	assert.Equal(t, whole, shown(inflating(), slices.Collect(slices.Chunk(wire, 511))...))
	none := inflating()
	none.MaxPayload = -1
	all := frames(none, wire)
	assert.Empty(t, all[0].Inflated)
	assert.Equal(t, int64(4200), all[0].InflatedLength)

	// After the first piece of a frame nothing is allocated.
	a := inflating()
	_, _, _ = a.Next(frame.NewHeader(true, 0x40, frame.OpBinary, 1<<40).Append(nil))
	d := &constant{}
	a.Inflater = d
	piece := make([]byte, 2000)
	_, _, _ = a.Next(piece)
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _, _ = a.Next(piece) }))
	assert.Positive(t, d.calls)
}

// constant gives as much as it gets.
type constant struct{ calls int }

func (*constant) Start() {}

func (c *constant) Inflate(dst, src []byte, last bool) (written, read int, done bool, err error) {
	c.calls++
	n := copy(dst, src)
	return n, n, last && n == len(src), nil
}

func TestAnnotator_inflateViolations(t *testing.T) {
	for _, c := range []struct {
		wire   string
		err    error
		detail string
	}{
		{"c1 02 68 00", frame.ErrInflate, errRefused.Error()},
		{"c1 02 68 01", frame.ErrMessageTooBig, ""},
		{"c1 02 68 ff", frame.ErrInvalidUTF8, "octet 2 of what the payload inflates to is impossible there"},
		{"c1 03 68 00 ff", frame.ErrInflate, errRefused.Error()},
		{"c1 03 68 ff 00", frame.ErrInvalidUTF8, "octet 2 of what the payload inflates to is impossible there"},
		{"c2 02 68 ff", nil, ""},
		{"c2 02 68 00", frame.ErrInflate, errRefused.Error()},
		{"e1 02 68 00", frame.ErrReservedBits, ""},
	} {
		all := frames(inflating(), unhex(t, c.wire))
		require.Len(t, all, 1, c.wire)
		assert.Equal(t, c.err, all[0].Err, c.wire)
		assert.Equal(t, c.detail, all[0].Detail, c.wire)
		assert.True(t, strings.HasPrefix(string(all[0].Inflated), "hh"), c.wire)
	}
	dump := shown(inflating(), unhex(t, "c1 02 68 00"))
	assert.Contains(t, dump, " violation: compressed message does not inflate (RFC 7692 section 6.2) (inflate, close code 1007): "+errRefused.Error())

	// A message that ends inside a code point, and one that does not.
	all := frames(frame.Annotator{Deflate: true, Inflater: &constant{}}, unhex(t, "41 01 e2  80 01 82"))
	require.Len(t, all, 2)
	assert.NoError(t, all[0].Err)
	assert.ErrorIs(t, all[1].Err, frame.ErrInvalidUTF8)
	assert.Equal(t, "the message ends inside a code point", all[1].Detail)
	all = frames(frame.Annotator{Deflate: true, Inflater: &constant{}}, unhex(t, "41 01 e2  80 02 82 ac"))
	assert.NoError(t, all[1].Err)
	assert.Equal(t, "\x82\xac", string(all[1].Inflated))
}

// After a failure nothing more is inflated: later messages may refer to what
// was lost.
func TestAnnotator_inflateAfterFailure(t *testing.T) {
	d := &doubler{}
	all := frames(frame.Annotator{Deflate: true, Inflater: d}, unhex(t, "41 02 68 00  80 01 68  c1 01 68  81 01 68"))
	require.Len(t, all, 4)
	assert.Equal(t, 1, d.messages)
	assert.ErrorIs(t, all[0].Err, frame.ErrInflate)
	for _, an := range all[1:] {
		assert.NoError(t, an.Err)
		assert.False(t, an.Inflates)
	}
	assert.True(t, all[1].Compressed && all[2].Compressed)
	assert.False(t, all[3].Compressed)
}

// A stream that ends inside a compressed frame shows what came of it.
func TestAnnotator_inflateFlush(t *testing.T) {
	a := inflating()
	_, _, ok := a.Next(unhex(t, "c1 05 68 69"))
	require.False(t, ok)
	an, ok := a.Flush()
	require.True(t, ok)
	assert.True(t, an.Partial && an.Compressed && an.Inflates)
	assert.Equal(t, "hhii", string(an.Inflated))
}
