package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func get(query url.Values) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	jsonp(w, httptest.NewRequest(http.MethodGet, "/jsonp?"+query.Encode(), nil))
	return w
}

func TestScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(6 * time.Second)
		// A bubble begins with the year 2000, 946,684,800 seconds after 1970.
		w := get(url.Values{"after": {"315561600"}, "callback": {"show"}})
		assert.Equal(t, "/**/show([315561601,315561602]);\n", w.Body.String())
		assert.Equal(t, "text/javascript", w.Header().Get("Content-Type"))
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		w = get(url.Values{"after": {"315561602"}, "callback": {"$_9"}})
		assert.Equal(t, "/**/$_9([]);\n", w.Body.String())
	})
}

func TestCallbacksThatAreNoNames(t *testing.T) {
	for _, callback := range []string{
		"", "alert(1)//", "a.b", "a[0]", "9a", "a b", "a\n", "\u00e9", "a;b", "<script>", "a\u2028", strings.Repeat("a", 65),
	} {
		w := get(url.Values{"callback": {callback}})
		assert.Equal(t, http.StatusBadRequest, w.Code, callback)
		assert.Equal(t, "after is no number, or callback no name\n", w.Body.String(), "nothing of the callback comes back")
	}
	assert.Equal(t, http.StatusOK, get(url.Values{"callback": {strings.Repeat("a", 64)}}).Code)
}

func TestWrongCursors(t *testing.T) {
	for _, after := range []string{"x", "1.5", "9223372036854775807"} {
		assert.Equal(t, http.StatusBadRequest, get(url.Values{"after": {after}, "callback": {"f"}}).Code, after)
	}
}
