package sse_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// withEncoding makes a request that accepts encodings.
func withEncoding(accept ...string) *http.Request {
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	if accept != nil {
		req.Header["Accept-Encoding"] = accept
	}
	return req
}

//req:test SSE-9.2.5-05
func TestGzipFlushesEachEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		rec.Serve(sse.Handler(func(_ context.Context, c *sse.Conn) error {
			for _, data := range []string{"1", "2", strings.Repeat("x", 200_000)} {
				assert.NoError(t, c.Send(sse.Message{Data: data}))
			}
			passTime(sse.DefaultHeartbeat)
			synctest.Wait()
			return nil
		}, &sse.Options{Gzip: true, Retry: time.Second}), withEncoding("gzip"))
		assert.Equal(t, "gzip", rec.Sent().Get("Content-Encoding"))
		assert.Equal(t, []string{"Accept-Encoding"}, rec.Sent()["Vary"])

		// What each flush has sent can be decompressed without the next one.
		fed, feed := io.Pipe()
		var got []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			zr, err := gzip.NewReader(fed)
			assert.NoError(t, err)
			buf := make([]byte, 1<<20)
			for {
				n, err := zr.Read(buf)
				if n > 0 {
					got = append(got, string(buf[:n]))
				}
				if err != nil {
					assert.Equal(t, io.EOF, err, "the trailer is right")
					return
				}
			}
		}()
		want := []string{"retry: 1000\n\n", "data: 1\n\n", "data: 2\n\n", "data: " + strings.Repeat("x", 200_000) + "\n\n", ":\n", ""}
		require.Len(t, rec.Flushed(), len(want))
		for i, piece := range rec.Flushed() {
			_, err := io.WriteString(feed, piece)
			require.NoError(t, err)
			synctest.Wait()
			assert.Equal(t, want[i], strings.Join(got, ""))
			got = nil
		}
		feed.Close()
		<-done
		writes := 0
		for _, a := range rec.Actions() {
			if a.Kind == ssetest.ActWrite {
				writes++
			}
		}
		assert.Equal(t, 6, writes, "one for each frame and one for the trailer")
	})
}

func TestGzipIsForThoseWhoAcceptIt(t *testing.T) {
	for accept, zip := range map[string]bool{
		"gzip":                         true,
		"GZIP":                         true,
		"x-gzip":                       true,
		"deflate, gzip;q=1.0, *;q=0.5": true,
		"br, gzip;q=0.001":             true,
		"*":                            true,
		"*;q=0, gzip":                  true,
		"gzip, identity":               true,
		"":                             false,
		"gzip;q=0":                     false,
		"gzip;q=0.000":                 false,
		"gzip;q=0, *":                  false,
		"*;q=0":                        false,
		"br, deflate":                  false,
		"identity":                     false,
		"identity, gzip;q=0.5":         false,
		"gzip;q=1.001":                 false,
		"gzip;q=-1":                    false,
		"gzip;q=":                      false,
		"gzip;q=0.0001":                false,
		"notgzip":                      false,
	} {
		rec := &ssetest.Recorder{}
		rec.Serve(streamOfNothing(&sse.Options{Gzip: true}), withEncoding(accept))
		assert.Equal(t, zip, rec.Sent().Get("Content-Encoding") == "gzip", accept)
		assert.Equal(t, []string{"Accept-Encoding"}, rec.Sent()["Vary"], accept)
	}
	rec := &ssetest.Recorder{}
	rec.Serve(streamOfNothing(&sse.Options{Gzip: true}), withEncoding("br", "gzip"))
	assert.Equal(t, "gzip", rec.Sent().Get("Content-Encoding"), "two lines")
	rec = &ssetest.Recorder{}
	rec.Serve(streamOfNothing(nil), withEncoding("gzip"))
	assert.Empty(t, rec.Sent().Get("Content-Encoding"), "off by default")
	assert.Empty(t, rec.Sent()["Vary"])
}

func TestGzipWhoseEndFails(t *testing.T) {
	rec := &ssetest.Recorder{}
	c, err := sse.Accept(rec, withEncoding("gzip"), &sse.Options{Gzip: true})
	require.NoError(t, err)
	rec.FailAt(0, io.ErrClosedPipe)
	require.ErrorIs(t, c.Close(), io.ErrClosedPipe)
	require.NoError(t, c.Close())
	require.ErrorIs(t, context.Cause(c.Context()), io.ErrClosedPipe)
}
