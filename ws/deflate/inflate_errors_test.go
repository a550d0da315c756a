package deflate_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// invalid are messages that are wrong, with what they give before they are.
var invalid = map[string]struct {
	src  []byte
	text string
	err  error
}{
	"block type 3":              {new(stream).block(0, 3).align(0).b, "", deflate.ErrBlockType},
	"block type 3 behind text":  {fixedBlock(0).text("abc").fixed(256).block(0, 3).end(), "abc", deflate.ErrBlockType},
	"block type 3 behind final": {fixedBlock(1).text("abc").fixed(256).align(1).block(1, 3).end(), "abc", deflate.ErrBlockType},
	"stored length": {
		new(stream).block(0, 0).align(0).bits(3, 16).bits(0xFFFD, 16).text("abc").end(), "", deflate.ErrStoredLength,
	},
	"287 literal/length codes": {new(stream).block(0, 2).bits(30, 5).bits(0, 5).bits(0, 4).end(), "", deflate.ErrCodeCount},
	"288 literal/length codes": {new(stream).block(0, 2).bits(31, 5).bits(0, 5).bits(0, 4).end(), "", deflate.ErrCodeCount},
	"31 distance codes":        {new(stream).block(0, 2).bits(0, 5).bits(30, 5).bits(0, 4).end(), "", deflate.ErrCodeCount},
	"32 distance codes":        {new(stream).block(0, 2).bits(0, 5).bits(31, 5).bits(0, 4).end(), "", deflate.ErrCodeCount},
	"code length code is over-subscribed": {
		new(stream).dynamicHead(257, 1, map[int]int{0: 1, 1: 1, 2: 1}).end(), "", deflate.ErrCodeLengthCode,
	},
	"code length code is incomplete": {
		new(stream).dynamicHead(257, 1, map[int]int{0: 1, 1: 2}).end(), "", deflate.ErrCodeLengthCode,
	},
	"code length code of one code of two bits": {
		new(stream).dynamicHead(257, 1, map[int]int{0: 2}).end(), "", deflate.ErrCodeLengthCode,
	},
	"no code length code":                        {new(stream).dynamicHead(257, 1, nil).align(0).end(), "", deflate.ErrCodeLengthCode},
	"no code length code, and nothing behind it": {[]byte("$0\x00\x00"), "", deflate.ErrCodeLengthCode},
	"code length code of one code, and the other": {
		new(stream).dynamicHead(257, 1, map[int]int{8: 1}).code(0, 1).code(1, 1).end(), "", deflate.ErrCodeLengthCode,
	},
	"nothing to repeat": {
		new(stream).dynamicHead(257, 1, map[int]int{16: 1, 0: 1}).code(1, 1).bits(0, 2).end(), "", deflate.ErrCodeLengths,
	},
	"length repeated past the end": {
		new(stream).dynamicHead(257, 1, map[int]int{16: 1, 18: 2, 1: 2}).
			code(3, 2).bits(127, 7).code(3, 2).bits(106, 7).code(2, 2).code(0, 1).bits(0, 2).end(),
		"", deflate.ErrCodeLengths,
	},
	"zeros past the end": {
		new(stream).dynamicHead(257, 1, map[int]int{17: 1, 18: 1}).
			code(1, 1).bits(127, 7).code(1, 1).bits(127, 7).end(),
		"", deflate.ErrCodeLengths,
	},
	"no end of block": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{'a': 1, 'b': 1}), []int{0}).end(), "", deflate.ErrNoEndOfBlock,
	},
	"literal/length code is over-subscribed": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{'a': 1, 'b': 1, 256: 1}), []int{0}).end(), "", deflate.ErrLiteralCode,
	},
	"literal/length code is over-subscribed by the longest": {
		new(stream).dynamic(0, append(longCodes(), 15), []int{0}).end(), "", deflate.ErrLiteralCode,
	},
	"literal/length code is incomplete": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{'a': 1, 256: 2}), []int{0}).end(), "", deflate.ErrLiteralCode,
	},
	"literal/length code of one code of two bits": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{256: 2}), []int{0}).end(), "", deflate.ErrLiteralCode,
	},
	"distance code is over-subscribed": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{'a': 1, 256: 1}), []int{1, 1, 1}).end(), "", deflate.ErrDistanceCode,
	},
	"distance code is incomplete": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{'a': 1, 256: 1}), []int{1, 2}).end(), "", deflate.ErrDistanceCode,
	},
	"distance code of one code of two bits": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{'a': 1, 256: 1}), []int{2}).end(), "", deflate.ErrDistanceCode,
	},
	"literal/length symbol 286": {fixedBlock(0).text("ab").fixed(286).text("cdefghijklmnopqrstuv").end(), "ab", deflate.ErrLengthSymbol},
	"literal/length symbol 287": {fixedBlock(0).text("ab").fixed(287).text("cdefghijklmnopqrstuv").end(), "ab", deflate.ErrLengthSymbol},
	"the other code beside one, the end of the block": {
		new(stream).dynamic(0, lengthsOf(257, map[int]int{256: 1}), []int{0}).code(1, 1).bits(0, 30).end(), "", deflate.ErrLengthSymbol,
	},
	"distance symbol 30": {fixedBlock(0).text("ab").fixed(257).code(30, 5).text("cdefghijklmnopqrstuv").end(), "ab", deflate.ErrDistanceSymbol},
	"distance symbol 31": {fixedBlock(0).text("ab").fixed(257).code(31, 5).text("cdefghijklmnopqrstuv").end(), "ab", deflate.ErrDistanceSymbol},
	"the other code beside one distance": {
		new(stream).dynamic(0, lengthsOf(258, map[int]int{'a': 1, 256: 2, 257: 2}), []int{1}).
			code(0, 1).code(3, 2).code(0, 1).code(3, 2).code(1, 1).bits(0, 99).end(),
		"aaaa", deflate.ErrDistanceSymbol,
	},
	"a length without distance codes": {
		new(stream).dynamic(0, lengthsOf(258, map[int]int{'a': 1, 256: 2, 257: 2}), []int{0}).
			code(0, 1).code(3, 2).code(0, 1).bits(0, 99).end(),
		"a", deflate.ErrDistanceSymbol,
	},
	"distance before the beginning": {fixedBlock(0).match(3, 1).text("cdefghijklmnopqrstuv").end(), "", deflate.ErrDistance},
	"distance one too far":          {fixedBlock(0).text("abc").match(3, 4).text("cdefghijklmnopqrstuv").end(), "abc", deflate.ErrDistance},
	"distance one too far of 300":   {new(stream).stored(0, []byte(zeros(300))).block(0, 1).match(9, 301).end(), zeros(300), deflate.ErrDistance},
	"distance too far behind final": {new(stream).stored(1, []byte("abc")).block(0, 1).match(3, 4).end(), "abc", deflate.ErrDistance},
}

