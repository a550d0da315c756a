package sse_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// endless is a stream that begins with head and goes on with body, for ever or
// for the next most octets.
type endless struct {
	head, body string
	taken      int
	most       int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.head)
	e.head = e.head[n:]
	for n < len(p) {
		n += copy(p[n:], e.body)
	}
	e.taken += n
	if e.most > 0 && e.taken > e.most {
		return n, errEnough
	}
	return n, nil
}

var errEnough = errors.New("enough")

// allocated gives the octets that f allocates, freed ones too.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

const (
	eventLimit = 1 << 20
	readLimit  = 64 << 10 // the largest read buffer
)

func TestS3_AnEndlessEventCostsItsLimitAndOneReadBuffer(t *testing.T) {
	x := strings.Repeat("x", 1000)
	for name, s := range map[string]endless{
		"data":           {head: "data: ", body: x},
		"type":           {head: "event: ", body: x},
		"id":             {head: "id: ", body: x},
		"retry":          {head: "retry: ", body: strings.Repeat("1", 1000)},
		"data lines":     {body: "data: " + x + "\n"},
		"short lines":    {body: "data: 1\n"},
		"ill-formed":     {head: "data: ", body: "\xFF\xE2\x82"},
		"after an id":    {head: "id: 1\n\nid: 2\ndata: 1\n\ndata: ", body: x},
		"CR, LF and BOM": {head: "\uFEFFdata: \r", body: "data: \r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var end error
			cost := allocated(func() {
				for _, err := range sse.Read(&s, &sse.ReadOptions{MaxEventBytes: eventLimit}) {
					end = err
				}
			})
			limit, ok := errors.AsType[*sse.LimitError](end)
			require.True(t, ok, "%v", end)
			assert.Equal(t, eventLimit, limit.Limit)
			// A short line is mostly its name, which is not held.
			if name != "short lines" && name != "CR, LF and BOM" {
				assert.LessOrEqual(t, s.taken, eventLimit+eventLimit/100+readLimit)
			}
			// A buffer that doubles, and once more to the limit, has cost up to
			// three times that in all, of which one and a half are held at once.
			assert.Less(t, cost, uint64(3*eventLimit+3*readLimit))
		})
	}
}

// What has no meaning is not held, so there is nothing to limit.
func TestS3_EndlessCommentsAndUnknownFieldsCostNothing(t *testing.T) {
	x := strings.Repeat("x", 1000)
	for name, s := range map[string]endless{
		"one comment":       {head: ":", body: x},
		"comments":          {body: ": " + x + "\n"},
		"blank lines":       {body: "\r\n"},
		"one unknown field": {head: "unknown: ", body: x},
		"one unknown name":  {body: x},
		"unknown fields":    {body: "Data: " + x + "\r"},
	} {
		t.Run(name, func(t *testing.T) {
			s.most = 16 << 20
			var end error
			cost := allocated(func() {
				for _, err := range sse.Read(&s, &sse.ReadOptions{MaxEventBytes: 1 << 10}) {
					end = err
				}
			})
			assert.Equal(t, errEnough, end)
			assert.Less(t, cost, uint64(3*readLimit))
		})
	}
}

// Whoever asks for comments has them limited as well.
func TestS3_AnEndlessCommentThatIsAskedFor(t *testing.T) {
	s := endless{head: ":", body: "x"}
	_, end := eventsOf(t, sse.Read(&s, &sse.ReadOptions{
		MaxEventBytes: eventLimit,
		OnComment:     func(string) { t.Error("it never ends") },
	}))
	_, ok := errors.AsType[*sse.LimitError](end)
	assert.True(t, ok)
	assert.LessOrEqual(t, s.taken, eventLimit+readLimit)
}

// Without a limit an event may have any length; with it a stream and a line
// may, as long as nothing of them is held.
func TestReadHasNoOtherLimit(t *testing.T) {
	long := strings.Repeat("x", 9<<20)
	events, err := eventsOf(t, sse.Read(strings.NewReader("data: "+long+"\n\n"), &sse.ReadOptions{MaxEventBytes: -1}))
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.Len(t, events[0].Data, len(long))

	_, err = eventsOf(t, sse.Read(strings.NewReader("data: "+long+"\n\n"), nil))
	limit, ok := errors.AsType[*sse.LimitError](err)
	require.True(t, ok)
	assert.Equal(t, 8<<20, limit.Limit, "the default")
}
