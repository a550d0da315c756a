package parser

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// critical are octets on both sides of each border in the table of well-formed
// UTF-8.
var critical = []byte("a \x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xE1\xEC\xED\xEE\xEF\xF0\xF1\xF3\xF4\xF5\xFF")

// eachString gives f every string of n critical octets. The string is valid
// until f returns.
func eachString(n int, f func(b []byte)) {
	b := make([]byte, n)
	var fill func(i int)
	fill = func(i int) {
		if i == n {
			f(b)
			return
		}
		for _, c := range critical {
			b[i] = c
			fill(i + 1)
		}
	}
	fill(0)
}

// Every string of up to 4 critical octets, decoded into another slice and in
// place, is what the Encoding Standard's state machine makes of it.
//
//req:test SSE-9.2.6-01
func TestDecodeUTF8(t *testing.T) {
	var copied, placed []byte
	for n := range 5 {
		eachString(n, func(b []byte) {
			want := decodeText(string(b))
			copied = appendDecoded(copied[:0], b)
			more := decodedLen(b) - len(b)
			placed = append(append(placed[:0], make([]byte, max(more, 0))...), b...)
			inPlace := appendDecoded(placed[:0], placed[more:])
			if string(copied) != want || string(inPlace) != want || more != len(want)-n || (more == 0) && utf8.Valid(b) != (want == string(b)) {
				require.Equal(t, want, string(copied), "%x", b)
				require.Equal(t, want, string(inPlace), "%x in place", b)
				require.Fail(t, "length", "%x: %d more", b, more)
			}
		})
	}
}

// The same through a Parser, in a field of each kind: in one piece, and octet by
// octet, where the value is decoded in place behind data that is held.
//
//req:test SSE-9.2.6-01
func TestS5_IllFormedUTF8BecomesReplacementCharacters(t *testing.T) {
	whole, pieces := New(Config{Comments: true}), New(Config{Comments: true})
	raw := New(Config{Comments: true, RawUTF8: true})
	var stream []byte
	for n := range 4 {
		eachString(n, func(b []byte) {
			stream = stream[:0]
			for _, name := range []string{"id:.", "event:.", "data:.", "data:.", ":."} {
				stream = append(append(append(stream, name...), b...), '\n')
			}
			stream = append(stream, '\n')
			for p, want := range map[*Parser]string{whole: "." + decodeText(string(b)), pieces: "." + decodeText(string(b)), raw: "." + string(b)} {
				size := len(stream)
				if p == pieces {
					size = 1
				}
				comment, event := false, false
				for i := 0; i < len(stream); i += size {
					for src := stream[i : i+size]; ; {
						tok, n, ok, err := p.Next(src)
						src = src[n:]
						if !ok {
							require.NoError(t, err)
							break
						}
						if tok.Kind == KindComment {
							comment = string(tok.Comment) == want
						} else {
							event = string(tok.ID) == want && string(tok.Type) == want && string(tok.Data) == want+"\n"+want
						}
					}
				}
				if !comment || !event {
					require.Fail(t, "not decoded", "%x, %d octets at a time", b, size)
				}
			}
		})
	}
}

// Text of all kinds in a row: the state after one doesn't touch the next.
func TestDecodeUTF8InARow(t *testing.T) {
	var all []byte
	eachString(2, func(b []byte) { all = append(all, b...) })
	want := decodeText(string(all))
	assert.Equal(t, want, string(appendDecoded(nil, all)))
	assert.Equal(t, len(want), decodedLen(all))
	assert.Equal(t, all[:1], appendDecoded(bytes.Clone(all[:1]), nil))
}
