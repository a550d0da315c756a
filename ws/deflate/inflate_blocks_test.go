package deflate_test

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

func zeros(n int) string { return strings.Repeat("\x00", n) }

func fixedBlock(final int) *stream { return new(stream).block(final, 1) }

// longCodes are lengths of a complete literal/length code with codes of every
// length up to 15, in which the end of the block has one of the longest.
func longCodes() []int {
	named := map[int]int{256: 15, 'z': 15}
	for n := 1; n < 15; n++ {
		named['a'+n-1] = n
	}
	return lengthsOf(257, named)
}

// valid are messages with every kind of block, and what they say.
func valid() map[string]struct {
	src  []byte
	text string
} {
	type message = struct {
		src  []byte
		text string
	}
	all := map[string]message{
		"no octets":               {nil, ""},
		"empty":                   {new(stream).end(), ""},
		"empty, final":            {new(stream).block(1, 0).align(0).b, ""},
		"empty blocks":            {new(stream).stored(0, nil).block(0, 1).fixed(256).stored(0, nil).end(), ""},
		"padding of ones":         {new(stream).block(0, 0).align(1).bits(1, 16).bits(0xFFFE, 16).bits('a', 8).block(0, 0).align(1).b, "a"},
		"literals":                {fixedBlock(0).text("aå\xff\x00").fixed(256).end(), "aå\xff\x00"},
		"overlap of one":          {fixedBlock(0).text("a").match(258, 1).fixed(256).end(), strings.Repeat("a", 259)},
		"overlap of three":        {fixedBlock(0).text("abc").match(10, 3).fixed(256).end(), "abcabcabcabca"},
		"258 as 227 and 31":       {fixedBlock(0).text("a").fixed(284).bits(31, 5).code(0, 5).fixed(256).end(), strings.Repeat("a", 259)},
		"all of the window":       {new(stream).stored(0, []byte("b"+zeros(32767))).block(0, 1).match(3, 32768).fixed(256).end(), "b" + zeros(32767) + "b" + zeros(2)},
		"final, aligned, end":     {new(stream).stored(1, []byte("ab")).b, "ab"},
		"final, end":              {fixedBlock(1).text("ab").fixed(256).align(0).b, "ab"},
		"final, padding, end":     {fixedBlock(1).text("ab").fixed(256).align(1).b, "ab"},
		"final, empty block, end": {fixedBlock(1).text("ab").fixed(256).align(0).end(), "ab"},
		"final in the middle": {
			fixedBlock(1).text("ab").fixed(256).align(1).block(1, 1).match(4, 2).fixed(256).align(0).stored(1, []byte("c")).end(),
			"abababc",
		},
		"one code, the end of the block": {new(stream).dynamic(0, lengthsOf(257, map[int]int{256: 1}), []int{0}).code(0, 1).end(), ""},
		"no distance code":               {new(stream).dynamic(0, lengthsOf(257, map[int]int{'a': 1, 256: 1}), []int{0}).code(0, 1).code(1, 1).end(), "a"},
		"one distance code": {
			new(stream).dynamic(0, lengthsOf(258, map[int]int{'a': 1, 256: 2, 257: 2}), []int{1}).
				code(0, 1).code(3, 2).code(0, 1).code(2, 2).end(),
			"aaaa",
		},
	}
	for _, n := range []int{0, 1, 2, 7, 8, 255, 256, 32767, 32768, 65534, 65535} {
		text := bytes.Repeat([]byte("stored "), n/7+1)[:n]
		all["stored "+strconv.Itoa(n)] = message{new(stream).stored(0, text).end(), string(text)}
	}
	for n := range 8 {
		// The stored block begins at each bit of an octet.
		s := fixedBlock(0).text("some more than can be drawn at a time").text(strings.Repeat("\xFF", n)).fixed(256)
		s.stored(0, []byte("stored")).block(0, 1).fixed(256).stored(0, []byte("and more")).stored(1, nil)
		all["stored behind fixed "+strconv.Itoa(n)] = message{
			s.block(0, 1).fixed('|', 256).end(),
			"some more than can be drawn at a time" + strings.Repeat("\xFF", n) + "storedand more|",
		}
	}
	for length := 3; length <= 258; length++ {
		s := fixedBlock(0).text("0123456789")
		s.match(length, 10).match(length, 7).text("|")
		text := "0123456789" + strings.Repeat("0123456789", 26)[:length]
		text += strings.Repeat(text[len(text)-7:], 37)[:length] + "|"
		all["length "+strconv.Itoa(length)] = message{s.fixed(256).end(), text}
	}
	noise := make([]byte, 33000)
	_, _ = seeded(9).Read(noise)
	for _, distance := range []int{1, 2, 3, 4, 5, 6, 8, 9, 12, 13, 24, 25, 192, 193, 1024, 1025, 8192, 8193, 24576, 24577, 32767, 32768} {
		s := new(stream).stored(0, noise).block(0, 1).match(11, distance).text("|")
		text := append([]byte{}, noise...)
		for range 11 {
			text = append(text, text[len(text)-distance])
		}
		all["distance "+strconv.Itoa(distance)] = message{s.fixed(256).end(), string(text) + "|"}
	}

	lengths := longCodes()
	codes := canonical(lengths)
	s := new(stream).dynamic(0, lengths, []int{0})
	text := "abcdefghijklmnzazbzcznznzn" + strings.Repeat("nzma", 30)
	for i := range len(text) {
		s.code(codes[text[i]], lengths[text[i]])
	}
	all["codes of 15 bits"] = message{s.code(codes[256], 15).end(), text}

	// Both codes are as long as can be, and so are the extra bits.
	named := map[int]int{256: 15, 284: 15}
	for n := 1; n < 15; n++ {
		named[n-1] = n
	}
	lengths = lengthsOf(285, named)
	codes = canonical(lengths)
	far := lengthsOf(30, map[int]int{28: 15, 29: 15})
	for n := 1; n < 15; n++ {
		far[n-1] = n
	}
	farCodes := canonical(far)
	s = new(stream).stored(0, noise).dynamic(0, lengths, far)
	want := append([]byte{}, noise...)
	for i := range 40 {
		length, distance := 227+i%31, 24577+i*200
		s.code(codes[284], 15).bits(length-227, 5).code(farCodes[29], 15).bits(distance-24577, 13)
		for range length {
			want = append(want, want[len(want)-distance])
		}
		s.code(codes[i%14], i%14+1)
		want = append(want, byte(i%14))
	}
	all["longest everything"] = message{s.code(codes[256], 15).end(), string(want)}
	return all
}