// TestErrors: what is wrong is refused with what came before it, at the same
// place however the message is cut.
func TestErrors(t *testing.T) {
	var z deflate.Inflater
	for _, name := range slices.Sorted(maps.Keys(invalid)) {
		m := invalid[name]
		t.Run(name, func(t *testing.T) {
			for _, cut := range [][2]int{{1000, 1000}, {1000, max(1, len(m.text))}, {1, 1}, {1, 1000}, {1000, 1}} {
				z.Start(15, nil)
				got, err := inflateAll(t, &z, m.src, constant(cut[0]), constant(cut[1]))
				require.ErrorIs(t, err, m.err, "%v", cut)
				assert.Equal(t, m.text, string(got), "%v", cut)
			}
		})
	}
}

// TestErrorWithOutput: the call that fails gives what came before.
func TestErrorWithOutput(t *testing.T) {
	var z deflate.Inflater
	z.Start(15, nil)
	dst := make([]byte, 10)
	n, _, done, err := z.Inflate(dst, invalid["distance one too far"].src, false)
	require.ErrorIs(t, err, deflate.ErrDistance)
	assert.False(t, done)
	assert.Equal(t, "abc", string(dst[:n]))
	// It stays so until Start.
	for _, last := range []bool{false, true} {
		n, read, done, err := z.Inflate(dst, new(stream).end(), last)
		require.ErrorIs(t, err, deflate.ErrDistance)
		assert.Equal(t, []any{0, 0, false}, []any{n, read, done})
	}
	z.Start(15, nil)
	_, _, done, err = z.Inflate(dst, new(stream).end(), true)
	require.NoError(t, err)
	assert.True(t, done)
}

