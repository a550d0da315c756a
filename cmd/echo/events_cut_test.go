package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A cut ends the one stream in good order. What is posted until its client is
// back comes then, once.
func TestCut(t *testing.T) {
	p := start(t)
	cut := func() int { return p.do(t, http.MethodPost, "/events/cut/"+token(0), "").status }
	assert.Equal(t, http.StatusNotFound, cut())

	other := p.listen(t, httpClient(t, ""), "/events?token="+token(1), nil)
	target := "/events?token=" + token(0)
	first := p.listen(t, httpClient(t, ""), target, nil)
	last := p.post(t, "", "before")
	assert.Equal(t, "before", first.next(t).Data)
	assert.Equal(t, http.StatusNoContent, cut())
	assert.Empty(t, first.ends(t))
	assert.Equal(t, http.StatusNotFound, cut(), "it is gone")

	p.post(t, "", "meanwhile")
	p.post(t, "", "meanwhile, too")
	again := p.listen(t, httpClient(t, ""), target, http.Header{"Last-Event-Id": {last}})
	p.post(t, "", "after")
	for _, want := range []string{"meanwhile", "meanwhile, too", "after"} {
		assert.Equal(t, want, again.next(t).Data)
	}
	for _, want := range []string{"before", "meanwhile", "meanwhile, too", "after"} {
		assert.Equal(t, want, other.next(t).Data, "the other stream was not cut")
	}
	assert.Equal(t, http.StatusNoContent, cut(), "the token names the stream that came back")
	assert.Empty(t, again.ends(t))
	assert.Equal(t, exitOK, p.stop(t))
	assert.Empty(t, other.ends(t))
}

// Of two streams with one token the later is cut; the end of the other one does
// not take the token away.
func TestCutWithOneTokenTwice(t *testing.T) {
	var e events
	streams := make([]*eventStream, 2)
	var cut []int
	var remove []func()
	for i := range streams {
		streams[i] = &eventStream{cancel: func(error) { cut = append(cut, i) }, over: make(chan struct{})}
		f, err := e.add(token(0), streams[i])
		require.NoError(t, err)
		remove = append(remove, f)
	}
	e.byToken[token(0)].cancel(errCut)
	remove[0]()
	assert.Contains(t, e.byToken, token(0))
	e.byToken[token(0)].cancel(errCut)
	assert.Equal(t, []int{1, 1}, cut)
	remove[1]()
	assert.Empty(t, e.byToken)
	assert.Zero(t, e.open)
}

func TestTooManyEventStreams(t *testing.T) {
	var e events
	stream := func() *eventStream { return &eventStream{over: make(chan struct{})} }
	var remove func()
	for range maxEventStreams {
		f, err := e.add("", stream())
		require.NoError(t, err)
		remove = f
	}
	_, err := e.add(token(0), stream())
	assert.Equal(t, http.StatusServiceUnavailable, statusOf(err))
	assert.Empty(t, e.byToken)
	remove()
	_, err = e.add(token(0), stream())
	require.NoError(t, err)
	_, err = e.add("short", stream())
	assert.Equal(t, http.StatusBadRequest, statusOf(err))
}
