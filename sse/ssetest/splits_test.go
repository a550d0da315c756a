package ssetest_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse/ssetest"
)

func TestSplitsGivesEveryWayOnce(t *testing.T) {
	b := []byte("abcdef")
	for n := range len(b) + 1 {
		for pieces, ways := range map[int]int{
			-1: 0, 0: 0, 1: 1, 2: n + 1, 3: (n + 1) * (n + 2) / 2, 4: (n + 1) * (n + 2) * (n + 3) / 6,
		} {
			seen := map[string]bool{}
			for p := range ssetest.Splits(b[:n], pieces) {
				require.Len(t, p, pieces)
				require.Equal(t, string(b[:n]), string(slices.Concat(p...)))
				key := ""
				for _, piece := range p {
					key += string(piece) + "|"
				}
				require.False(t, seen[key], key)
				seen[key] = true
			}
			assert.Len(t, seen, ways, "%d octets, %d pieces", n, pieces)
		}
	}
}

func TestSplitsStops(t *testing.T) {
	n := 0
	for range ssetest.Splits([]byte("abc"), 3) {
		if n++; n == 4 {
			break
		}
	}
	assert.Equal(t, 4, n)
}

// Pieces are the caller's: the next way is not changed by what is done to them.
func TestSplitsArePrivate(t *testing.T) {
	b := []byte("abcd")
	for p := range ssetest.Splits(b, 3) {
		for i := range p {
			p[i] = append(p[i], 'x')
		}
		p[0] = nil
	}
	assert.Equal(t, "abcd", string(b))
}

func TestReaderGivesAPieceForEachRead(t *testing.T) {
	broken := errors.New("broken")
	for _, together := range []bool{false, true} {
		for _, end := range []error{nil, broken} {
			want := end
			if want == nil {
				want = io.EOF
			}
			pieces := [][]byte{[]byte("ab"), nil, []byte("cdefg"), []byte("h")}
			r := ssetest.Reader(pieces...)
			r.End, r.Together = end, together
			var got []string
			var err error
			for buf := make([]byte, 3); err == nil; {
				var n int
				n, err = r.Read(buf)
				got = append(got, string(buf[:n]))
			}
			assert.Equal(t, want, err)
			expect := []string{"ab", "", "cde", "fg", "h"}
			if !together {
				expect = append(expect, "")
			}
			assert.Equal(t, expect, got)
			n, err := r.Read(make([]byte, 3))
			assert.Zero(t, n)
			assert.Equal(t, want, err, "the end stays")
			assert.Equal(t, "ab", string(pieces[0]), "what was given is not changed")
		}
	}
}

func TestReaderIsAReader(t *testing.T) {
	require.NoError(t, iotest.TestReader(ssetest.Reader([]byte("ab"), []byte("cdefg")), []byte("abcdefg")))
}
