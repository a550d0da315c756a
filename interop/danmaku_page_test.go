package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watchCanvas has window.drawn keep what is drawn on the canvas, by way of the canvas
// itself: every text with its places and colours, and every two in a row of the same
// picture that touch. A picture begins with the rectangle of its sky. The page's clock
// goes six times as fast.
const watchCanvas = `(() => {
	const canvas = CanvasRenderingContext2D.prototype;
	const { fillText, fillRect } = canvas;
	const drawn = window.drawn = { frames: 0, pairs: 0, touching: [], texts: {} };
	let frame = [];
	canvas.fillText = function (text, x, y, room) {
		const width = Math.min(this.measureText(text).width, room ?? Infinity);
		let t = drawn.texts[text];
		if (!t || x > t.last) { // it begins, or begins anew in a window of another size
			t = drawn.texts[text] = { first: x, last: x, y, width, colour: this.fillStyle, frames: 0, stage: this.canvas.clientWidth, height: this.canvas.clientHeight };
		}
		t.last = x;
		t.frames++;
		frame.push({ text, x, y, width });
		return fillText.call(this, text, x, y, room);
	};
	canvas.fillRect = function (...place) {
		drawn.frames++;
		frame.sort((a, b) => a.y - b.y || a.x - b.x);
		for (let i = 1; i < frame.length; i++) {
			const [a, b] = [frame[i - 1], frame[i]];
			if (a.y !== b.y) continue;
			drawn.pairs++;
			if (a.x + a.width >= b.x) drawn.touching.push(a.text + " and " + b.text);
		}
		frame = [];
		return fillRect.apply(this, place);
	};
	const request = window.requestAnimationFrame;
	window.requestAnimationFrame = (f) => request.call(window, (t) => f(6 * t));
	return true;
})()`

// drawnText is what watchCanvas says of one comment. Lengths are in CSS pixels.
type drawnText struct {
	First, Last, Y, Width, Stage, Height float64
	Colour                               string
	Frames                               int
}

type drawn struct {
	Frames, Pairs int
	Touching      []string
	Texts         map[string]drawnText
}

// whenDrawn is a promise of what has been drawn, as soon as a condition on drawn holds.
// A canvas is no part of the document that could be watched for changes.
func whenDrawn(condition string) string {
	return fmt.Sprintf(`new Promise((resolve) => {
		const look = () => (%s) ? resolve(drawn) : requestAnimationFrame(look);
		look();
	})`, condition)
}

const screenLive = `document.getElementById("state").dataset.state === "open"`

// sendComment posts a comment as a phone of its own would, and gives the status.
func sendComment(t *testing.T, site, user, text, mode, colour string) int {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text, "mode": mode, "colour": colour})
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, site+"comet/send", strings.NewReader(string(body)))
	require.NoError(t, err)
	r.AddCookie(&http.Cookie{Name: "danmaku", Value: user})
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	resp.Body.Close()
	return resp.StatusCode
}

// wallURL is the URL of a running danmaku, which prints that of its screen first.
func wallURL(p *program) string { return strings.TrimSuffix(p.url, "/") + "/" }

// lengthy is a comment of n characters, and like no other.
func lengthy(n, i int) string {
	return fmt.Sprintf("%d %s", i, strings.Repeat("la ", n)[:max(0, n-len(fmt.Sprint(i))-1)])
}

// A phone sends and the screen shows, in each browser: many comments of different
// lengths, of which no two ever touch, each where its mode says.
func TestDanmakuInEachBrowser(t *testing.T) {
	t.Parallel()
	binary := buildExample(t, "danmaku")
	eachBrowserAtOnce(t, func(t *testing.T, b *session) {
		site := wallURL(startEcho(t, binary))
		screen, phone := b.open(t, site), b.open(t, site+"send")
		screen.size(900, 600)
		screen.until(screenLive)
		require.True(t, valueOf[bool](screen, watchCanvas))

		phone.fill("#text", "<b>from the phone</b>")
		phone.click(`#modes [value="bottom"]`)
		phone.click(`#colours [value="violet"]`)
		phone.click(".primary")
		phone.until(`document.getElementById("result").textContent === "On its way: <b>from the phone</b>"`)
		for i := range 32 {
			mode := []string{"fly", "fly", "fly", "fly", "fly", "fly", "top", "bottom"}[i%8]
			require.Equal(t, http.StatusOK, sendComment(t, site, fmt.Sprint("user ", i), lengthy(3+i*17%57, i), mode, "white"))
		}
		got := valueOf[drawn](screen, whenDrawn(`Object.keys(drawn.texts).length === 33 && drawn.pairs > 200`))
		checkDrawn(t, got)
		screen.until(`document.querySelectorAll("#latest li").length === 12 && !document.querySelector("#latest b")`)
		screen.screenshot("danmaku-" + b.name)
		screen.quiet()
		if b.name != "WebKit" { // its driver sometimes waits for a page that was kept
			screen.navigate(site + "send")
			goBack(screen, `!!document.getElementById("stage")`)
			screen.until(screenLive)
			sendComment(t, site, "late", "welcome back", "fly", "white")
			screen.until(`document.querySelector("#latest li").textContent === "welcome back"`)
		}
		phone.quiet()
	})
}

