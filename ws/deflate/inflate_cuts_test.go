package deflate_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// TestEveryCut: a message in two pieces that meet at any octet, with dst in two
// pieces that meet at any octet, is the same as one, right or wrong.
func TestEveryCut(t *testing.T) {
	type message struct {
		name string
		src  []byte
	}
	var all []message
	valid := valid()
	for _, name := range slices.Sorted(maps.Keys(valid)) {
		if len(valid[name].src) < 200 {
			all = append(all, message{name, valid[name].src})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(invalid)) {
		if len(invalid[name].src) < 200 {
			all = append(all, message{name, invalid[name].src})
		}
	}
	r := seeded(6)
	for _, size := range []int{30, 130, 300} {
		for kind := range 5 {
			var b bytes.Buffer
			fw, err := flate.NewWriter(&b, 9)
			require.NoError(t, err)
			_, err = fw.Write(sample(r, kind, size))
			require.NoError(t, err)
			require.NoError(t, fw.Flush())
			all = append(all, message{fmt.Sprint(kind, size), bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff"))})
		}
	}
	var z deflate.Inflater
	for _, m := range all {
		z.Start(15, nil)
		whole, wholeErr := inflateAll(t, &z, m.src, constant(1000), constant(2000))
		for cut := range len(m.src) + 1 {
			for _, room := range []int{1, 2, 3, 9, 10, 11, len(whole), len(whole) + 1} {
				first := true
				z.Start(15, nil)
				got, err := inflateAll(t, &z, m.src, func() int {
					if first {
						first = false
						return max(1, cut)
					}
					return len(m.src)
				}, constant(max(1, room)))
				if string(got) != string(whole) || err != wholeErr { //nolint:errorlint // one variable for each error
					t.Fatalf("%s cut at %d, dst of %d: %q %v, whole %q %v", m.name, cut, room, got, err, whole, wholeErr)
				}
			}
		}
	}
}

// TestRandomCuts: noise, and messages with octets changed, in pieces of any
// size and with any window, give what they give at once.
func TestRandomCuts(t *testing.T) {
	r := seeded(7)
	var z deflate.Inflater
	corpus := newCorpus(8)
	verdicts := map[string]int{}
	for i := range 2000 {
		src := make([]byte, below(r, 100))
		_, _ = r.Read(src)
		if i%2 == 0 {
			src = deflated(t, [][]byte{corpus.message([]string{"JSON", "chat", "log"}[i/2%3], 1+below(r, 4000))})[0]
			for range below(r, 3) {
				src[below(r, len(src))] = byte(r.Uint64())
			}
		}
		bits := 8 + below(r, 8)
		w := deflate.NewWindow(bits)
		inflate := func(w *deflate.Window, in, out func() int) ([]byte, error) {
			w.Reset()
			z.Start(bits, w)
			_, err := inflateAll(t, &z, new(stream).stored(0, noise[:300]).end(), constant(500), constant(500))
			require.NoError(t, err)
			z.Start(bits, w)
			return inflateAll(t, &z, src, in, out)
		}
		whole, wholeErr := inflate(w, constant(10000), constant(200000))
		verdicts[fmt.Sprint(wholeErr)]++
		for _, cut := range []struct{ in, out func() int }{
			{constant(1), constant(1)},
			{func() int { return 1 + below(r, 30) }, func() int { return 1 + below(r, 300) }},
			{constant(10000), func() int { return 1 + below(r, 600) }},
		} {
			got, err := inflate(w, cut.in, cut.out)
			require.Equal(t, wholeErr, err)
			require.True(t, bytes.Equal(whole, got))
		}
	}
	// The messages are worth the trouble only if they fail in many ways.
	require.GreaterOrEqual(t, len(verdicts), 11, verdicts)
}
