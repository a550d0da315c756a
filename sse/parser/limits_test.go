package parser

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// buffers gives the octets that a Parser's buffers take.
func (p *Parser) buffers() int { return cap(p.held) + cap(p.typ) + cap(p.nextID) + cap(p.id) }

// endless are streams that begin with one thing and go on with another for
// ever, without an event.
var endless = map[string]struct{ begin, unit string }{
	"data":                    {"data: ", "x"},
	"data, ill-formed":        {"data: ", "\xFF"},
	"data lines":              {"", "data: 0123456789\n"},
	"data lines, CRLF":        {"", "data: 0123456789\r\n"},
	"data lines, CR":          {"", "data:\r"},
	"data lines without data": {"", "data\n"},
	"data lines, ill-formed":  {"", "data: \xC0\x80\n"},
	"data and retry":          {"", "data: 1\nretry: 1\n"},
	"id":                      {"id: ", "7"},
	"id after data":           {"data: x\nid: ", "7"},
	"id with NUL":             {"id: \x00", "7"},
	"event":                   {"event: ", "x"},
	"event after an id":       {"id: 1\n\nid: 22\nevent: ", "x"},
	"retry":                   {"retry: ", "0"},
	"retry, no digits":        {"retry: ", "-"},
}

func TestS3_EndlessEventsCostTheCap(t *testing.T) {
	const limit = 16 << 10
	for name, e := range endless {
		for _, chunk := range []int{1, 1000, 4096} {
			f := feeder{t: t, p: New(Config{MaxEventBytes: limit})}
			unit := strings.Repeat(e.unit, chunk/len(e.unit)+1)
			f.stream = e.begin + unit
			f.feed(len(f.stream))
			fed := f.taken
			for f.err == nil && fed < 30*limit {
				f.stream, f.taken = unit, 0
				f.feed(len(unit))
				fed += f.taken
				require.LessOrEqual(t, f.p.buffers(), limit+64, name)
			}
			assert.Equal(t, &LimitError{Limit: limit}, f.err, name)
			assert.LessOrEqual(t, fed, 9*(limit+chunk+100), name) // at least one octet of nine is held
		}
	}
}

// What has no meaning is never held, however long.
//
//req:test SSE-9.2.6-06 SSE-9.2.6-15
func TestS3_CommentsAndUnknownFieldsAreNotHeld(t *testing.T) {
	for name, e := range map[string]struct{ begin, unit string }{
		"comment":         {":", "x"},
		"comments":        {"", ": hello\n"},
		"unknown field":   {"x: ", "x"},
		"unknown fields":  {"", "x: hello\r\n"},
		"line":            {"", "x"},
		"long name":       {"data", "x"},
		"half a BOM":      {"\xEF\xBB", "x"},
		"blank lines":     {"", "\n"},
		"empty types":     {"", "event\n"},
		"types, no data":  {"", "event: hello\n\n"},
		"ids, no data":    {"", "id: 1\n\nid: 2\r\n\r\n"},
		"ids":             {"", "id: 1\nid: 2\n"},
		"ids with NUL":    {"", "id: \x00\n"},
		"reconnect times": {"", "retry: 1\nretry: x\n"},
	} {
		f := feeder{t: t, p: New(Config{MaxEventBytes: 16}), stream: e.begin + strings.Repeat(e.unit, 1<<16)}
		for f.taken < len(f.stream) && f.err == nil {
			f.feed(min(4096, len(f.stream)-f.taken))
		}
		require.NoError(t, f.err, name)
		assert.LessOrEqual(t, f.p.buffers(), 64, name)
	}
}

// Comments that somebody wants are held, and count.
func TestS3_CommentsAskedForCount(t *testing.T) {
	for _, stream := range []string{":" + strings.Repeat("x", 17), "data: abcdefgh\n: abcdefghi\n", ": \xFF\xFF\xFF\xFF\xFF\xFF\n"} {
		for size := 1; size <= len(stream); size++ {
			f := feeder{t: t, p: New(Config{MaxEventBytes: 16, Comments: true}), stream: stream}
			for f.taken < len(stream) && f.err == nil {
				f.feed(min(size, len(stream)-f.taken))
			}
			assert.Equal(t, &LimitError{Limit: 16}, f.err)
		}
	}
}

