package interop

import (
	"fmt"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pictures keeps a page's pictures: light and dark, on a desk and on phones. Nothing is
// wider than the window, and all text stands out from what it is on. arrange is called
// before each.
func (p *tab) pictures(name string, arrange func(phone bool)) {
	p.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		p.prefer(scheme)
		for _, size := range [][2]int64{{1280, 800}, {390, 844}, {360, 640}} {
			phone := size[0] < 1000
			p.viewport(size[0], size[1], phone)
			arrange(phone)
			p.fits(int(size[0]), name)
			assert.Empty(p.t, eval[[]string](p, faintText), "%s, %s: text with a contrast of less than 4.5", name, scheme)
			p.screenshot(fmt.Sprintf("%s-%d-%s", name, size[0], scheme))
		}
	}
}

// atTheBeginning runs a script in every page that the tab loads from now on, before
// those of the page.
func (p *tab) atTheBeginning(script string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	require.NoError(p.t, err)
}

// faintText gives the texts whose contrast is less than what WCAG 2.2 wants (success
// criterion 1.4.3: 4.5 to 1), with the contrast. Backgrounds are plain colours here.
const faintText = `(() => {
	const parse = (colour) => {
		const c = colour.match(/[\d.]+/g).map(Number);
		return colour.startsWith("color(srgb") ? c.map((v, i) => i < 3 ? v * 255 : v) : c;
	};
	const linear = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c.length === 3 || c[3] === 1) return c;
		}
		return [255, 255, 255];
	};
	const faint = [];
	for (const e of document.querySelectorAll("body *")) {
		if (!Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
		const [a, b] = [luminance(parse(getComputedStyle(e).color)), luminance(behind(e))];
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (contrast < 4.5) faint.push(contrast.toFixed(2) + ": " + e.textContent.trim().slice(0, 40));
	}
	return faint;
})()`
