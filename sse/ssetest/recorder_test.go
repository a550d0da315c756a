package ssetest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse/ssetest"
)

func TestRecorderKnowsWhatWasFlushed(t *testing.T) {
	rec := &ssetest.Recorder{}
	assert.Zero(t, rec.Status())
	assert.Nil(t, rec.Sent())
	rec.Header().Set("A", "1")
	rec.WriteHeader(http.StatusAccepted)
	rec.WriteHeader(http.StatusOK)
	rec.Header().Set("A", "2")
	require.NoError(t, rec.FlushError())
	for _, s := range []string{"id: 7\nda", "ta: x\n\n"} {
		n, err := rec.Write([]byte(s))
		require.NoError(t, err)
		assert.Len(t, s, n)
	}
	assert.Empty(t, rec.Events(), "none has been flushed")
	rec.Flush()
	_, err := rec.Write([]byte("event: t\ndata: y\n\ndata"))
	require.NoError(t, err)
	assert.Equal(t, http.StatusAccepted, rec.Status())
	assert.Equal(t, http.Header{"A": {"1"}}, rec.Sent())
	assert.Equal(t, []string{"", "id: 7\ndata: x\n\n"}, rec.Flushed())
	assert.Equal(t, "event: t\ndata: y\n\ndata", rec.Unflushed())
	assert.Equal(t, "id: 7\ndata: x\n\nevent: t\ndata: y\n\ndata", rec.Body())
	assert.Equal(t, []ssetest.Event{{Type: "message", Data: "x", LastEventID: "7"}}, rec.Events())
	rec.Flush()
	assert.Equal(t, []ssetest.Event{{Type: "message", Data: "x", LastEventID: "7"}, {Type: "t", Data: "y", LastEventID: "7"}}, rec.Events())
	var texts []string
	for _, a := range rec.Actions() {
		texts = append(texts, a.String())
	}
	assert.Equal(t, []string{"header 202", "header 200", "flush", "write 8 octets", "write 7 octets", "flush", "write 22 octets", "flush"}, texts)
	assert.Equal(t, "none", ssetest.ActionKind(0).String())
}

// As with net/http, a write or a flush sends the header fields.
func TestRecorderSendsTheHeaderByItself(t *testing.T) {
	rec := &ssetest.Recorder{}
	rec.Flush()
	assert.Equal(t, http.StatusOK, rec.Status())
	assert.NotNil(t, rec.Sent())
	rec = &ssetest.Recorder{}
	_, err := rec.Write(nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, rec.Status())
	rec = &ssetest.Recorder{}
	rec.Serve(http.NotFoundHandler(), httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusNotFound, rec.Status())
	rec = &ssetest.Recorder{}
	rec.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusOK, rec.Status())
}

func TestRecorderFailsAtAnOctet(t *testing.T) {
	broken := errors.New("broken")
	rec := &ssetest.Recorder{}
	rec.FailAt(5, broken)
	n, err := rec.Write([]byte("12345"))
	require.NoError(t, err)
	assert.Equal(t, 5, n)
	n, err = rec.Write(nil)
	require.NoError(t, err)
	assert.Zero(t, n)
	n, err = rec.Write([]byte("6"))
	require.ErrorIs(t, err, broken)
	assert.Zero(t, n)
	rec.FailAt(7, broken)
	n, err = rec.Write([]byte("678"))
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 2, n)
	rec.FailAt(1, broken) // behind it already
	_, err = rec.Write([]byte("8"))
	require.ErrorIs(t, err, broken)
	rec.FailAt(-1, nil)
	_, err = rec.Write([]byte("8"))
	require.NoError(t, err)
	assert.Equal(t, "12345678", rec.Body())
	assert.Equal(t, "write 2 octets: broken", rec.Actions()[3].String())
}

func TestRecorderStallsUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		rec.StallAt(2)
		start := time.Now()
		require.NoError(t, rec.SetWriteDeadline(start.Add(time.Second)))
		n, err := rec.Write([]byte("123"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, 2, n)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, start.Add(time.Second), rec.WriteDeadline())
		_, err = rec.Write([]byte("3"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded, "at once")
		assert.Equal(t, time.Second, time.Since(start))

		// The deadline can be moved while a write waits.
		require.NoError(t, rec.SetWriteDeadline(time.Time{}))
		go func() {
			<-time.After(time.Minute)
			_ = rec.SetWriteDeadline(time.Now().Add(time.Minute))
		}()
		_, err = rec.Write([]byte("3"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Second+2*time.Minute, time.Since(start))
	})
}

func TestRecorderGoesOnAfterAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		rec.StallAt(2)
		wrote := make(chan error)
		go func() { _, err := rec.Write([]byte("12345")); wrote <- err }()
		synctest.Wait()
		assert.Equal(t, "12", rec.Body())
		rec.StallAt(4)
		synctest.Wait()
		assert.Equal(t, "1234", rec.Body())
		rec.StallAt(-1)
		require.NoError(t, <-wrote)
		assert.Equal(t, "12345", rec.Body())

		// A stalled client that leaves.
		broken := errors.New("broken")
		rec.StallAt(0)
		go func() { _, err := rec.Write([]byte("6")); wrote <- err }()
		synctest.Wait()
		rec.FailAt(0, broken)
		require.ErrorIs(t, <-wrote, broken)
	})
}

func TestRecorderWithoutSomething(t *testing.T) {
	rec := &ssetest.Recorder{}
	now := time.Now()
	for _, w := range []http.ResponseWriter{rec, rec.Unwrapping(), ssetest.Unwrapping(rec.Unwrapping())} {
		rc := http.NewResponseController(w)
		require.NoError(t, rc.Flush())
		require.NoError(t, rc.SetReadDeadline(now))
		require.NoError(t, rc.SetWriteDeadline(now))
	}
	for _, w := range []http.ResponseWriter{rec.WithoutFlush(), ssetest.Unwrapping(rec.WithoutFlush())} {
		rc := http.NewResponseController(w)
		require.ErrorIs(t, rc.Flush(), http.ErrNotSupported)
		require.ErrorIs(t, rc.SetWriteDeadline(now), http.ErrNotSupported)
	}
	w := rec.WithoutDeadlines()
	rc := http.NewResponseController(w)
	require.NoError(t, rc.Flush())
	require.ErrorIs(t, rc.SetReadDeadline(now), http.ErrNotSupported)
	require.ErrorIs(t, rc.SetWriteDeadline(now), http.ErrNotSupported)
	w.Header().Set("A", "1")
	_, err := w.Write([]byte("x"))
	require.NoError(t, err)
	w.WriteHeader(http.StatusOK)
	assert.Equal(t, "x", rec.Body())
	assert.Len(t, rec.Flushed(), 4)
}

func TestRecorderRecordsWhatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		stalled := make(chan error)
		var r *http.Request
		rec.Serve(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			r = req
			assert.NoError(t, req.Context().Err())
			rec.StallAt(0)
			go func() { _, err := w.Write([]byte("in progress")); stalled <- err }()
			synctest.Wait()
		}), httptest.NewRequest(http.MethodGet, "/", nil))
		require.Error(t, r.Context().Err())
		require.ErrorIs(t, <-stalled, ssetest.ErrReturned)
		rec.StallAt(-1)
		require.ErrorIs(t, rec.FlushError(), ssetest.ErrReturned)
		_, err := rec.Write([]byte("x"))
		require.ErrorIs(t, err, ssetest.ErrReturned)
		require.ErrorIs(t, rec.SetReadDeadline(time.Time{}), ssetest.ErrReturned)
		require.ErrorIs(t, rec.SetWriteDeadline(time.Now()), ssetest.ErrReturned)
		rec.WriteHeader(http.StatusTeapot)
		assert.Equal(t, http.StatusOK, rec.Status())
		assert.Empty(t, rec.Body())
		var texts []string
		for _, a := range rec.Late() {
			texts = append(texts, a.String())
		}
		const returned = ": ssetest: the handler has returned"
		assert.Equal(t, []string{
			"write 0 octets" + returned, "flush" + returned, "write 0 octets" + returned,
			"read deadline cleared" + returned, "write deadline set" + returned, "header 418",
		}, texts)
		assert.Empty(t, rec.Actions())
	})
}