// limitAt gives the outcome of a stream, and the piece in which the limit was
// passed: the octets before and after it.
func limitAt(t *testing.T, c Config, stream string, sizes func() int) (got []token, from, to int) {
	t.Helper()
	f := feeder{t: t, p: New(c), stream: stream}
	for f.taken < len(stream) {
		from = f.taken
		to = min(from+sizes(), len(stream))
		f.feed(to - from)
		if f.err != nil {
			return f.tokens, from, to
		}
	}
	return f.tokens, -1, -1
}

// The limit is passed by the same octet of the stream, and with the same tokens
// before it, however the stream is cut.
func TestS3_TheLimitDoesNotDependOnCuts(t *testing.T) {
	parts := []string{
		"data: ", "data:", "data", "id: ", "id", "event: ", "retry: ", ":", "x: ", "a", "bcd", "0123456789", " ", "\x00", "\xFF", "\xE2\x82",
		"\u20AC", "\n", "\n", "\n", "\r\n", "\r", "\n\n", "\nid: 123\n", "\ndata: 1234\n", "\nevent: xyz\n",
	}
	random := rand.NewChaCha8([32]byte{'l', 'i', 'm', 'i', 't'})
	pick := func(n int) int { return int(random.Uint64() % uint64(n)) }
	passed := 0
	for range 4000 {
		c := configs[pick(len(configs))]
		c.MaxEventBytes, c.LastEventID = 1+pick(24), "seed"[:pick(5)]
		var stream string
		for range 1 + pick(20) {
			stream += parts[pick(len(parts))]
		}
		want, at, _ := limitAt(t, c, stream, func() int { return 1 })
		if at >= 0 {
			passed++
		}
		for _, sizes := range []func() int{
			func() int { return len(stream) },
			func() int { return 1 + pick(4) },
			func() int { return 1 + pick(30) },
			func() int { return 2 },
		} {
			got, from, to := limitAt(t, c, stream, sizes)
			require.Equal(t, want, got, "%q", stream)
			if at < 0 {
				require.Negative(t, from, "%q", stream)
				continue
			}
			require.LessOrEqual(t, from, at, "%q with %d", stream, c.MaxEventBytes)
			require.Greater(t, to, at, "%q with %d", stream, c.MaxEventBytes)
		}
	}
	assert.Greater(t, passed, 500, "too few streams pass the limit")
	assert.Less(t, passed, 3500, "too few streams don't")
}

// What is counted, to the octet.
func TestS3_WhatCounts(t *testing.T) {
	for _, e := range []struct {
		seed, stream string
		octets       int
	}{
		{"", "data: abc\n\n", 3},
		{"", "data\n\n", 0},
		{"", "data:abc\ndata:d\n\n", 5}, // with the LF that joins them
		{"", "data\ndata\n\n", 1},
		{"", "event: xy\ndata: abc\n\n", 5},
		{"", "event: xy\nevent: z\ndata: ab\n\n", 3},
		{"", "event: xyz\nevent: z\ndata: a\n\n", 4}, // the new one comes before the old one goes
		{"", "id: 12\ndata: abc\n\n", 5},
		{"", "id: 12\n\nid: 34\n\n", 4}, // the old one is in force until the blank line
		{"", "id: 12\n\ndata: a\n\n", 3},
		{"12", "data: a\n\n", 3},
		{"", "data: a\nretry: 123\n\n", 4},
		{"", "data: a\nid: 12\x00\n\n", 4},
		{"", "data: a\xFFb\n\n", 5}, // U+FFFD is 3 octets
		{"", "data: \xE2\x82\n\n", 3},
		{"", ": long comment\nfoo: unknown field\ndata: a\n\n", 1},
		{"", "data: abc\n\ndata: def\n\n", 3},
	} {
		for size := 1; size <= len(e.stream); size++ {
			if e.octets > 0 {
				_, ok, _ := limitAt(t, Config{LastEventID: e.seed, MaxEventBytes: e.octets}, e.stream, func() int { return size })
				assert.Negative(t, ok, "%q: a limit of %d, chunks of %d", e.stream, e.octets, size)
			}
			if e.octets > 1 {
				_, ok, _ := limitAt(t, Config{LastEventID: e.seed, MaxEventBytes: e.octets - 1}, e.stream, func() int { return size })
				assert.GreaterOrEqual(t, ok, 0, "%q: a limit of %d, chunks of %d", e.stream, e.octets-1, size)
			}
		}
	}
}

