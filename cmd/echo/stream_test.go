package main

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

func TestTokenShape(t *testing.T) {
	for token, want := range map[string]bool{
		strings.Repeat("a", 22):               true,
		"0123456789abcdefABCDEF-_zZ":          true,
		strings.Repeat("a", 64):               true,
		strings.Repeat("a", 21):               false,
		strings.Repeat("a", 65):               false,
		"":                                    false,
		strings.Repeat("a", 21) + "/":         false,
		strings.Repeat("a", 21) + "%":         false,
		strings.Repeat("a", 20) + "\u00e4":    false,
		strings.Repeat("a", 21) + "\x00" + "": false,
	} {
		assert.Equal(t, want, validToken(token), "%q", token)
	}
}

func token(n int) string {
	return strings.Repeat("t", minToken) + string(rune('a'+n/26)) + string(rune('a'+n%26))
}

func statusOf(err error) int {
	e, _ := err.(*httpError) //nolint:errorlint // never wrapped
	if e == nil {
		return 0
	}
	return e.status
}

// A stream without a reader, or without a connection, ends after a minute; one
// with both lives on.
func TestStreamLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s streams
		alone, err := s.get(token(0))
		require.NoError(t, err)
		both, err := s.get(token(1))
		require.NoError(t, err)
		require.NoError(t, both.read())
		require.NoError(t, both.claim())
		waiting, err := s.get(token(2))
		require.NoError(t, err)
		require.NoError(t, waiting.read())

		<-time.After(streamLife - time.Second)
		synctest.Wait()
		assert.NotNil(t, s.find(token(0)))
		<-time.After(2 * time.Second)
		synctest.Wait()
		assert.Nil(t, s.find(token(0)))
		assert.Nil(t, s.find(token(2)))
		assert.Same(t, both, s.find(token(1)))

		// The reader that waited is told why it ends.
		<-waiting.wake
		items, more := waiting.take()
		assert.False(t, more)
		assert.Equal(t, []any{&endRecord{Type: "end", Cause: "no connection came"}}, items)
		// What comes later for a stream that is over is dropped.
		alone.put(&frameEvent{}, false)
		_, more = alone.take()
		assert.False(t, more)

		// A reader that goes away may come back within a minute.
		both.leave()
		<-time.After(streamLife / 2)
		synctest.Wait()
		require.NoError(t, both.read())
		<-time.After(2 * streamLife)
		synctest.Wait()
		assert.Same(t, both, s.find(token(1)))
		both.leave()
		<-time.After(streamLife + time.Second)
		synctest.Wait()
		assert.Nil(t, s.find(token(1)), "the frames of a connection that nobody watches")
	})
}

func TestOneReaderAndOneConnection(t *testing.T) {
	var s streams
	defer s.close()
	st, err := s.get(token(0))
	require.NoError(t, err)
	require.NoError(t, st.read())
	require.NoError(t, st.claim())
	assert.Equal(t, http.StatusConflict, statusOf(st.read()))
	assert.Equal(t, http.StatusConflict, statusOf(st.claim()))
	st.leave()
	require.NoError(t, st.read())

	// A reader that leaves late takes no other stream of the token with it.
	st.finish("")
	st.take()
	next, err := s.get(token(0))
	require.NoError(t, err)
	st.leave()
	assert.Same(t, next, s.find(token(0)))
}

func TestTooManyStreams(t *testing.T) {
	var s streams
	for n := range maxStreams {
		_, err := s.get(token(n))
		require.NoError(t, err)
	}
	_, err := s.get(token(maxStreams))
	assert.Equal(t, http.StatusServiceUnavailable, statusOf(err))
	_, err = s.get(token(0))
	require.NoError(t, err, "those that are there still work")
	_, err = s.get("short")
	assert.Equal(t, http.StatusBadRequest, statusOf(err))
	s.close()
	assert.Empty(t, s.byToken)
	_, err = s.get(token(0))
	assert.Equal(t, http.StatusServiceUnavailable, statusOf(err))
}

// Frames that find the queue full are counted where they are missing.
func TestSlowReader(t *testing.T) {
	st := newStream(func(*stream) {})
	f := &feed{stream: st, number: 1}
	for range streamQueue + 7 {
		f.frame(frame.SideClient, frame.Annotation{})
	}
	f.ended(&ws.CloseError{Code: ws.StatusNormalClosure})
	items, more := st.take()
	assert.False(t, more)
	require.Len(t, items, streamQueue+2)
	assert.IsType(t, &frameEvent{}, items[streamQueue-1])
	assert.Equal(t, &droppedRecord{Type: "dropped", Frames: 7}, items[streamQueue])
	assert.IsType(t, &endRecord{}, items[streamQueue+1])

	st = newStream(func(*stream) {})
	f.stream = st
	for range streamQueue + 1 {
		f.frame(frame.SideClient, frame.Annotation{})
	}
	st.take()
	f.frame(frame.SideServer, frame.Annotation{})
	items, more = st.take()
	assert.True(t, more)
	assert.Len(t, items, 1, "there is room again")
	st.finish("")
}