// TestBlocks: every kind of block, alone and after one another, at once and cut
// at every octet.
//
//req:test RFC7692-7.2.1-01 RFC7692-7.2.1-02 RFC7692-7.2.1-03 RFC7692-7.2.2-11
func TestBlocks(t *testing.T) {
	var z deflate.Inflater
	all := valid()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := all[name]
		t.Run(name, func(t *testing.T) {
			for _, cut := range [][2]int{{len(m.src) + 1, len(m.text) + 300}, {len(m.src) + 1, len(m.text)}, {1, 1}, {1, 1000}, {len(m.src) + 1, 1}} {
				z.Start(15, nil)
				got, err := inflateAll(t, &z, m.src, constant(max(1, cut[0])), constant(max(1, cut[1])))
				require.NoError(t, err)
				require.Equal(t, m.text, string(got), "%v", cut)
				assert.Equal(t, int64(len(m.src)), z.InputOffset())
			}
		})
	}
}

// TestAllThatSrcGives: whatever is in the octets that came is written, to the
// last code that ends with them, and no more.
func TestAllThatSrcGives(t *testing.T) {
	type place struct{ bits, octets int }
	for shift := range 8 {
		s := fixedBlock(0)
		octets := 0
		var places []place
		add := func(n int) {
			octets += n
			places = append(places, place{8*len(s.b) - s.free, octets})
		}
		for range shift {
			s.text("\xFF")
			add(1)
		}
		r := seeded(10)
		for range 400 {
			switch below(r, 3) {
			case 0:
				s.text("a")
				add(1)
			case 1:
				s.text("\xF0")
				add(1)
			default:
				if octets == 0 {
					continue
				}
				length := 3 + below(r, 1+below(r, 100))
				s.match(length, 1+below(r, min(octets, 1+below(r, 3000))))
				add(length)
			}
		}
		var z deflate.Inflater
		dst := make([]byte, octets+300)
		src := s.b
		for end := 1; end <= len(src); end++ {
			want := 0
			for _, p := range places {
				if p.bits <= 8*end {
					want = p.octets
				}
			}
			z.Start(15, nil)
			n, read, done, err := z.Inflate(dst, src[:end], false)
			if n != want || read != end || done || err != nil {
				t.Fatalf("%d of %d octets: %d written, not %d; %d %t %v", end, len(src), n, want, read, done, err)
			}
			_, _, _, err = z.Inflate(dst, nil, true)
			require.ErrorIs(t, err, deflate.ErrUnfinishedBlock)
		}
		z.Start(15, nil)
		at := 0
		for end := range len(src) {
			n, _, _, err := z.Inflate(dst, src[end:end+1], false)
			require.NoError(t, err)
			at += n
			for _, p := range places {
				if (p.bits <= 8*(end+1)) != (p.octets <= at) {
					t.Fatalf("octet %d: %d written, %d at bit %d", end, at, p.octets, p.bits)
				}
			}
		}
	}
}