func TestS3_TheErrorStaysUntilReset(t *testing.T) {
	p := New(Config{MaxEventBytes: 4, LastEventID: "s"})
	tok, n, ok, err := p.Next([]byte("retry: 7\nid: 12\ndata: abcd\n\ndata: x\n\n"))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, KindRetry, tok.Kind)
	require.Equal(t, 9, n)
	var first *LimitError
	_, _, ok, err = p.Next([]byte("id: 12\ndata: abcd\n\ndata: x\n\n"))
	require.ErrorAs(t, err, &first)
	assert.False(t, ok)
	assert.Equal(t, 4, first.Limit)
	for _, more := range []string{"", "\n\n", "data: x\n\n"} {
		tok, n, ok, err = p.Next([]byte(more))
		assert.Zero(t, tok)
		assert.Zero(t, n)
		assert.False(t, ok)
		assert.Same(t, first, err)
	}
	assert.Same(t, first, p.Close())
	assert.Equal(t, "s", p.LastEventID(), "the new one did not come to its blank line")

	p.Reset("t")
	require.NoError(t, p.Close())
	tok, _, ok, err = p.Next([]byte("data: x\n\n"))
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, "x", string(tok.Data))
	assert.Equal(t, "t", string(tok.ID))
	assert.Empty(t, tok.Type)
}

func TestS3_DefaultAndNoLimit(t *testing.T) {
	assert.Equal(t, 8<<20, New(Config{}).max)
	assert.Equal(t, math.MaxInt, New(Config{MaxEventBytes: -1}).max)
	data := strings.Repeat("x", DefaultMaxEventBytes)
	for _, e := range []struct {
		max    int
		stream string
		ok     bool
	}{
		{0, "data: " + data + "\n\n", true},
		{0, "data: " + data + "y\n\n", false},
		{-1, "data: " + data + "y\n\n", true},
		{-1, "data: \xFF" + data + "\ndata: " + data + "\n\n", true},
	} {
		for _, size := range []int{4096, len(e.stream)} {
			got, at, _ := limitAt(t, Config{MaxEventBytes: e.max}, e.stream, func() int { return size })
			assert.Equal(t, e.ok, at < 0)
			assert.Equal(t, e.ok, len(got) == 1)
		}
	}
}

// Whatever was large is let go with the event, and none of it is kept by an
// idle stream.
func TestS3_LargeBuffersAreLetGo(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	for name, stream := range map[string]string{
		"data":       "data: " + large + "\n\n",
		"data lines": "data: " + strings.ReplaceAll(large, "xxxxxxxx", "xxxx\ndata: ") + "\n\n",
		"type":       "event: " + large + "\ndata: a\n\n",
		"types":      "event: " + large + "\nevent: x\ndata: a\n\n",
		"ids":        "id: " + large + "\nid: 1\ndata: a\n\n",
		"old id":     "id: " + large + "\n\nid: 1\n\n",
		"retry":      "data: a\nretry: 1" + strings.Repeat("0", 1<<20) + "\n\n",
		"comment":    ": " + large + "\n",
		"no data":    "event: " + large + "\n\n",
	} {
		f := feeder{t: t, p: New(Config{Comments: true, MaxEventBytes: 4 << 20}), stream: stream}
		for f.taken < len(stream) {
			f.feed(min(4096, len(stream)-f.taken))
			require.LessOrEqual(t, f.p.buffers(), 5<<20, name) // one of 4 MiB at most, and its copy
		}
		f.stream += "\r: hi\r\ndata: x\n\ndata"
		f.feed(1)
		assert.LessOrEqual(t, f.p.buffers(), 1<<10, "%s, after one octet more", name)
		f.feed(len(f.stream) - f.taken)
		assert.LessOrEqual(t, f.p.buffers(), 1<<10, "%s, after a small event", name)
	}
	f := feeder{t: t, p: New(Config{}), stream: "event: " + large + "\nevent: x\nid: " + large + "\nid: 1\ndata: a"}
	for f.taken < len(f.stream) {
		f.feed(min(4096, len(f.stream)-f.taken))
	}
	assert.LessOrEqual(t, f.p.buffers(), 1<<10, "before the end of the event")

	f = feeder{t: t, p: New(Config{MaxEventBytes: 3<<20 - 1})}
	f.stream = "event: " + large + "\nid: " + large + "\ndata: " + large
	f.feed(len(f.stream))
	require.Error(t, f.err)
	assert.Zero(t, f.p.buffers(), "after the limit")

	f = feeder{t: t, p: New(Config{LastEventID: large}), stream: "data: " + large}
	f.feed(len(f.stream))
	f.p.Reset("")
	assert.Zero(t, f.p.buffers(), "after Reset")
}
