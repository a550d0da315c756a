package interop

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

const tryPage = `<!doctype html><meta charset=utf-8><title>try</title>
<input id="field"> <button id="copy">copy</button> <button id="fail">fail</button> <p id="out"></p>
<script>
field.onkeydown = (e) => { if (e.key === "Enter") setTimeout(() => { out.dataset.typed = field.value; }, 100); };
copy.onclick = () => { out.textContent = field.value; };
fail.onclick = () => {
	Promise.reject("of nobody");
	console.error("said", 2);
	document.body.append(Object.assign(document.createElement("script"), { src: "data:,1" }));
	setTimeout(() => { out.dataset.failed = "true"; }, 100);
	nothing.here;
};
</script>`

// What the tests of pages stand on works in each browser: without it, nothing would
// ever be found wrong.
func TestBrowsers(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'unsafe-inline'")
		_, _ = io.WriteString(w, tryPage)
	}))
	defer srv.Close()
	eachBrowserAtOnce(t, func(t *testing.T, b *session) {
		w := b.open(t, srv.URL)
		t.Log(valueOf[string](w, `navigator.userAgent`))
		w.size(800, 700)
		assert.Equal(t, []int{800, 700}, valueOf[[]int](w, `[innerWidth, innerHeight]`))

		w.fill("#field", "κόσ")
		w.keys("#field", "με"+keyEnter)
		w.until(`out.dataset.typed === "κόσμε"`)
		w.click("#copy")
		assert.Equal(t, "κόσμε", valueOf[string](w, `out.textContent`))
		assert.Equal(t, 7, valueOf[int](w, `new Promise((resolve) => setTimeout(resolve, 10, 7))`))
		_, err := evaluate[int](t.Context(), w, `nothing.here`)
		assert.ErrorContains(t, err, "nothing")

		other := b.open(t, srv.URL)
		other.fill("#field", "other")
		assert.Equal(t, "κόσμε", valueOf[string](w, `field.value`), "of the first window")

		w.quiet()
		w.click("#fail")
		w.until(`out.dataset.failed === "true"`)
		assert.Len(t, valueOf[[]string](w, `window.complaints`), 4, "rejection, console, policy, error")
		other.quiet()
	})
}
