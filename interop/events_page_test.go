package interop

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The view of event streams on cmd/echo's page.
func TestEventsPage(t *testing.T) {
	binary := buildEcho(t)
	b := startBrowser(t)
	server := startEcho(t, binary)

	t.Run("posted, dispatched, decoded", func(t *testing.T) {
		p := b.openEvents(t, server)
		p.viewport(1280, 900, false)
		p.prefer("light")
		assert.Equal(t, "CLOSED", p.data("#es-state", "state"))
		assert.Equal(t, "Skip to the events", eval[string](p, `document.getElementById("skip").textContent`))
		p.connectEvents()
		p.until(lines("comment") + " >= 1")
		assert.Equal(t, "hello", eval[string](p, `document.querySelector("#raw li:first-child .meaning").lastElementChild.textContent`))

		p.step("three lines", func(t *testing.T) {
			id := p.post("one\n two\nthree κόσμε 🚀", "tick", "")
			p.until(eventWith(id, "live"))
			assert.Equal(t, "tick", p.event(id, "type"))
			assert.Equal(t, "one\n two\nthree κόσμε 🚀", p.event(id, "text"))
			p.until(dispatchOf(id))
			assert.Equal(t, []string{id, "tick", "one", " two", "three κόσμε 🚀"}, p.fields(id, "event", "id", "data"))
			assert.Equal(t, id, eval[string](p, `document.getElementById("es-last-id").textContent`))
		})
		p.step("what looks like fields", func(t *testing.T) {
			const text = "data: x\nid: 7\n\n: no comment\nevent"
			id := p.post(text, "", "")
			p.until(eventWith(id, "live") + " && " + dispatchOf(id))
			assert.Equal(t, "message", p.event(id, "type"))
			assert.Equal(t, text, p.event(id, "text"))
			assert.Equal(t, strings.Split(text, "\n"), p.fields(id, "data"))
			assert.Zero(t, p.count(`#raw [data-kind="comment"]:not([data-value="hello"], [data-value=""])`), "comments but the greeting and heartbeats")
		})
		p.step("empty", func(t *testing.T) {
			id := p.post("", "", "")
			p.until(eventWith(id, "live") + " && " + dispatchOf(id))
			assert.Empty(t, p.event(id, "text"))
			assert.Equal(t, []string{""}, p.fields(id, "data"))
		})
		p.step("called as the browser's own events", func(t *testing.T) {
			for _, kind := range []string{"open", "error"} {
				id := p.post("not the browser's", kind, "")
				p.until(eventWith(id, "live"))
				assert.Equal(t, kind, p.event(id, "type"))
			}
			assert.Equal(t, "OPEN", p.data("#es-state", "state"))
			assert.Equal(t, "1", p.data("#es-opened", "times"))
		})
		p.step("of a type that nobody listens for", func(t *testing.T) {
			id := eval[string](p, `fetch("/events?type=surprise", { method: "POST", body: "first" }).then((r) => r.text())`)
			p.until(dispatchOf(id))
			next := eval[string](p, `fetch("/events?type=surprise", { method: "POST", body: "second" }).then((r) => r.text())`)
			p.until(eventWith(next, "live"))
		})
		p.step("a choice", func(t *testing.T) {
			p.click(`#event-list li:first-child`)
			assert.Equal(t, 6, p.count("#raw .own"), "event, id, three times data and the blank line")
			assert.Contains(t, eval[string](p, `document.querySelector("#event-list [aria-selected=true]").innerText`), "one\n two\nthree")
			p.click("label:has(#raw-octets)")
			p.until(`getComputedStyle(document.querySelector("#raw .own .hex")).display === "block"`)
			assert.Equal(t, "65 76 65 6e 74 3a 20 74 69 63 6b 0a", eval[string](p, `document.querySelector("#raw .own[data-field=event] .hex").textContent`))
			p.screenshot("events-octets")
			p.click("label:has(#raw-octets)")
		})
		p.step("refused", func(t *testing.T) {
			p.complains(func() {
				p.fill("#post-retry", "soon")
				p.click("#post")
				p.until(`document.getElementById("error").textContent.includes('"soon" is not a whole number of milliseconds')`)
			}, "400")
			assert.Equal(t, "400", p.data("#post-result", "status"))
			p.fill("#post-retry", "")
		})
		p.quiet()
	})

	t.Run("cut and resumed", func(t *testing.T) {
		traced := startEcho(t, binary, "-trace")
		p := b.openEvents(t, traced)
		p.viewport(1280, 900, false)
		p.connectEvents()
		id := p.post("before the cut", "", "1500")
		p.until(eventWith(id, "live") + " && " + dispatchOf(id))
		assert.Contains(t, eval[string](p, `document.getElementById("es-retry").textContent`), "1,500 ms")

		p.step("three events meanwhile", func(t *testing.T) {
			p.click("#es-cut")
			p.until(`document.getElementById("resume").dataset.phase === "cut"`)
			p.until(esState("CONNECTING"))
			p.until(`document.getElementById("resume").dataset.phase === "done"`)
			p.resumed(id, 3)
			assert.Equal(t, "OPEN", p.data("#es-state", "state"))
			assert.Equal(t, "2", p.data("#es-opened", "times"))
			assert.Equal(t, 3, p.count(`#event-list [data-how="replayed"]`))
			assert.Equal(t, []string{"before the cut", "posted while the stream was cut: the first", "posted while the stream was cut: the second", "posted while the stream was cut: the third"}, p.texts())
			p.screenshot("events-light")
		})
		p.step("one of another client, of a type that is new", func(t *testing.T) {
			last := eval[string](p, `document.getElementById("es-last-id").textContent`)
			p.click("label:has(#es-meanwhile)")
			p.click("#es-cut")
			p.until(`document.getElementById("resume").dataset.phase === "cut"`)
			missed := eval[string](p, `fetch("/events?type=news", { method: "POST", body: "from elsewhere" }).then((r) => r.text())`)
			p.until(eventWith(missed, "replayed"))
			p.resumed(last, 1)
		})
		p.step("nothing meanwhile", func(t *testing.T) {
			p.click("#es-cut")
			p.until(`document.getElementById("es-opened").dataset.times === "4"`)
			p.until(`document.getElementById("resume").dataset.phase === "done"`)
			assert.Equal(t, "0", p.data("#resume", "meanwhile"))
			after := p.post("after the cut", "", "")
			p.until(eventWith(after, "live"))
			assert.Equal(t, "0", p.data("#resume", "missed"))
			assert.Equal(t, "0", p.data("#resume", "twice"))
		})
		assert.Len(t, p.texts(), 6)
		p.quiet()
		traced.stop(t)
		assert.Contains(t, traced.stderr.String(), "Last-Event-ID "+strconv.Quote(id), "what the browser has sent")
	})

	t.Run("closed and resumed by hand", func(t *testing.T) {
		p := b.openEvents(t, server)
		p.connectEvents()
		first := p.post("first", "", "")
		p.until(eventWith(first, "live"))
		p.click("#es-close")
		p.until(esState("CLOSED"))
		second := p.post("second", "", "")
		p.click(`[data-after="last"]`)
		p.connectEvents()
		p.until(eventWith(second, "live") + " && " + dispatchOf(second))
		assert.Equal(t, []string{"first", "second"}, p.texts())
		p.step("after an id that was never given", func(t *testing.T) {
			p.click("#es-close")
			p.until(esState("CLOSED"))
			p.click("#raw-clear")
			p.click(`[data-after="forged"]`)
			p.connectEvents()
			p.until(eventWith(second, "live") + " && " + dispatchOf(second))
			assert.Equal(t, "gap", p.event(second, "type"), "an event whose id is where the stream goes on")
			third := p.post("third", "", "")
			p.until(eventWith(third, "live"))
		})
		p.quiet()
	})

	t.Run("by keyboard alone", func(t *testing.T) {
		p := b.open(t, server.url)
		p.keys("#to-events", kb.Enter)
		p.until(`document.getElementById("to-events").getAttribute("aria-current") === "page"`)
		p.keys("#es-after", kb.Enter)
		p.until(esState("OPEN"))
		p.fill("#post-data", "")
		p.keys("#post-data", "typed"+kb.Enter+"by hand")
		p.keys("#post-type", kb.Enter)
		p.until(`document.querySelectorAll("#event-list li").length === 1`)
		assert.Equal(t, []string{"typed\nby hand"}, p.texts())
		p.until(lines("dispatch") + " === 1")
		p.keys("#event-list", kb.Home)
		p.until(`document.querySelector("#event-list li").getAttribute("aria-selected") === "true"`)
		assert.Equal(t, 4, p.count("#raw .own"))
		assert.Regexp(t, `^Event .+, type message$`, eval[string](p, `document.getElementById("announce").textContent`))
		p.quiet()
	})

	t.Run("on a phone", func(t *testing.T) {
		p := b.openEvents(t, server)
		p.viewport(360, 740, true)
		p.do(reload)
		p.fits(360, "before a stream")
		p.connectEvents()
		id := p.post(strings.Repeat("wide", 500)+"\n"+strings.Repeat("many words ", 50), strings.Repeat("long", 20), "3000")
		p.until(eventWith(id, "live") + " && " + dispatchOf(id))
		p.fits(360, "after an event")
		p.click("#event-list li:last-child")
		p.click("label:has(#raw-octets)")
		p.fits(360, "with the octets of an event")
		p.click("#es-cut")
		p.until(`document.getElementById("resume").dataset.phase === "cut"`)
		p.fits(360, "cut")
		p.until(`document.getElementById("resume").dataset.phase === "done"`)
		p.fits(360, "resumed")
		p.click("label:has(#raw-octets)")
		p.screenshot("events-phone")
		p.quiet()
	})

	t.Run("in the dark", func(t *testing.T) {
		p := b.openEvents(t, server)
		p.viewport(1280, 900, false)
		p.prefer("dark")
		p.connectEvents()
		id := p.post("Hello\nin the dark", "chat", "2000")
		p.until(eventWith(id, "live") + " && " + dispatchOf(id))
		p.click("#event-list li:last-child")
		p.screenshot("events-dark")
		p.quiet()
	})

	t.Run("over TLS, with HTTP/2", func(t *testing.T) {
		secure := startEcho(t, binary, "-tls")
		p := b.openEvents(t, secure)
		p.connectEvents()
		id := p.post("Hello", "", "")
		p.until(eventWith(id, "live") + " && " + dispatchOf(id))
		assert.Equal(t, "h2", eval[string](p, `performance.getEntriesByType("navigation")[0].nextHopProtocol`))
		p.click("#to-websocket")
		p.connect()
		p.click("#send")
		p.until(echoed("text", 5))
		p.until(frames("server", 1, 5) + " === 1")
		p.quiet()
	})
}

