package sse_test

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// eventsThen gives events with these data, then an error if it is not nil, and
// tells whether it was left or came to its end.
func eventsThen(end error, data ...string) (seq iter.Seq2[sse.Event, error], done *string) {
	done = new(string)
	return func(yield func(sse.Event, error) bool) {
		*done = "left"
		for _, d := range data {
			if !yield(sse.Event{Type: "t", Data: d}, nil) {
				return
			}
		}
		if end != nil && !yield(sse.Event{}, end) {
			return
		}
		*done = "ended"
	}, done
}

type token struct {
	Text string `json:"text"`
}

func decoded(seq iter.Seq2[token, error]) (texts []string, end error) {
	for v, err := range seq {
		if err != nil {
			end = err
			continue // nothing comes after an error, even if one asks
		}
		texts = append(texts, v.Text)
	}
	return texts, end
}

func TestDecode(t *testing.T) {
	seq, done := eventsThen(nil, `{"text":"a"}`, `{}`, `null`, ` {"text":"b","more":1} `)
	texts, err := decoded(sse.Decode[token](seq))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "", "", "b"}, texts)
	assert.Equal(t, "ended", *done)
}

func TestDecodeEndsAtWhatIsNotOne(t *testing.T) {
	for _, bad := range []string{"", "[DONE]", `{"text":"`, `{"text":1}`, `{} {}`} {
		seq, done := eventsThen(nil, `{"text":"a"}`, bad, `{"text":"c"}`)
		texts, err := decoded(sse.Decode[token](seq))
		assert.Equal(t, []string{"a"}, texts)
		e, ok := errors.AsType[*sse.DecodeError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, 1, e.Index)
		assert.Equal(t, sse.Event{Type: "t", Data: bad}, e.Event)
		assert.Equal(t, `sse: data of event 1, type "t": `+e.Err.Error(), err.Error())
		assert.Equal(t, "left", *done)
	}
	seq, _ := eventsThen(nil, "[DONE]")
	_, err := decoded(sse.Decode[token](seq))
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	require.True(t, ok)
	assert.EqualValues(t, 2, syntax.Offset)
}

func TestDecodeGivesTheErrorOfTheEvents(t *testing.T) {
	cut := errors.New("cut")
	seq, _ := eventsThen(cut, `{"text":"a"}`)
	texts, err := decoded(sse.Decode[token](seq))
	assert.Equal(t, []string{"a"}, texts)
	assert.Equal(t, cut, err)
}

func TestDecodeIsLeft(t *testing.T) {
	seq, done := eventsThen(nil, `{"text":"a"}`, `{"text":"b"}`)
	for v, err := range sse.Decode[token](seq) {
		require.NoError(t, err)
		assert.Equal(t, "a", v.Text)
		break
	}
	assert.Equal(t, "left", *done)
}

func isDone(e sse.Event) bool { return e.Data == "[DONE]" }

func TestUntil(t *testing.T) {
	seq, done := eventsThen(errors.New("never seen"), "a", "b", "[DONE]", "c")
	events, err := eventsOf(t, sse.Until(seq, isDone))
	require.NoError(t, err)
	assert.Len(t, events, 2)
	assert.Equal(t, "left", *done, "it is ended, so a body is closed")
}

// A stream that ends without its last event was cut off, however clean its end
// looks.
func TestUntilWithoutALastEvent(t *testing.T) {
	for _, data := range [][]string{nil, {"a"}, {"a", "b"}} {
		seq, _ := eventsThen(nil, data...)
		events, err := eventsOf(t, sse.Until(seq, isDone))
		assert.Len(t, events, len(data))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.EqualError(t, err, "sse: the stream ended before its last event: unexpected EOF")
	}
}

func TestUntilGivesTheErrorOfTheEvents(t *testing.T) {
	cut := errors.New("cut")
	seq, _ := eventsThen(cut, "a")
	events, err := eventsOf(t, sse.Until(seq, isDone))
	assert.Len(t, events, 1)
	assert.Equal(t, cut, err)
	seq, _ = eventsThen(cut, "a")
	_, err = eventsOf(t, sse.Until(seq, func(e sse.Event) bool { return e.Data == "" }))
	assert.Equal(t, cut, err, "what comes with an error is no event")
}

func TestUntilIsLeft(t *testing.T) {
	seq, done := eventsThen(nil, "a", "b")
	for e, err := range sse.Until(seq, isDone) {
		require.NoError(t, err)
		assert.Equal(t, "a", e.Data)
		break
	}
	assert.Equal(t, "left", *done)
}

func TestDecodeAndUntilCloseTheBody(t *testing.T) {
	resp, body := respond(t, t.Context(), strings.NewReader("data: {\"text\":\"a\"}\n\ndata: [DONE]\n\n: more\n"), nil)
	texts, err := decoded(sse.Decode[token](sse.Until(resp.Events(), isDone)))
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, texts)
	assert.Equal(t, 1, body.closed)
}

func TestSequencesOfNothing(t *testing.T) {
	const want = "sse: no sequence of events, or no function to tell its last"
	_, err := eventsOf(t, sse.Until(nil, isDone))
	assert.EqualError(t, err, want)
	seq, _ := eventsThen(nil, "a")
	_, err = eventsOf(t, sse.Until(seq, nil))
	assert.EqualError(t, err, want)
	_, err = decoded(sse.Decode[token](nil))
	assert.EqualError(t, err, want)
}