// TestUnfinished: a message may end behind its empty stored block, right behind
// a block with BFINAL set or without an octet, and nowhere else.
func TestUnfinished(t *testing.T) {
	var z deflate.Inflater
	all := valid()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := all[name]
		if len(m.src) > 1000 {
			continue
		}
		for end := 1; end < len(m.src); end++ {
			z.Start(15, nil)
			got, err := inflateAll(t, &z, m.src[:end], constant(len(m.src)), constant(5000))
			require.True(t, strings.HasPrefix(m.text, string(got)), "%s: %q", name, got)
			z.Start(15, nil)
			slow, slowErr := inflateAll(t, &z, m.src[:end], constant(1), constant(1))
			require.Equal(t, string(got), string(slow), name)
			require.Equal(t, err, slowErr, name)
			if err != nil {
				require.ErrorIs(t, err, deflate.ErrUnfinishedBlock)
				continue
			}
			// A whole message too: it goes on behind its empty stored block, or
			// behind its final block.
			_, onStored := inflateOnce(&z, append(m.src[:end:end], "\x00\x00\xff\xff\x00"...))
			_, onFinal := inflateOnce(&z, append(m.src[:end:end], 0))
			require.True(t, onStored == nil || onFinal == nil, "%s at %d", name, end)
		}
	}
	for name, src := range map[string][]byte{
		"behind a stored block":                new(stream).stored(0, []byte("abc")).b,
		"behind an empty stored block":         new(stream).stored(0, nil).b,
		"inside LEN":                           append(new(stream).end(), 0),
		"inside NLEN":                          append(new(stream).end(), 0, 0, 0xFF),
		"inside a stored block":                new(stream).stored(0, []byte("abcd")).b[:8],
		"inside a stored block, four octets":   new(stream).stored(0, []byte("abc\x00\x00\xff\xff")).b[:8],
		"behind a fixed block, one bit more":   fixedBlock(0).fixed(144, 144, 144, 144, 144, 256).b,
		"behind a fixed block, at an octet":    fixedBlock(0).text("abc").fixed(144, 144, 144, 144, 144, 144, 256).b,
		"in front of the end of a fixed block": fixedBlock(1).text("abc").b,
	} {
		z.Start(15, nil)
		_, err := inflateAll(t, &z, src, constant(1000), constant(1000))
		assert.ErrorIs(t, err, deflate.ErrUnfinishedBlock, name)
	}
}

// TestMisuse: a call without a message is a plain error.
func TestMisuse(t *testing.T) {
	var z deflate.Inflater
	for range 2 {
		n, read, done, err := z.Inflate(make([]byte, 10), []byte{0}, true)
		assert.EqualError(t, err, "deflate: Inflate without a message: call Start first")
		assert.Equal(t, []any{0, 0, false}, []any{n, read, done})
		var violation *deflate.Error
		assert.NotErrorAs(t, err, &violation)
		z.Start(15, nil)
		_, _, done, err = z.Inflate(nil, []byte{0}, true)
		require.NoError(t, err)
		assert.True(t, done)
	}
}

// TestErrorTexts: each error fits a Close frame's reason and has a token and a
// section of its own.
func TestErrorTexts(t *testing.T) {
	tokens := map[string]bool{}
	for _, e := range []*deflate.Error{
		deflate.ErrBlockType, deflate.ErrStoredLength, deflate.ErrCodeCount, deflate.ErrCodeLengthCode,
		deflate.ErrCodeLengths, deflate.ErrNoEndOfBlock, deflate.ErrLiteralCode, deflate.ErrDistanceCode,
		deflate.ErrLengthSymbol, deflate.ErrDistanceSymbol, deflate.ErrDistance, deflate.ErrUnfinishedBlock,
	} {
		assert.LessOrEqual(t, len(e.Text), 123)
		assert.False(t, tokens[e.Token], e.Token)
		tokens[e.Token] = true
		assert.Regexp(t, `^RFC (1951|7692) section [0-9.]+$`, e.Section)
		assert.Equal(t, e.Text+" ("+e.Section+")", e.Error())
	}
}
