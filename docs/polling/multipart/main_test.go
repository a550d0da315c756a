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

	"longwire.example/docs/polling/pollingtest"
)

func get(ctx context.Context) *pollingtest.Answer {
	return pollingtest.Get(multipart, httptest.NewRequestWithContext(ctx, http.MethodGet, "/multipart", nil))
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
		assert.Len(t, w.Flushed, 20)
		assert.Equal(t, []time.Duration{3 * time.Second, 6 * time.Second, 9 * time.Second, 12 * time.Second}, w.Flushed[:4])
		assert.Equal(t, 60*time.Second, time.Since(w.Began), "it ends by itself")
		assert.Zero(t, held.Load())
	})
}

func TestItEndsWhenTheClientLeaves(t *testing.T) { pollingtest.Leaves(t, &held, get) }

func TestRefused(t *testing.T) {
	pollingtest.Full(t, &held, func() int { return get(t.Context()).Code })
}
