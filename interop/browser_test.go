package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// artifacts is where screenshots are kept. It is not in git.
const artifacts = "artifacts"

// browser is a Chromium with a profile of its own.
type browser struct{ ctx context.Context }

func startBrowser(t *testing.T) browser {
	t.Helper()
	path := tool(t, chromiumNames...)
	require.NoError(t, os.MkdirAll(artifacts, 0o755))
	alloc, freeAlloc := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless,
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.IgnoreCertErrors, // cmd/echo -tls signs its own
		chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-breakpad", true), // no crash reports, which would be kept outside the profile
		// It looks for nobody outside this machine.
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
	)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the process
		cancel()
		freeAlloc()
	})
	require.NoError(t, chromedp.Do(ctx), "start the browser")
	return browser{ctx}
}

// tab is one tab. What goes wrong in it is kept in complaints.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// watchPage makes violations of the Content-Security-Policy errors of the
// console, wherever Chromium would report them, and notes each state that the
// page shows.
const watchPage = `
document.addEventListener("securitypolicyviolation", (e) =>
	console.error("violates the policy:", e.violatedDirective, e.blockedURI, e.sample));
window.addEventListener("DOMContentLoaded", () => {
	const state = document.getElementById("state");
	if (!state) return;
	window.shownStates = [state.dataset.state];
	new MutationObserver((changes) => {
		for (const c of changes.slice(1)) window.shownStates.push(c.oldValue);
		window.shownStates.push(state.dataset.state);
	}).observe(state, { attributeFilter: ["data-state"], attributeOldValue: true });
});`

// open opens a tab with a page.
func (b browser) open(t *testing.T, url string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx), "open a tab") // bound to ctx, so to no timeout
	ctx, stop := context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	p := &tab{t: t, ctx: ctx}
	require.NoError(t, chromedp.Listen(ctx, p.listen))
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchPage})
	require.NoError(t, err)
	p.do(chromedp.Navigate(url))
	t.Cleanup(func() {
		if t.Failed() {
			p.screenshot("failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()))
		}
	})
	return p
}

// listen takes the events of the tab.
func (p *tab) listen(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			text, _ := json.Marshal(ev.Args)
			p.complain("console: " + string(text))
		}
	case *runtime.EventExceptionThrown:
		text, _ := json.Marshal(ev.ExceptionDetails)
		p.complain("exception: " + string(text))
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Source == cdplog.EntrySourceSecurity {
			p.complain(fmt.Sprintf("%s: %s (%s)", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL))
		}
	}
}

func (p *tab) complain(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = append(p.complaints, text)
}

// quiet checks that the page has had nothing to complain about.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	assert.Empty(p.t, p.complaints, "errors in the browser's console")
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, steps...))
}

// eval evaluates an expression in the page. A promise is waited for.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err, "%s", expression)
	return v
}

// until waits until an expression is true: it is evaluated again whenever the
// document changes. Nothing here needs eval, which the page's policy forbids.
func (p *tab) until(expression string) {
	p.t.Helper()
	promise := fmt.Sprintf(`new Promise((resolve) => {
		const check = () => {
			if (!(%s)) return false;
			watch.disconnect();
			resolve(true);
			return true;
		};
		const watch = new MutationObserver(check);
		watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		check();
	})`, expression)
	_, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](promise, chromedp.EvalAwaitPromise))
	if err != nil {
		p.quiet()
		require.NoError(p.t, err, "until %s; the page shows:\n%s", expression, p.text())
	}
}

// text is what the page shows, for a failing test.
func (p *tab) text() string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (p *tab) keys(selector, keys string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// fill replaces what is in a field.
func (p *tab) fill(selector, value string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(() => {
		const field = document.querySelector(%q);
		field.focus();
		field.value = %q;
		return field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, selector, value))
}

// step is a part of a test that goes on in the same tab.
func (p *tab) step(name string, f func(t *testing.T)) {
	whole := p.t
	defer func() { p.t = whole }()
	if !whole.Run(name, func(t *testing.T) {
		p.t = t
		f(t)
	}) {
		whole.FailNow() // the next one stands on it
	}
}

// count gives how many elements a selector finds.
func (p *tab) count(selector string) int {
	p.t.Helper()
	return eval[int](p, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// data gives a data attribute of the first element that a selector finds.
func (p *tab) data(selector, name string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("document.querySelector(%q).dataset[%q]", selector, name))
}

// viewport sets the size of the window in CSS pixels; a phone has touch, too.
func (p *tab) viewport(width, height int64, phone bool) {
	p.t.Helper()
	if phone {
		p.do(chromedp.EmulateViewport(width, height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
	} else {
		p.do(chromedp.EmulateViewport(width, height))
	}
}

// prefer sets prefers-color-scheme: light or dark.
func (p *tab) prefer(scheme string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// screenshot keeps a picture of the whole page.
func (p *tab) screenshot(name string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if assert.NoError(p.t, err, "screenshot") {
		assert.NoError(p.t, os.WriteFile(filepath.Join(artifacts, name+".png"), png, 0o644))
	}
}
