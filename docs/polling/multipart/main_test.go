package main

import (
	"context"
	"encoding/xml"
	"mime"
	multiparts "mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A recorder keeps when something was flushed.
type recorder struct {
	*httptest.ResponseRecorder
	began   time.Time
	flushed []time.Duration
}

func (w *recorder) Flush() { w.flushed = append(w.flushed, time.Since(w.began)) }

func get(ctx context.Context) *recorder {
	w := &recorder{ResponseRecorder: httptest.NewRecorder(), began: time.Now()}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/multipart", nil)
	multipart(w, r)
	return w
}

// A bubble begins with the year 2000, 946,684,800 seconds after 1970. That is
// event 315561600.
func TestEachEventIsSentWhenItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := get(t.Context())
		kind, params, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
		require.NoError(t, err)
		assert.Equal(t, "multipart/x-mixed-replace", kind)
		parts := multiparts.NewReader(w.Body, params["boundary"])
		for n := 315561601; n < 315561621; n++ {
			part, err := parts.NextPart()
			require.NoError(t, err)
			assert.Equal(t, "image/svg+xml", part.Header.Get("Content-Type"))
			var image struct {
				Text string `xml:"text"`
			}
			require.NoError(t, xml.NewDecoder(part).Decode(&image))
			assert.Equal(t, "event "+strconv.Itoa(n), image.Text)
		}
		assert.Len(t, w.flushed, 20)
		assert.Equal(t, []time.Duration{3 * time.Second, 6 * time.Second, 9 * time.Second, 12 * time.Second}, w.flushed[:4])
		assert.Equal(t, 60*time.Second, time.Since(w.began), "it ends by itself")
		assert.Zero(t, held.Load())
	})
}

func TestItEndsWhenTheClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		w := get(ctx)
		assert.Equal(t, []time.Duration{3 * time.Second, 6 * time.Second}, w.flushed)
		assert.Zero(t, held.Load())
	})
}

func TestRefused(t *testing.T) {
	held.Store(100)
	defer held.Store(0)
	assert.Equal(t, http.StatusServiceUnavailable, get(t.Context()).Code)
	assert.Equal(t, int32(100), held.Load())
}