// What these tests ask the page.

func esState(name string) string {
	return fmt.Sprintf(`document.getElementById("es-state").dataset.state === %q`, name)
}

// lines is how many lines of a kind the stream has had.
func lines(kind string) string {
	return fmt.Sprintf(`document.querySelectorAll('#raw [data-kind=%q]').length`, kind)
}

// eventWith is whether the EventSource gave an event with an id, once.
func eventWith(id, how string) string {
	return fmt.Sprintf(`document.querySelectorAll('#event-list [data-id=%q]').length === 1 && document.querySelectorAll('#event-list [data-id=%q][data-how=%q]').length === 1`, id, id, how)
}

// dispatchOf is whether the lines of the stream came to the event's end.
func dispatchOf(id string) string {
	return fmt.Sprintf(`document.querySelectorAll('#raw [data-kind="dispatch"][data-id=%q]').length === 1`, id)
}

func (b browser) openEvents(t *testing.T, server *program) *tab {
	t.Helper()
	return b.open(t, server.url+"#events")
}

func (p *tab) connectEvents() {
	p.t.Helper()
	p.click("#es-connect")
	p.until(esState("OPEN") + ` && document.getElementById("raw-state").textContent.endsWith("octets") && ` + lines("comment") + " >= 1")
}

// post fills the form and gives the id of the event.
func (p *tab) post(data, kind, retry string) string {
	p.t.Helper()
	p.fill("#post-data", data)
	p.fill("#post-type", kind)
	p.fill("#post-retry", retry)
	eval[bool](p, `(() => { document.getElementById("post-result").dataset.id = ""; return true; })()`)
	p.click("#post")
	p.until(`document.getElementById("post-result").dataset.id !== ""`)
	return p.data("#post-result", "id")
}

