package protocol_test

import (
	"encoding/binary"
	"go/parser"
	"go/token"
	"math/bits"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// keysOf sends n frames of all kinds and gives their keys.
func keysOf(t *testing.T, s *protocol.Sender, n int) []uint32 {
	t.Helper()
	keys := make([]uint32, 0, n)
	for i := range n {
		op := []frame.Opcode{frame.OpText, frame.OpPing, frame.OpBinary, frame.OpPong}[i%4]
		b, key, err := s.Header(nil, op, protocol.Fin, 5)
		require.NoError(t, err)
		require.Equal(t, uint32(key), binary.LittleEndian.Uint32(b[2:]))
		keys = append(keys, uint32(key))
	}
	return keys
}

// Masking keys are fresh for each frame, differ between connections, look
// random, and come from ChaCha8 seeded by crypto/rand.
//
//req:test RFC6455-5.3-02 RFC6455-5.3-03 RFC6455-5.3-04 RFC6455-10.3-01
func TestW8(t *testing.T) {
	t.Run("fresh for each frame", func(t *testing.T) {
		const n = 4096
		s := protocol.NewSender(protocol.Client, false)
		keys := keysOf(t, &s, n)
		seen := map[uint32]int{}
		var ones [32]int
		var flips int
		for i, k := range keys {
			seen[k]++
			for b := range ones {
				ones[b] += int(k >> b & 1)
			}
			if i > 0 {
				flips += bits.OnesCount32(k ^ keys[i-1])
				require.NotEqual(t, keys[i-1], k, "one key twice in a row")
			}
		}
		// Of 4,096 random keys two are equal with a chance of 0.2 %, four pairs are
		// not seen in the age of the universe.
		assert.Greater(t, len(seen), n-4)
		// Each bit is set in half of the keys (the bounds are ten standard
		// deviations away), and half of the bits change from one key to the next.
		for b, c := range ones {
			assert.InDelta(t, n/2, c, 320, "bit %d", b)
		}
		assert.InDelta(t, 16*(n-1), flips, 1810)
	})
	t.Run("differ between connections", func(t *testing.T) {
		seen := map[[4]uint32]bool{}
		for range 64 {
			s := protocol.NewSender(protocol.Client, false)
			seen[[4]uint32(keysOf(t, &s, 4))] = true
		}
		assert.Len(t, seen, 64)
	})
	t.Run("every kind of frame has one", func(t *testing.T) {
		s := protocol.NewSender(protocol.Client, false)
		var frames [4][]byte
		var err error
		frames[0], err = s.AppendFrame(nil, frame.OpText, 0, nil)
		require.NoError(t, err)
		frames[1], err = s.Answer(nil, pingEvent(""))
		require.NoError(t, err)
		frames[2], err = s.AppendFrame(nil, frame.OpContinuation, protocol.Fin, nil)
		require.NoError(t, err)
		frames[3], err = s.AppendClose(nil, frame.CloseNoStatus, "")
		require.NoError(t, err)
		for i, f := range frames {
			require.Len(t, f, 6)
			require.Equal(t, byte(0x80), f[1])
			for _, g := range frames[:i] {
				assert.NotEqual(t, g[2:], f[2:])
			}
		}
	})
	t.Run("a server has none", func(t *testing.T) {
		s := protocol.NewSender(protocol.Server, false)
		before := s
		_, key, err := s.Header(nil, frame.OpText, protocol.Fin, 5)
		require.NoError(t, err)
		assert.Zero(t, key)
		assert.Equal(t, before, s, "no generator is made")
	})
	t.Run("source", func(t *testing.T) {
		// No other source of randomness is within reach.
		files, err := os.ReadDir(".")
		require.NoError(t, err)
		random := map[string][]string{}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, i := range parsed.Imports {
				if path, _ := strconv.Unquote(i.Path.Value); strings.Contains(path, "rand") {
					random[path] = append(random[path], f.Name())
				}
			}
		}
		assert.Equal(t, map[string][]string{"crypto/rand": {"keys.go"}, "math/rand/v2": {"keys.go"}}, random)
		src, err := os.ReadFile("keys.go")
		require.NoError(t, err)
		assert.Equal(t, 2, strings.Count(string(src), " rand.")+strings.Count(string(src), "*rand."), "the generator's type and its constructor")
	})
}
