package parser

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// feeder gives a stream to a Parser in pieces and holds it to what Next
// promises.
type feeder struct {
	t      testing.TB
	p      *Parser
	stream string
	taken  int
	piece  []byte
	tokens []token
	err    error
}

// feed gives the next n octets.
func (f *feeder) feed(n int) {
	f.piece = append(f.piece[:0], f.stream[f.taken:f.taken+n]...)
	end := f.taken + n
	for src := f.piece; len(src) > 0 && f.err == nil; {
		tok, n, ok, err := f.p.Next(src)
		f.taken += n
		src = src[n:]
		f.err = err
		if ok {
			f.check(err == nil && tok.Kind != 0, "ok with an error, or without a token")
			f.token(&tok, f.taken == end)
		} else {
			f.check(tok.Kind == 0 && tok.Data == nil && tok.ID == nil, "a token, and ok is false")
			f.check(err != nil || len(src) == 0, "not all was taken, and there is no token")
		}
	}
	for i := range f.piece { // what the Parser keeps, it has to copy
		f.piece[i] = '!'
	}
}

// token keeps a token, after a look at what it has and where it came.
func (f *feeder) token(tok *Token, last bool) {
	kept := token{tok.Kind, string(tok.Type), string(tok.Data), string(tok.ID), string(tok.Comment), tok.Retry, f.taken}
	only := token{Kind: tok.Kind, At: f.taken}
	switch tok.Kind {
	case KindEvent:
		only.Type, only.Data, only.ID = kept.Type, kept.Data, kept.ID
	case KindID:
		only.ID = kept.ID
	case KindComment:
		only.Comment = kept.Comment
	case KindRetry:
		only.Retry = kept.Retry
		d, ok := f.p.Retry()
		f.check(ok && d == tok.Retry, "Retry is not that of the token")
	}
	f.check(only == kept, "a token has what is not of its kind")
	f.check(len(tok.Data) == cap(tok.Data) && len(tok.Comment) == cap(tok.Comment), "a token has room to append")
	if tok.Kind == KindEvent || tok.Kind == KindID {
		f.check(kept.ID == f.p.LastEventID(), "LastEventID is not that of the token")
	}
	switch {
	case f.taken >= 2 && f.stream[f.taken-2:f.taken] == "\r\n":
		kept.At--
	case f.stream[f.taken-1] == '\r':
		f.check(last || f.stream[f.taken] != '\n', "the LF of a CRLF in one piece was left")
	}
	f.tokens = append(f.tokens, kept)
}

// check is require.True without its cost.
func (f *feeder) check(ok bool, text string) {
	if !ok {
		f.t.Helper()
		require.Fail(f.t, text, "%q, after %d octets", f.stream, f.taken)
	}
}

// end gives the end of the stream.
func (f *feeder) end() outcome {
	f.check(f.err == nil, "an error")
	f.check(f.p.scanned <= int64(len(f.stream)), "not linear")
	err := f.p.Close()
	f.check((err == nil) == (f.p.Close() == nil), "Close changed something")
	return outcome{f.tokens, f.p.LastEventID(), err != nil}
}

// run feeds stream in the pieces that end at cuts.
func run(t testing.TB, c Config, stream string, cuts ...int) outcome {
	t.Helper()
	f := feeder{t: t, p: New(c), stream: stream}
	for _, cut := range append(cuts, len(stream)) {
		f.feed(cut - f.taken)
	}
	return f.end()
}

// runChunks feeds stream in pieces of size octets.
func runChunks(t testing.TB, c Config, stream string, size int) outcome {
	t.Helper()
	f := feeder{t: t, p: New(c), stream: stream}
	for f.taken < len(stream) {
		f.feed(min(size, len(stream)-f.taken))
	}
	return f.end()
}

func same(a, b outcome) bool {
	return slices.Equal(a.Tokens, b.Tokens) && a.LastID == b.LastID && a.Incomplete == b.Incomplete
}

// checkCuts compares a stream with the model: whole, octet by octet, and in all
// ways to cut it in two or three.
func checkCuts(t *testing.T, c Config, stream string) {
	t.Helper()
	want := model(stream, c)
	require.Equal(t, want, run(t, c, stream), "whole")
	require.Equal(t, want, runChunks(t, c, stream, 1), "octet by octet")
	for i := range len(stream) + 1 {
		for j := i; j <= len(stream); j++ {
			if got := run(t, c, stream, i, j); !same(want, got) {
				require.Equal(t, want, got, "cut at %d and %d", i, j)
			}
		}
	}
}

// configs are all ways to treat comments and what is not UTF-8.
var configs = []Config{{}, {Comments: true}, {RawUTF8: true}, {Comments: true, RawUTF8: true}}

// example is a stream and what comes of it without comments, and with U+FFFD
// for what is not UTF-8.
type example struct {
	name, stream string
	want         []token // At is not looked at
	incomplete   bool
}

// checkExamples compares examples with what they are to give, and in all
// configurations and cuts with the model.
func checkExamples(t *testing.T, seed string, examples []example) {
	t.Helper()
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			got := run(t, Config{LastEventID: seed}, e.stream)
			for i := range got.Tokens {
				got.Tokens[i].At = 0
			}
			assert.Equal(t, e.want, got.Tokens)
			assert.Equal(t, e.incomplete, got.Incomplete)
			for _, c := range configs {
				c.LastEventID = seed
				t.Run(fmt.Sprintf("comments=%t,raw=%t", c.Comments, c.RawUTF8), func(t *testing.T) {
					checkCuts(t, c, e.stream)
				})
			}
		})
	}
}
