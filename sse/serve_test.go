package sse_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// serve runs Serve on a Recorder as a server would, and gives its error.
func serve(rec *ssetest.Recorder, req *http.Request, seq iter.Seq2[sse.Message, error], o *sse.Options) (err error) {
	rec.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { err = sse.Serve(w, r, seq, o) }), req)
	return err
}

// count yields messages for ever, one each second, and tells when it was stopped.
func count(yielded *int) iter.Seq2[sse.Message, error] {
	return func(yield func(sse.Message, error) bool) {
		for {
			*yielded++
			if !yield(sse.Message{Data: "x"}, nil) {
				return
			}
			passTime(time.Second)
		}
	}
}

func get() *http.Request { return httptest.NewRequest(http.MethodGet, "/", nil) }

func TestServeSendsAnIteration(t *testing.T) {
	rec := &ssetest.Recorder{}
	require.NoError(t, serve(rec, get(), func(yield func(sse.Message, error) bool) {
		_ = yield(sse.Message{Data: "1"}, nil) && yield(sse.Message{Data: "2", ID: "7"}, nil)
	}, nil))
	assert.Equal(t, []string{"", "data: 1\n\n", "id: 7\ndata: 2\n\n"}, rec.Flushed())
	assert.Empty(t, rec.Late())
}

func TestServeEndsWithTheFirstError(t *testing.T) {
	broken := errors.New("no more")
	rec := &ssetest.Recorder{}
	stopped := false
	err := serve(rec, get(), func(yield func(sse.Message, error) bool) {
		stopped = yield(sse.Message{Data: "1"}, nil) && !yield(sse.Message{Data: "2"}, broken)
	}, nil)
	require.ErrorIs(t, err, broken)
	assert.True(t, stopped)
	assert.Equal(t, "data: 1\n\n", rec.Body())

	err = serve(&ssetest.Recorder{}, get(), func(yield func(sse.Message, error) bool) {
		yield(sse.Message{ID: "a\nb"}, nil)
	}, nil)
	_, ok := errors.AsType[*sse.FieldError](err)
	assert.True(t, ok)
}

func TestServeStopsTheIterationWhenTheClientIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { passTime(3500 * time.Millisecond); cancel() }()
		n := 0
		rec := &ssetest.Recorder{}
		require.ErrorIs(t, serve(rec, get().WithContext(ctx), count(&n), nil), sse.ErrGone)
		assert.Equal(t, 5, n, "the one in progress was the last")
		assert.Len(t, rec.Events(), 4)
		assert.Empty(t, rec.Late())
	})
}

func TestServeStopsTheIterationAtStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		go func() { passTime(3500 * time.Millisecond); close(stop) }()
		n := 0
		rec := &ssetest.Recorder{}
		require.ErrorIs(t, serve(rec, get(), count(&n), &sse.Options{Stop: stop}), sse.ErrStopped)
		assert.Equal(t, 5, n)
		assert.Len(t, rec.Events(), 5, "the one in progress is not lost")

		n = 0
		require.ErrorIs(t, serve(&ssetest.Recorder{}, get(), count(&n), &sse.Options{Stop: stop}), sse.ErrStopped)
		assert.Zero(t, n, "it did not begin")
	})
}

// An iteration that ends because the client is gone is no complete stream.
func TestServeTellsWhyASilentIterationEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var err error
		new(ssetest.Recorder).Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			err = sse.Serve(w, r, func(func(sse.Message, error) bool) { <-r.Context().Done() }, nil)
		}), get().WithContext(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestServeEndsAStalledClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		rec.StallAt(20)
		n := 0
		require.ErrorIs(t, serve(rec, get(), count(&n), nil), sse.ErrWriteTimeout)
		assert.Equal(t, 3, n)
	})
}

func TestServeAnswersWhatIsNoStream(t *testing.T) {
	n := 0
	seq := count(&n)
	req := get()
	req.Method = http.MethodHead
	require.NoError(t, serve(&ssetest.Recorder{}, req, seq, nil))

	o := &sse.Options{Origins: []string{"https://a.example"}}
	req = from("https://a.example")
	req.Method = http.MethodOptions
	req.Header.Set("Access-Control-Request-Method", "GET")
	rec := &ssetest.Recorder{}
	require.NoError(t, serve(rec, req, seq, o))
	assert.Equal(t, http.StatusNoContent, rec.Status())

	for status, f := range map[int]func() (*http.Request, iter.Seq2[sse.Message, error], *sse.Options){
		405: func() (*http.Request, iter.Seq2[sse.Message, error], *sse.Options) {
			return httptest.NewRequest(http.MethodPut, "/", nil), seq, o
		},
		403: func() (*http.Request, iter.Seq2[sse.Message, error], *sse.Options) { return from("null"), seq, o },
		500: func() (*http.Request, iter.Seq2[sse.Message, error], *sse.Options) { return get(), nil, nil },
	} {
		rec := &ssetest.Recorder{}
		refused, ok := errors.AsType[*sse.RefusedError](serveArgs(rec, f))
		require.True(t, ok)
		assert.Equal(t, status, refused.Status)
		assert.Equal(t, status, rec.Status())
	}
	assert.Zero(t, n)
}

func TestServePassesPanicsOn(t *testing.T) {
	rec := &ssetest.Recorder{}
	assert.PanicsWithValue(t, "a bug", func() {
		_ = serve(rec, get(), func(func(sse.Message, error) bool) { panic("a bug") }, nil)
	})
	assert.Empty(t, rec.Late())
}

func serveArgs(rec *ssetest.Recorder, f func() (*http.Request, iter.Seq2[sse.Message, error], *sse.Options)) error {
	req, seq, o := f()
	return serve(rec, req, seq, o)
}