// TestDoneWithoutRoom: a message is complete with the last octet of its output,
// also where dst has no room for one more.
func TestDoneWithoutRoom(t *testing.T) {
	src := fixedBlock(0).text("abc").fixed(256).end()
	var z deflate.Inflater
	z.Start(15, nil)
	n, read, done, err := z.Inflate(make([]byte, 3), src, true)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Equal(t, len(src), read)
	assert.True(t, done)
}

// TestLastLater: the end of the message may be told with its last octet or
// after it.
func TestLastLater(t *testing.T) {
	src := fixedBlock(0).text("abc").fixed(256).end()
	var z deflate.Inflater
	z.Start(15, nil)
	dst := make([]byte, 10)
	n, read, done, err := z.Inflate(dst, src, false)
	require.NoError(t, err)
	assert.Equal(t, []any{3, len(src), false}, []any{n, read, done})
	n, read, done, err = z.Inflate(nil, nil, true)
	require.NoError(t, err)
	assert.Equal(t, []any{0, 0, true}, []any{n, read, done})
}

// TestOffsets: while dst is full, what is not decoded yet is not read.
func TestOffsets(t *testing.T) {
	src := fixedBlock(0).text("abcdefghijklmnopqrstuvwxyz0123456789").fixed(256).end()
	for _, piece := range []int{1, 2, len(src)} {
		var z deflate.Inflater
		z.Start(15, nil)
		dst := make([]byte, 1)
		given, pos, end := int64(0), 0, 0
		for done := false; !done; {
			if end == pos {
				end = min(pos+piece, len(src))
			}
			n, read, ok, err := z.Inflate(dst, src[pos:end], end == len(src))
			require.NoError(t, err)
			given += int64(n)
			pos += read
			done = ok
			assert.Equal(t, given, z.OutputOffset())
			assert.LessOrEqual(t, z.InputOffset(), int64(pos))
			if n == 1 && given < 36 {
				// Three bits of a header and eight for each literal. Behind the
				// last one the rest is used at once.
				assert.Equal(t, (3+8*given+7)/8, z.InputOffset(), "after %d octets", given)
			}
		}
		assert.Equal(t, int64(len(src)), z.InputOffset())
		assert.Equal(t, int64(36), z.OutputOffset())
	}
}
