package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"longwire.example/docs/polling/pollingtest"
)

// get gives an answer, and how long it was held back.
func get(ctx context.Context, query string) (*httptest.ResponseRecorder, time.Duration) {
	began, w := time.Now(), httptest.NewRecorder()
	long(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/long"+query, nil))
	return w, time.Since(began)
}

// A bubble begins with the year 2000, 946,684,800 seconds after 1970. That is
// event 315561600.
func TestHeldUntilThereIsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, took := get(t.Context(), "?after=315561599")
		assert.Equal(t, "[315561600]\n", w.Body.String())
		assert.Zero(t, took)
		<-time.After(2 * time.Second)
		w, took = get(t.Context(), "?after=315561600")
		assert.Equal(t, "[315561601]\n", w.Body.String())
		assert.Equal(t, time.Second, took)
	})
}

func TestHeldInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, query := range []string{"?after=315561600", "?after=315561602", "?after=549755813887"} {
			w, took := get(t.Context(), query)
			assert.Equal(t, http.StatusNoContent, w.Code, query)
			assert.Equal(t, hold, took, query)
			assert.Empty(t, w.Body.String(), query)
		}
	})
}

func TestTheLastTenAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, query := range []string{"", "?after=0", "?after=-5"} {
			w, _ := get(t.Context(), query)
			assert.Equal(t, "[315561591]\n", w.Body.String(), query)
		}
	})
}

func TestAClientThatLeavesIsNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w, took := get(ctx, "?after=315561600")
		assert.Equal(t, time.Second, took)
		assert.Empty(t, w.Body.String())
		assert.Zero(t, held.Load())
	})
}

func TestRefused(t *testing.T) {
	for _, query := range []string{"?after=x", "?after=9223372036854775807"} {
		w, _ := get(t.Context(), query)
		assert.Equal(t, http.StatusBadRequest, w.Code, query)
	}
	pollingtest.Full(t, &held, func() int {
		w, _ := get(t.Context(), "?after=0")
		return w.Code
	})
}