func (p *tab) event(id, name string) string {
	p.t.Helper()
	return p.data(fmt.Sprintf(`#event-list [data-id=%q]`, id), name)
}

// texts are the data of all events in the list.
func (p *tab) texts() []string {
	p.t.Helper()
	return eval[[]string](p, `Array.from(document.querySelectorAll("#event-list li"), (e) => e.dataset.text)`)
}

// fields are the values of the lines of an event that are fields with one of
// these names.
func (p *tab) fields(id string, names ...string) []string {
	p.t.Helper()
	return eval[[]string](p, fmt.Sprintf(`Array.from(document.querySelectorAll('#raw [data-kind="field"][data-event=%q]')).filter((e) => %q.split(" ").includes(e.dataset.field)).map((e) => e.dataset.value)`, id, strings.Join(names, " ")))
}

// resumed checks what the page says about the last resume.
func (p *tab) resumed(after string, replayed int) {
	p.t.Helper()
	assert.Equal(p.t, after, p.data("#resume", "after"))
	assert.Equal(p.t, strconv.Itoa(replayed), p.data("#resume", "meanwhile"))
	assert.Equal(p.t, strconv.Itoa(replayed), p.data("#resume", "replayed"))
	assert.Equal(p.t, "0", p.data("#resume", "missed"))
	assert.Equal(p.t, "0", p.data("#resume", "twice"))
	assert.Contains(p.t, eval[string](p, `document.getElementById("resume").innerText`), "none missed, none twice")
}

// complains runs what the browser writes to its console as an error, and
// forgets it if all of it mentions text.
func (p *tab) complains(f func(), text string) {
	p.t.Helper()
	p.quiet()
	f()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		require.Contains(p.t, c, text)
	}
	p.complaints = nil
}