func checkDrawn(t *testing.T, got drawn) {
	t.Helper()
	assert.Empty(t, got.Touching, "of %d pairs in %d pictures", got.Pairs, got.Frames)
	for text, d := range got.Texts {
		i := 7 // the one from the phone is at the bottom, too
		_, _ = fmt.Sscan(text, &i)
		switch i % 8 {
		case 6, 7:
			assert.InDelta(t, d.First, d.Last, 0.01, "%q stands", text)
			assert.InDelta(t, d.Stage/2, d.First+d.Width/2, 1, "%q is in the middle", text)
			assert.Equal(t, i%8 == 6, d.Y < d.Height/2, "%q is at the top", text)
		default:
			assert.InDelta(t, d.Stage, d.First, 60, "%q begins at the right edge", text)
			assert.True(t, d.Last < d.First || d.Frames < 2, "%q goes to the left", text)
		}
	}
}

// The colours are those of the scheme, and change with it.
func TestDanmakuColours(t *testing.T) {
	t.Parallel()
	site := wallURL(startExample(t, "danmaku"))
	screen := startBrowser(t).open(t, site)
	screen.until(screenLive)
	eval[bool](screen, watchCanvas)
	colours := []string{"white", "red", "amber", "green", "cyan", "blue", "violet", "pink"}
	seen := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		screen.prefer(scheme)
		for _, colour := range colours {
			sendComment(t, site, scheme+colour, scheme+" "+colour, "fly", colour)
		}
		got := eval[drawn](screen, whenDrawn(fmt.Sprintf(`Object.keys(drawn.texts).filter((s) => s.startsWith(%q)).length === 8`, scheme)))
		for _, colour := range colours {
			seen[got.Texts[scheme+" "+colour].Colour] = true
		}
	}
	assert.Len(t, seen, 16, "%v", seen)
	screen.quiet()
}

// Who comes late is shown the last 50; and with reduced motion, nothing moves: comments
// stand, and so does the picture.
func TestDanmakuLateAndStill(t *testing.T) {
	t.Parallel()
	site := wallURL(startExample(t, "danmaku"))
	for i := range 70 {
		require.Equal(t, http.StatusOK, sendComment(t, site, fmt.Sprint(i), fmt.Sprintf("number %02d", i), "fly", "white"))
	}
	screen := startBrowser(t).open(t, "about:blank")
	screen.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	}))
	screen.atTheBeginning(watchCanvas)
	screen.do(chromedp.Navigate(site))
	screen.until(screenLive)
	got := eval[drawn](screen, whenDrawn(`Object.keys(drawn.texts).length === 50`))
	assert.Contains(t, got.Texts, "number 20")
	assert.NotContains(t, got.Texts, "number 19")
	assert.Empty(t, got.Touching)
	for text, d := range got.Texts {
		assert.InDelta(t, d.First, d.Last, 0.01, "%q stands", text)
	}
	assert.Equal(t, "number 69", eval[string](screen, `document.querySelector("#latest li").textContent`))
	hills := `(() => { const c = document.getElementById("stage"), g = c.getContext("2d"); return Array.from(g.getImageData(0, c.height * 0.9, c.width, 1).data).join(); })()`
	before := eval[string](screen, hills)
	eval[drawn](screen, `new Promise((resolve) => setTimeout(resolve, 300, drawn))`)
	assert.Equal(t, before, eval[string](screen, hills), "the hills stand")
	screen.quiet()
}

// A phone that sends too much is told so, and its text is not lost; another is not
// concerned.
func TestDanmakuRateLimit(t *testing.T) {
	t.Parallel()
	site := wallURL(startExample(t, "danmaku"))
	b := startBrowser(t)
	phone := b.open(t, site+"send")
	for i := 0; !eval[bool](phone, `document.getElementById("result").classList.contains("bad")`); i++ {
		require.Less(t, i, 50, "nothing is refused")
		phone.fill("#text", fmt.Sprint("number ", i))
		phone.click(".primary")
		phone.until(`document.getElementById("result").textContent.endsWith(document.getElementById("text").value || ` + fmt.Sprintf("%q", fmt.Sprint("number ", i)) + `) || document.getElementById("result").classList.contains("bad")`)
	}
	assert.Contains(t, eval[string](phone, `document.getElementById("result").textContent`), "Too fast")
	assert.Contains(t, eval[string](phone, `document.getElementById("text").value`), "number ")
	assert.Equal(t, http.StatusOK, sendComment(t, site, "another", "hello", "fly", "white"))
}

// Every page on every kind of screen, to be looked at.
func TestDanmakuPictures(t *testing.T) {
	t.Parallel()
	site := wallURL(startExample(t, "danmaku"))
	b := startBrowser(t)
	screen, phone := b.open(t, site), b.open(t, site+"send")
	screen.until(screenLive)
	eval[bool](screen, watchCanvas)
	texts := []string{"well played", "this hill again?", "comments everywhere", "<b>not markup</b>", "ha", "what a night, what a wall, so many words", "hello from the back row", "très bien", "first", "so calm"}
	n := 0
	screen.pictures("danmaku-screen", func(bool) {
		// A window that has changed begins anew.
		for i, text := range texts {
			mode := []string{"fly", "fly", "fly", "fly", "top", "bottom"}[i%6]
			colour := []string{"white", "red", "amber", "green", "cyan", "blue", "violet", "pink"}[i%8]
			n++
			sendComment(t, site, fmt.Sprint(n), text, mode, colour)
		}
		eval[bool](screen, `new Promise((resolve) => setTimeout(resolve, 400, true))`)
	})
	phone.fill("#text", "a good evening to everybody")
	phone.pictures("danmaku-phone", func(bool) {})
	phone.click(".primary")
	phone.until(`document.getElementById("result").textContent !== ""`)
	phone.screenshot("danmaku-phone-sent")
	screen.quiet()
	phone.quiet()
}
