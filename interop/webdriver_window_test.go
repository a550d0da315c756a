package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// window is a window of a browser with one page.
type window struct {
	t       *testing.T
	session *session
	handle  string
}

// The keys that are no characters (section 15.4.2): for window.keys.
const (
	keyTab   = "\ue004"
	keyEnter = "\ue007"
)

// elementID is the name that a reference to an element has in JSON (section 12).
const elementID = "element-6066-11e4-a52e-4f735466cecf"

// command sends a command to the window.
func (w *window) command(ctx context.Context, method, path string, parameters, value any) error {
	if err := w.session.use(ctx, w.handle); err != nil {
		return err
	}
	return webDriver(ctx, method, w.session.url+path, parameters, value)
}

func (w *window) post(path string, parameters, value any) {
	w.t.Helper()
	require.NoError(w.t, w.command(w.t.Context(), http.MethodPost, path, parameters, value), "%s", path)
}

// watchForComplaints keeps what goes wrong in a page, where quiet finds it. It is
// run as soon as the page is there. A page of a test can begin with it as a script,
// so that it misses nothing.
const watchForComplaints = `if (!window.complaints) {
	const all = window.complaints = [];
	addEventListener("error", (e) => all.push("error: " + e.message + " (" + e.filename + ":" + e.lineno + ")"));
	addEventListener("unhandledrejection", (e) => all.push("unhandled rejection: " + e.reason));
	document.addEventListener("securitypolicyviolation", (e) => all.push("violates the policy: " + e.violatedDirective + " " + e.blockedURI));
	const said = console.error;
	console.error = (...args) => { all.push("console: " + args.join(" ")); said.apply(console, args); };
}`

// navigate goes to a page (section 10.1). It is there, with its scripts run, when
// this returns; an iframe or picture in it may not be.
func (w *window) navigate(url string) {
	w.t.Helper()
	w.post("/url", map[string]any{"url": url}, nil)
	if url == "about:blank" {
		return // WebKit may replace it once more, and the script is never answered
	}
	w.post("/execute/sync", map[string]any{"script": watchForComplaints, "args": []any{}}, nil)
}

// valueOf evaluates an expression in the page (section 13.2.2). A promise is waited
// for. The expression sees what is in the document or is a property of window: a
// const or let of the page's scripts is neither.
func valueOf[T any](w *window, expression string) T {
	w.t.Helper()
	v, err := evaluate[T](w.t.Context(), w, expression)
	require.NoError(w.t, err, "%s", expression)
	return v
}

func evaluate[T any](ctx context.Context, w *window, expression string) (v T, err error) {
	var got struct {
		Value json.RawMessage
		Error string
	}
	err = w.command(ctx, http.MethodPost, "/execute/async", map[string]any{
		"script": fmt.Sprintf(`const done = arguments[arguments.length - 1];
			(async () => (%s))().then((value) => done({ value }), (e) => done({ error: String(e) }));`, expression),
		"args": []any{},
	}, &got)
	switch {
	case err != nil:
		return v, err
	case got.Error != "":
		return v, fmt.Errorf("in the page: %s", got.Error)
	case got.Value == nil: // undefined
		return v, nil
	}
	return v, json.Unmarshal(got.Value, &v)
}

// until waits until an expression is true: it is evaluated again whenever the
// document changes. No eval is needed, which the page's policy may forbid.
func (w *window) until(expression string) {
	w.t.Helper()
	_, err := evaluate[bool](w.t.Context(), w, fmt.Sprintf(`new Promise((resolve, reject) => {
		const check = () => {
			try {
				if (!(%s)) return false;
				resolve(true);
			} catch (e) {
				reject(e);
			}
			watch.disconnect();
			return true;
		};
		const watch = new MutationObserver(check);
		watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		check();
	})`, expression))
	if err != nil {
		w.quiet()
		require.NoError(w.t, err, "until %s; the page shows:\n%s", expression, w.text())
	}
}

// text is what the page shows.
func (w *window) text() string {
	text, err := evaluate[string](context.WithoutCancel(w.t.Context()), w, "document.body.innerText")
	if err != nil {
		return err.Error()
	}
	return text
}

// quiet checks that nothing has gone wrong in the page: no error that nobody
// caught, nothing that its policy forbids, no console.error.
func (w *window) quiet() {
	w.t.Helper()
	complaints, err := evaluate[[]string](w.t.Context(), w, "window.complaints")
	assert.NoError(w.t, err)
	assert.Empty(w.t, complaints, "what the page complains about")
}

// element finds an element (section 12.3.2).
func (w *window) element(selector string) (path string) {
	w.t.Helper()
	var found map[string]string
	w.post("/element", map[string]any{"using": "css selector", "value": selector}, &found)
	return "/element/" + found[elementID]
}

// click clicks on the middle of an element, which has to be in nobody's shadow
// (section 12.5.1).
func (w *window) click(selector string) {
	w.t.Helper()
	w.post(w.element(selector)+"/click", nil, nil)
}

// keys types into an element (section 12.5.3).
func (w *window) keys(selector, keys string) {
	w.t.Helper()
	w.post(w.element(selector)+"/value", map[string]any{"text": keys}, nil)
}

// fill replaces what is in a field.
func (w *window) fill(selector, value string) {
	w.t.Helper()
	valueOf[bool](w, fmt.Sprintf(`(() => {
		const field = document.querySelector(%q);
		field.focus();
		field.value = %q;
		return field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, selector, value))
}

// size makes the window so large that its page has width times height CSS pixels
// (section 11.8.2). No browser makes its window as narrow as a phone.
func (w *window) size(width, height int) {
	w.t.Helper()
	type sizes struct{ OuterWidth, OuterHeight, InnerWidth, InnerHeight int }
	now := func() sizes {
		w.t.Helper()
		return valueOf[sizes](w, `({ outerWidth, outerHeight, innerWidth, innerHeight })`)
	}
	// What is around the page is known once the window has been laid out, and a
	// window without a manager is given its size some time after the answer.
	for range 5 {
		at := now()
		if at.InnerWidth == width && at.InnerHeight == height {
			return
		}
		w.post("/window/rect", map[string]any{
			"width":  width + at.OuterWidth - at.InnerWidth,
			"height": height + at.OuterHeight - at.InnerHeight,
		}, nil)
		valueOf[bool](w, fmt.Sprintf(`new Promise((resolve) => {
			const right = () => innerWidth === %d && innerHeight === %d && resolve(true);
			addEventListener("resize", right);
			setTimeout(resolve, 500, false);
			right();
		})`, width, height))
	}
	require.Fail(w.t, "the window does not take its size", "%+v", now())
}

// screenshot keeps a picture of what the window shows of the page (section 17.1).
func (w *window) screenshot(name string) {
	w.t.Helper()
	var png []byte // base64 in JSON
	if assert.NoError(w.t, w.command(context.WithoutCancel(w.t.Context()), http.MethodGet, "/screenshot", nil, &png), "screenshot") {
		assert.NoError(w.t, os.MkdirAll(artifacts, 0o755))
		assert.NoError(w.t, os.WriteFile(filepath.Join(artifacts, name+".png"), png, 0o644))
	}
}

// close closes the window (section 11.2), after a picture of it if the test has
// failed.
func (w *window) close() {
	if w.t.Failed() {
		w.screenshot("failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(w.t.Name()))
	}
	assert.NoError(w.t, w.command(context.Background(), http.MethodDelete, "/window", nil, nil), "close the window")
}
