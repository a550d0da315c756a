package sse_test

import (
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// eventsOf gives the events of a sequence and the error of the last pair.
func eventsOf(t *testing.T, seq iter.Seq2[sse.Event, error]) (events []sse.Event, end error) {
	t.Helper()
	for e, err := range seq {
		require.NoError(t, end, "a pair after the error")
		if end = err; err == nil {
			events = append(events, e)
		} else {
			require.Equal(t, sse.Event{}, e, "an event beside the error")
		}
	}
	return events, end
}

// A stream is read the same wherever it is cut: between CR and LF, inside the
// byte order mark, inside a code point, with empty reads.
func TestS5_ReadIsTheSameHoweverTheStreamIsCut(t *testing.T) {
	const stream = "\uFEFF: c\r\nid: 1\revent: t\ndata: a\xFF\xF0\x9F\r\n\rdata:\uFEFF\ndata\n\nid\rdata: \xE2\x82\xAC\r\r"
	want := []sse.Event{
		{Type: "t", Data: "a\uFFFD\uFFFD", LastEventID: "1"},
		{Type: "message", Data: "\uFEFF\n", LastEventID: "1"},
		{Type: "message", Data: "\u20AC", LastEventID: ""},
	}
	for pieces := range 3 {
		for p := range ssetest.Splits([]byte(stream), pieces+1) {
			events, err := eventsOf(t, sse.Read(ssetest.Reader(p...), nil))
			require.NoError(t, err, "%q", p)
			require.Equal(t, want, events, "%q", p)
		}
	}
}

// No event waits for octets that it does not need: when a Read is made, all
// events of the octets before it have been given.
//
//req:test SSE-9.2.5-05
func TestReadGivesEachEventBeforeTheNextRead(t *testing.T) {
	steps := []struct {
		octets string
		events int // that are complete after them
	}{
		{"data: 1\r\n\r", 1}, // the LF that may follow is not waited for
		{"\ndata: 2\n", 1},
		{"\n", 2},
		{"data: 3\r\r", 3},
		{"id: x\ndata: 4\n\ndata: 5\n\nda", 5},
		{"ta: 6", 5},
		{"\n\n", 6},
	}
	reads, given := 0, 0
	src := readFunc(func(p []byte) (int, error) {
		if reads > 0 {
			require.Equal(t, steps[reads-1].events, given, "before Read %d", reads+1)
		}
		if reads == len(steps) {
			return 0, io.EOF
		}
		reads++
		return copy(p, steps[reads-1].octets), nil
	})
	for _, err := range sse.Read(src, nil) {
		require.NoError(t, err)
		given++
	}
	assert.Equal(t, len(steps), reads)
}

type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestReadEnds(t *testing.T) {
	cut := errors.New("cut")
	for name, c := range map[string]struct {
		stream string
		end    error
		events int
		check  func(t *testing.T, err error)
	}{
		"between two events": {"data: 1\n\n", nil, 1, nil},
		"in a comment":       {"data: 1\n\n: ab", nil, 1, nil},
		"without an octet":   {"", nil, 0, nil},
		"after a line": {"data: 1\n\nid: 1\ndata: 2\n", nil, 1, func(t *testing.T, err error) {
			e, ok := errors.AsType[*sse.IncompleteError](err)
			require.True(t, ok)
			assert.Equal(t, 2, e.Octets)
		}},
		"in a line": {"data: 1\n\nda", nil, 1, func(t *testing.T, err error) {
			_, ok := errors.AsType[*sse.IncompleteError](err)
			assert.True(t, ok)
		}},
		"by an error":          {"data: 1\n\n", cut, 1, func(t *testing.T, err error) { assert.Equal(t, cut, err) }},
		"by an error in event": {"data: 1\n\ndata: 2", cut, 1, func(t *testing.T, err error) { assert.Equal(t, cut, err) }},
		"by no progress": {"data: 1\n\n", io.ErrNoProgress, 1, func(t *testing.T, err error) {
			assert.Equal(t, io.ErrNoProgress, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, together := range []bool{false, true} {
				src := ssetest.Reader([]byte(c.stream))
				src.End, src.Together = c.end, together
				events, err := eventsOf(t, sse.Read(src, nil))
				assert.Len(t, events, c.events)
				if c.check == nil {
					require.NoError(t, err)
					continue
				}
				require.Error(t, err)
				c.check(t, err)
			}
		})
	}
}

func TestReadIsForOneLoop(t *testing.T) {
	seq := sse.Read(strings.NewReader("data: 1\n\ndata: 2\n\n"), nil)
	for e, err := range seq {
		require.NoError(t, err)
		assert.Equal(t, "1", e.Data)
		break
	}
	events, err := eventsOf(t, seq)
	assert.Empty(t, events)
	assert.EqualError(t, err, "sse: a second loop over the events of one stream")
}

func TestReadWithoutAReader(t *testing.T) {
	_, err := eventsOf(t, sse.Read(nil, nil))
	assert.EqualError(t, err, "sse: no io.Reader to read a stream from")
}

// The options are those of the call: changing them later changes nothing.
func TestReadOptions(t *testing.T) {
	var told []string
	o := &sse.ReadOptions{
		LastEventID:   "seed",
		MaxEventBytes: 32,
		OnComment:     func(text string) { told = append(told, "comment "+text) },
		OnRetry:       func(d time.Duration) { told = append(told, "retry "+d.String()) },
	}
	seq := sse.Read(strings.NewReader(": hi\nretry: 1500\n\ndata: 1\n\nid: 2\n\ndata: 2\n\n"+
		"data: "+strings.Repeat("x", 40)+"\n\n"), o)
	*o = sse.ReadOptions{}
	events, err := eventsOf(t, seq)
	assert.Equal(t, []string{"comment hi", "retry 1.5s"}, told)
	assert.Equal(t, []sse.Event{{"message", "1", "seed"}, {"message", "2", "2"}}, events)
	limit, ok := errors.AsType[*sse.LimitError](err)
	require.True(t, ok)
	assert.Equal(t, 32, limit.Limit)
}
