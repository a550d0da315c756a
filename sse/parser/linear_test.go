package parser

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scans are streams that make a careless search start over.
var scans = map[string]string{
	"a line of 1 MiB":    "data: " + strings.Repeat("x", 1<<20) + "\n\n",
	"100,000 data lines": strings.Repeat("data: x\n", 100_000) + "\n",
	"events":             strings.Repeat("data: x\n\n", 50_000),
	"CR only":            strings.Repeat("data: x\r\r", 50_000),
	"CRs":                strings.Repeat("\r", 300_000),
	"LFs":                strings.Repeat("\n", 300_000),
	"CRLFs":              strings.Repeat("\r\n", 150_000),
	"a CR far ahead":     strings.Repeat("data: x\n\n", 50_000) + "\r",
	"an LF far ahead":    strings.Repeat("data: x\r\r", 50_000) + "\n",
	"mixed":              strings.Repeat("data: x\r\n\rdata: y\n\r\n\r\r:c\n\r", 15_000),
	"LF after each CR":   strings.Repeat("a\rb\n", 80_000),
	"comment":            ":" + strings.Repeat("x", 1<<20),
	"ill-formed":         "data: " + strings.Repeat("\xE2\x82", 1<<19) + "\n\n",
	"retries and ids":    strings.Repeat("retry: 1\nid: 1\n\n", 20_000),
}

func TestS4_TimeIsLinear(t *testing.T) {
	for name, stream := range scans {
		var want []token
		for _, size := range []int{len(stream), 1, 7, 4096} {
			p := New(Config{Comments: true})
			f := feeder{t: t, p: p, stream: stream}
			for f.taken < len(stream) {
				f.feed(min(size, len(stream)-f.taken))
			}
			require.NoError(t, f.err, name)
			assert.LessOrEqual(t, p.scanned, int64(len(stream)), "%s in chunks of %d", name, size)
			if want == nil {
				want = f.tokens
			}
			assert.True(t, same(outcome{Tokens: want}, outcome{Tokens: f.tokens}), "%s in chunks of %d", name, size)
		}
	}
}

// Line ends of all kinds at random, in chunks of random sizes.
func TestS4_LinearAtRandom(t *testing.T) {
	random := rand.NewChaCha8([32]byte{'s', '4'})
	pick := func(n int) int { return int(random.Uint64() % uint64(n)) }
	units := []string{"\r", "\n", "\r\n", "\r", "\n\n", "data: x", "data: x\n\n", "id: 1", ": c", "foo", "x", "\xFF", "retry: 1\r\n", strings.Repeat("y", 100)}
	for range 300 {
		some := make([]string, 1+pick(len(units)))
		for i := range some {
			some[i] = units[pick(len(units))]
		}
		var b strings.Builder
		for b.Len() < 4000 {
			b.WriteString(some[pick(len(some))])
		}
		stream, most := b.String(), 1<<pick(11)
		want := model(stream, Config{})
		f := feeder{t: t, p: New(Config{}), stream: stream}
		for f.taken < len(stream) {
			f.feed(min(1+pick(most), len(stream)-f.taken))
		}
		require.True(t, same(want, f.end()), "%q", stream) // end counts what was scanned
	}
}

// FuzzTimeIsLinear feeds any stream in chunks of any sizes: no octet is searched
// twice, and the outcome is that of the model. It is here and not in
// the folder fuzz, since what was searched is nobody else's business.
func FuzzTimeIsLinear(f *testing.F) {
	f.Fuzz(func(t *testing.T, stream string, sizes []byte) {
		if len(sizes) == 0 {
			sizes = []byte{0}
		}
		c := Config{Comments: true}
		fed := feeder{t: t, p: New(c), stream: stream}
		for i := 0; fed.taken < len(stream); i++ {
			fed.feed(min(1+int(sizes[i%len(sizes)]), len(stream)-fed.taken))
		}
		require.Equal(t, model(stream, c), fed.end()) // which counts what was searched
	})
}

// A caller may give less than what is left, and then more.
func TestS4_LinearWithPiecesOfWhatIsLeft(t *testing.T) {
	stream := []byte(strings.Repeat("data: x\n\n:c\ndata: y\n\n", 2000) + "\r")
	p := New(Config{})
	events := 0
	for i, short := 0, false; i < len(stream); short = !short {
		src := stream[i:]
		if short {
			src = src[:1]
		}
		tok, n, _, err := p.Next(src)
		require.NoError(t, err)
		if tok.Kind == KindEvent {
			events++
		}
		i += n
	}
	assert.Equal(t, 4000, events)
	assert.LessOrEqual(t, p.scanned, int64(len(stream)))
}

// As before, at random: of what a call has seen, the next may get any part.
func TestAnyPartOfWhatIsLeft(t *testing.T) {
	random := rand.NewChaCha8([32]byte{'p', 'a', 'r', 't'})
	pick := func(n int) int { return int(random.Uint64() % uint64(n)) }
	units := []string{"\r", "\n", "\r\n", "\n\n", ":c\n", "data: x", "data: xyz\r", "id: 1\n", "retry: 1\n", strings.Repeat("y", 20)}
	for range 500 {
		var b strings.Builder
		for range 1 + pick(40) {
			b.WriteString(units[pick(len(units))])
		}
		stream := b.String()
		want := model(stream, Config{Comments: true})
		f := feeder{t: t, p: New(Config{Comments: true}), stream: stream}
		for f.taken < len(stream) {
			src := []byte(stream[f.taken:])
			if pick(2) == 0 {
				src = src[:1+pick(min(len(src), 20))]
			}
			tok, n, ok, err := f.p.Next(src)
			f.taken += n
			f.err = err
			if ok {
				f.token(&tok, n == len(src))
			}
		}
		require.True(t, same(want, f.end()), "%q", stream)
	}
}
