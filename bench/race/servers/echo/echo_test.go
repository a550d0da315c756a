package main

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/bench/race/servers/servertest"
	"longwire.example/ws/frame"
)

func TestPeers(t *testing.T) {
	for name, serve := range peers {
		t.Run(name, func(t *testing.T) {
			ln := servertest.Listen(t)
			go func() { _ = serve(ln) }()
			if name == "tcp" {
				servertest.Octets(t, ln)
			} else {
				servertest.Echo(t, ln)
			}
		})
	}
}

// request gives masked frames of these lengths, and what a server answers.
func request(lengths ...int) (asked, answer []byte) {
	for i, n := range lengths {
		h := frame.NewHeader(true, 0, frame.OpBinary, int64(n))
		payload := bytes.Repeat([]byte{byte('a' + i)}, n)
		answer = append(h.Append(answer), payload...)
		key := frame.Key(0x01020304 * (i + 1))
		asked = h.WithKey(key).Append(asked)
		key.XOR(payload)
		asked = append(asked, payload...)
	}
	return asked, answer
}

// Whole frames are answered in one piece, and what is left over is the rest,
// however much of it is there.
func TestEchoInPlace(t *testing.T) {
	for _, lengths := range [][]int{{0}, {5}, {126}, {5, 0, 7}, {200, 3, 126}, {70000, 2}} {
		asked, want := request(lengths...)
		got, rest, _ := echo(slices.Clone(asked))
		require.Empty(t, rest)
		require.True(t, bytes.Equal(want, got), "%v", lengths)
	}
	asked, want := request(5, 200)
	first := 6 + 5
	for cut := range len(asked) {
		answer, rest, room := echo(slices.Clone(asked[:cut]))
		if cut < first {
			require.Empty(t, answer, "%d", cut)
			require.Equal(t, asked[:cut], rest, "%d", cut)
		} else {
			require.Equal(t, want[:2+5], answer, "%d", cut)
			require.Equal(t, asked[first:cut], rest, "%d", cut)
		}
		// There is room for more than there is, and for no more than one frame:
		// what comes behind is not read with it.
		frame := first
		if cut >= first {
			frame = len(asked) - first
		}
		require.Greater(t, room, len(rest))
		require.LessOrEqual(t, room, frame)
	}
}

// Frames that no client may send have no room.
func TestEchoRefuses(t *testing.T) {
	for _, b := range [][]byte{
		{0x82, 0x01, 'a'}, // not masked
		{0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4}, // 4 GiB
	} {
		answer, rest, room := echo(b)
		assert.Empty(t, answer)
		assert.Less(t, room, len(rest))
	}
}
