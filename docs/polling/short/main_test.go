package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func get(target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	short(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

// A bubble begins with the year 2000, 946,684,800 seconds after 1970.
const first = "315561600"

func TestCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, "[]\n", get("/short?after="+first).Body.String())
		<-time.After(6 * time.Second)
		assert.Equal(t, "[315561601,315561602]\n", get("/short?after="+first).Body.String())
		assert.Equal(t, "[315561602]\n", get("/short?after=315561601").Body.String())
	})
}

func TestTheLastTenAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ten = "[315561591,315561592,315561593,315561594,315561595,315561596,315561597,315561598,315561599,315561600]\n"
		for _, query := range []string{"", "?after=0", "?after=-5", "?after=", "?after=-549755813888"} {
			assert.Equal(t, ten, get("/short"+query).Body.String(), query)
		}
		assert.Equal(t, "[]\n", get("/short?after=549755813887").Body.String())
	})
}

func TestWrongCursors(t *testing.T) {
	for _, after := range []string{"x", "1.5", "0x1", "9223372036854775807", "999999999999999999999"} {
		assert.Equal(t, http.StatusBadRequest, get("/short?after="+after).Code, after)
	}
}
