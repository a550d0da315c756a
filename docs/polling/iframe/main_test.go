package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// A recorder keeps when something was flushed.
type recorder struct {
	*httptest.ResponseRecorder
	began   time.Time
	flushed []time.Duration
}

func (w *recorder) Flush() { w.flushed = append(w.flushed, time.Since(w.began)) }

func get(ctx context.Context, after string) *recorder {
	w := &recorder{ResponseRecorder: httptest.NewRecorder(), began: time.Now()}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/iframe?after="+after, nil)
	iframe(w, r)
	return w
}

// A bubble begins with the year 2000, 946,684,800 seconds after 1970. That is
// event 315561600.
func TestEachEventIsSentWhenItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := get(t.Context(), "315561598")
		var want strings.Builder
		want.WriteString("<!doctype html><!--" + strings.Repeat(" ", 1024) + "-->\n")
		for n := 315561599; n < 315561619; n++ {
			fmt.Fprintf(&want, "<script>parent.show( %d )</script>\n", n)
		}
		assert.Equal(t, want.String(), w.Body.String())
		assert.Equal(t, "frame-ancestors 'self'", w.Header().Get("Content-Security-Policy"))
		assert.Len(t, w.flushed, 20)
		assert.Equal(t, []time.Duration{0, 0, 3 * time.Second, 6 * time.Second}, w.flushed[:4])
		assert.Equal(t, 54*time.Second, time.Since(w.began), "it ends by itself")
		assert.Zero(t, held.Load())
	})
}

func TestTheLastTenAreKept(t *testing.T) {
	for _, after := range []string{"", "0", "-5"} {
		synctest.Test(t, func(t *testing.T) {
			body := get(t.Context(), after).Body.String()
			assert.Contains(t, body, fmt.Sprintf("<script>parent.show( %d )</script>\n", 315561591), after)
			assert.NotContains(t, body, fmt.Sprintf("<script>parent.show( %d )</script>\n", 315561590), after)
		})
	}
}

func TestACursorFromTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := get(t.Context(), "549755813887")
		assert.Contains(t, w.Body.String(), fmt.Sprintf("<script>parent.show( %d )</script>\n", 315561601), "it is taken for now")
		assert.Equal(t, 60*time.Second, time.Since(w.began))
	})
}

func TestItEndsWhenTheClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		w := get(ctx, "315561600")
		assert.Equal(t, []time.Duration{3 * time.Second, 6 * time.Second}, w.flushed)
		assert.Zero(t, held.Load())
	})
}

func TestRefused(t *testing.T) {
	for _, after := range []string{"x", "9223372036854775807"} {
		assert.Equal(t, http.StatusBadRequest, get(t.Context(), after).Code, after)
	}
	held.Store(100)
	defer held.Store(0)
	assert.Equal(t, http.StatusServiceUnavailable, get(t.Context(), "0").Code)
	assert.Equal(t, int32(100), held.Load())
}
