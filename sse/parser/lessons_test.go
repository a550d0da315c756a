package parser

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A CRLF that is cut is one line end, and its first half ends the line at once.
//
//req:test SSE-9.2.6-02
func TestS5_CutCRLFIsOneLineEnd(t *testing.T) {
	p := New(Config{})
	for _, piece := range []struct {
		octets string
		events int
	}{
		{"data: a\r", 0},
		{"\n\r", 1}, // LF belongs to the CR before; the CR after it ends the blank line
		{"\n", 0},
		{"data: b\r", 0},
		{"\r", 1},
		{"\n", 0},
		{"data: c", 0},
		{"\r", 0},
		{"\n", 0},
		{"", 0},
		{"\n", 1},
	} {
		events := 0
		for src := []byte(piece.octets); len(src) > 0; {
			_, n, ok, err := p.Next(src)
			require.NoError(t, err)
			src = src[n:]
			if ok {
				events++
			}
		}
		assert.Equal(t, piece.events, events, "%q", piece.octets)
	}
	assert.NoError(t, p.Close())
}

// Exactly one byte order mark is dropped, from one octet at a time too; the next
// one belongs to the name of a field, which nobody knows then.
//
//req:test SSE-9.2.6-01
func TestS5_OneByteOrderMarkIsDropped(t *testing.T) {
	for marks, want := range []outcome{
		{Tokens: []token{msg("a")}},
		{Tokens: []token{msg("a")}},
		{},
		{},
	} {
		stream := "data: a\n\n"
		for range marks {
			stream = "\uFEFF" + stream
		}
		for i := range want.Tokens {
			want.Tokens[i].At = len(stream)
		}
		assert.Equal(t, want, run(t, Config{}, stream), "%d marks", marks)
		assert.Equal(t, want, runChunks(t, Config{}, stream, 1), "%d marks", marks)
	}
}

// A retry field is ASCII digits. It has effect with the call that takes its line
// end, an id field with the one that takes the blank line's.
//
//req:test SSE-9.2.6-13 SSE-9.2.6-14 SSE-9.2.6-16
func TestS6_WhenFieldsTakeEffect(t *testing.T) {
	p := New(Config{LastEventID: "0"})
	next := func(src string) (kinds []Kind) {
		for b := []byte(src); len(b) > 0; {
			tok, n, ok, err := p.Next(b)
			require.NoError(t, err)
			b = b[n:]
			if ok {
				kinds = append(kinds, tok.Kind)
			}
		}
		return kinds
	}
	after := func(d time.Duration, set bool, id string) {
		t.Helper()
		got, ok := p.Retry()
		assert.Equal(t, d, got)
		assert.Equal(t, set, ok)
		assert.Equal(t, id, p.LastEventID())
	}
	assert.Empty(t, next("id: 1\ndata: a\nretry: +5\nretry: -1\nretry:\nretry: 250"))
	after(0, false, "0")
	assert.Equal(t, []Kind{KindRetry}, next("\r"))
	after(250*time.Millisecond, true, "0")
	assert.Empty(t, next("\n"))
	assert.Equal(t, []Kind{KindEvent}, next("\r"))
	after(250*time.Millisecond, true, "1")
	assert.Equal(t, []Kind{KindRetry}, next("\nid: 2\nretry: 99999999999999999999\n"))
	after(time.Duration(maxRetry)*time.Millisecond, true, "1")
	assert.Equal(t, []Kind{KindID}, next("\n"))
	after(time.Duration(maxRetry)*time.Millisecond, true, "2")
	assert.Equal(t, []Kind{KindRetry}, next("retry: 0\n"))
	after(0, true, "2")
}

// At the end of a stream an unfinished event is gone with its type, data and id;
// its reconnection time has counted.
//
//req:test SSE-9.2.6-09
func TestS6_NothingUnfinishedSurvivesTheEnd(t *testing.T) {
	for _, e := range []struct{ rest, id string }{
		{"id: 9\nevent: x\ndata: old\nretry: 5\n", "s"},
		{"id: 9\nevent: x\ndata: old\nretry: 5\ndata: ol", "s"},
		{"retry: 5\nid: 9\n\nid: 10\nevent: x\nid: 11", "9"},
		{"retry: 5\nid: 9\r\n\rdata: old\rda", "9"},
	} {
		for size := 1; size <= len(e.rest); size++ {
			f := feeder{t: t, p: New(Config{LastEventID: "s"}), stream: e.rest}
			for f.taken < len(f.stream) {
				f.feed(min(size, len(f.stream)-f.taken))
			}
			var cut *IncompleteError
			require.ErrorAs(t, f.p.Close(), &cut)
			require.Equal(t, e.id, f.p.LastEventID())

			f.p.Reset(f.p.LastEventID())
			d, ok := f.p.Retry()
			assert.True(t, ok)
			assert.Equal(t, 5*time.Millisecond, d)
			f = feeder{t: t, p: f.p, stream: "\ndata: new\n\n"}
			f.p.scanned = 0
			f.feed(len(f.stream))
			assert.Equal(t, outcome{Tokens: []token{{Kind: KindEvent, Data: "new", ID: e.id, At: 12}}, LastID: e.id}, f.end())
		}
	}
}
