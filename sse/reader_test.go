package sse

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse/ssetest"
)

// pieces gives a source of these pieces.
func pieces(p ...string) *ssetest.PieceReader {
	r := ssetest.Reader()
	for _, s := range p {
		r.Pieces = append(r.Pieces, []byte(s))
	}
	return r
}

// drain gives all events up to the end, and the end.
func drain(r *reader) (events []Event, end error) {
	for {
		e, err := r.next()
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
}

func TestReaderTellsWhatComesInOrder(t *testing.T) {
	var told []string
	src := pieces(
		"retry: 7\nid: a\n", "\n: hello\n", "data: 1\nretry: 8\n\n", "data: 2\nid: b\n\n:", "\n", "id\n\n",
	)
	r := newReader(readFunc(func(p []byte) (int, error) {
		n, err := src.Read(p)
		if n > 0 {
			told = append(told, "octets "+strings.Repeat("*", n))
		}
		return n, err
	}), readerConfig{
		lastEventID: "seed",
		onComment:   func(s string) { told = append(told, "comment "+s) },
		onRetry:     func(d time.Duration) { told = append(told, "retry "+d.String()) },
		onID:        func(id string) { told = append(told, "id "+id) },
	})
	assert.Equal(t, "seed", r.lastEventID())
	_, ok := r.retry()
	assert.False(t, ok)
	for {
		e, err := r.next()
		if err != nil {
			require.Equal(t, io.EOF, err)
			break
		}
		told = append(told, "event "+e.Data+" "+e.LastEventID+" "+r.lastEventID())
	}
	assert.Equal(t, []string{
		"octets " + strings.Repeat("*", 15), "retry 7ms",
		"octets " + strings.Repeat("*", 9), "id a", "comment hello",
		"octets " + strings.Repeat("*", 18), "retry 8ms", "event 1 a a",
		"octets " + strings.Repeat("*", 16), "event 2 b b",
		"octets *", "comment ",
		"octets ****", "id ",
	}, told)
	assert.Empty(t, r.lastEventID())
	d, ok := r.retry()
	assert.True(t, ok)
	assert.Equal(t, 8*time.Millisecond, d)
}

// Without hooks nothing is called.
func TestReaderWithoutHooks(t *testing.T) {
	r := newReader(pieces(": c\nretry: 5\nid: x\n\ndata: d\n\n"), readerConfig{})
	events, end := drain(r)
	assert.Equal(t, io.EOF, end)
	assert.Equal(t, []Event{{Type: DefaultType, Data: "d", LastEventID: "x"}}, events)
}

// A source may give its error with its last octets, or after them.
func TestReaderTakesOctetsBeforeTheError(t *testing.T) {
	cut := errors.New("cut")
	for _, together := range []bool{false, true} {
		for _, end := range []error{nil, cut} {
			want := end
			if want == nil {
				want = io.EOF
			}
			src := pieces("data: 1\n\ndata: 2\n\n", "data: 3\n\n")
			src.End, src.Together = end, together
			r := newReader(src, readerConfig{})
			events, err := drain(r)
			require.Equal(t, want, err)
			require.Len(t, events, 3)
			_, err = r.next()
			require.Equal(t, want, err, "the end stays")
		}
	}
}

// Only io.EOF itself is a clean end.
func TestReaderTakesAWrappedEOFForAnError(t *testing.T) {
	src := pieces("data: 1\n\n")
	src.End = &wrapped{io.EOF}
	_, err := drain(newReader(src, readerConfig{}))
	assert.Equal(t, src.End, err)
}

type wrapped struct{ error }

func (w *wrapped) Unwrap() error { return w.error }

type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestReaderGivesUpASourceThatGivesNothing(t *testing.T) {
	calls := 0
	r := newReader(readFunc(func([]byte) (int, error) { calls++; return 0, nil }), readerConfig{})
	_, err := r.next()
	assert.Equal(t, io.ErrNoProgress, err)
	assert.Equal(t, maxEmptyReads, calls)

	// Almost as many are borne, again and again.
	calls = 0
	r.reset(readFunc(func(p []byte) (int, error) {
		calls++
		switch {
		case calls > 3*maxEmptyReads:
			return 0, io.EOF
		case calls%maxEmptyReads == 0:
			return copy(p, "data\n\n"), nil
		}
		return 0, nil
	}), "")
	events, err := drain(r)
	assert.Equal(t, io.EOF, err)
	assert.Len(t, events, 3)
}

func TestReaderRefusesAnImpossibleCount(t *testing.T) {
	for _, n := range []int{-1, 4<<10 + 1} {
		r := newReader(readFunc(func([]byte) (int, error) { return n, nil }), readerConfig{})
		_, err := r.next()
		assert.Equal(t, errReadCount, err)
	}
}

func TestReaderWithoutASource(t *testing.T) {
	_, err := newReader(nil, readerConfig{}).next()
	assert.Equal(t, errNoReader, err)
}

func TestReaderGoesOnWithAnotherStream(t *testing.T) {
	r := newReader(nil, readerConfig{lastEventID: "0", maxEventBytes: 64})
	r.reset(pieces("id: 1\ndata: a\n\nid: 2\ndata: cut"), r.lastEventID())
	events, err := drain(r)
	assert.Equal(t, []Event{{DefaultType, "a", "1"}}, events)
	incomplete, ok := errors.AsType[*IncompleteError](err)
	require.True(t, ok)
	assert.Equal(t, 4, incomplete.Octets)
	assert.Equal(t, "1", r.lastEventID(), "an id counts from the blank line on")

	r.release()
	r.reset(pieces("data: b\n\ndata: "+strings.Repeat("x", 65), "data: never\n\n"), r.lastEventID())
	events, err = drain(r)
	assert.Equal(t, []Event{{DefaultType, "b", "1"}}, events)
	limit, ok := errors.AsType[*LimitError](err)
	require.True(t, ok)
	assert.Equal(t, 64, limit.Limit)
	_, again := r.next()
	assert.Equal(t, err, again)

	r.reset(pieces("data: c\n\ndata: not looked at\n\n"), "z")
	e, err := r.next()
	require.NoError(t, err)
	assert.Equal(t, Event{DefaultType, "c", "z"}, e)
	r.release()
	r.reset(pieces("data: d\n\n"), "")
	e, err = r.next()
	require.NoError(t, err)
	assert.Equal(t, Event{DefaultType, "d", ""}, e)
}

// The buffer begins small, grows when it is filled, at most to 64 KiB, and goes
// back when it has long been too large.
func TestReaderBufferFollowsWhatComes(t *testing.T) {
	var sizes []int
	give := 1 << 30
	r := newReader(readFunc(func(p []byte) (int, error) {
		sizes = append(sizes, len(p))
		n := min(give, len(p))
		for i := range p[:n] {
			p[i] = '\n'
		}
		return n, nil
	}), readerConfig{})
	for range 5 {
		r.fill()
	}
	assert.Equal(t, []int{4 << 10, 16 << 10, 64 << 10, 64 << 10, 64 << 10}, sizes)

	sizes = nil
	give = 8 << 10
	for range 5 * calmReads {
		r.fill()
	}
	assert.Equal(t, 64<<10, sizes[calmReads-1])
	assert.Equal(t, 16<<10, sizes[calmReads+1])
	assert.Equal(t, 16<<10, sizes[len(sizes)-1], "8 KiB are too much for 4 KiB")

	sizes = nil
	for i := range 5 * calmReads {
		give = 100
		if i%calmReads == calmReads-2 {
			give = 3 << 10 // now and then more
		}
		r.fill()
	}
	assert.Equal(t, 16<<10, sizes[len(sizes)-1])

	sizes = nil
	give = 100
	for range 2 * calmReads {
		r.fill()
	}
	assert.Equal(t, 4<<10, sizes[len(sizes)-1])
	r.release()
	assert.Nil(t, r.buf.b)
}

// What was in a pooled buffer before is never taken for octets of a stream, and
// events do not change when the buffer is used again.
func TestReaderBuffersCarryNothingOver(t *testing.T) {
	first := newReader(pieces(strings.Repeat("data: secret\n\n", 100)), readerConfig{})
	e, err := first.next()
	require.NoError(t, err)
	poison := slices.Repeat([]byte("data: poison\n\n"), 300)
	copy(first.buf.b, poison)
	first.release()
	events, end := drain(newReader(pieces("data: a\n", "\n", "", "d"), readerConfig{}))
	assert.Equal(t, "secret", e.Data)
	assert.Equal(t, []Event{{DefaultType, "a", ""}}, events)
	assert.Equal(t, "sse: the stream ends inside an event, after 1 octets of it", end.Error())
}

//req:test SSE-9.2.6-19 SSE-9.2.6-20
func TestReaderEventTypes(t *testing.T) {
	long := strings.Repeat("t", longestType+1)
	var src, want []string
	for _, name := range []string{"", "a", "a", "b", "message", long, "a", "c", "d", "e", "f", "g", "h", "i", "a", "b", ""} {
		src = append(src, "event: "+name+"\ndata\n\n")
		if name == "" {
			name = DefaultType
		}
		want = append(want, name)
	}
	r := newReader(pieces(src...), readerConfig{})
	events, _ := drain(r)
	got := make([]string, 0, len(events))
	for _, e := range events {
		got = append(got, e.Type)
	}
	assert.Equal(t, want, got)
	assert.NotContains(t, r.types.names, long, "a long type does not outlive its event")
}

// Small data and a new ID are one allocation; large data is not kept by the ID.
func TestReaderEventIDs(t *testing.T) {
	big := strings.Repeat("x", packed+1)
	r := newReader(pieces("id: 1\ndata: a\n\n", "data: b\n\n", "id: 2\ndata: "+big+"\n\n", "id\ndata: c\n\n"), readerConfig{})
	events, _ := drain(r)
	assert.Equal(t, []Event{
		{DefaultType, "a", "1"}, {DefaultType, "b", "1"}, {DefaultType, big, "2"}, {DefaultType, "c", ""},
	}, events)
}
